"""Keys of the API, by hash."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0021", "0020"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "api_keys",
        Column("label", TEXT, primary_key=True),
        Column("name", TEXT, nullable=False),
        Column("digest", TEXT, nullable=False),
        Column("scopes", TEXT, nullable=False),
        Column("made_at", BIG, nullable=False),
        Column("used_at", BIG),
        Column("revoked_at", BIG),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("api_keys")
