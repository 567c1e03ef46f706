"""Messages that are due and have not said yet that they wait for the transport's rate."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text as sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_messages_not_held",
        "messages",
        ["due_at", "id"],
        sqlite_where=sql("status = 'due' AND coalesce(held_by, '') <> 'rate_limit'"),
        postgresql_where=sql("status = 'due' AND coalesce(held_by, '') <> 'rate_limit'"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_messages_not_held", "messages")
