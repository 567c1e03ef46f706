"""Indexes of the calls that a worker holds: it gives them back when it ends, as does who finds it gone."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision, down_revision = "0036", "0035"

_CALLS = ("webhook_calls", "outgoing_calls")


def upgrade() -> None:
    """Make them."""
    held = text("owner IS NOT NULL")
    for table in _CALLS:
        op.create_index(f"ix_{table}_owner", table, ["owner"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    """Drop them."""
    for table in _CALLS:
        op.drop_index(f"ix_{table}_owner", table)
