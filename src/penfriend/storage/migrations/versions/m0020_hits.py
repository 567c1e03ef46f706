"""Hits: who or what has followed the links of mails."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, text

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0020", "0019"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hits",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("message_id", BIG, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("link", BIG, nullable=False, server_default="0"),
        Column("url", TEXT),
        Column("at", BIG, nullable=False),
        Column("who", TEXT, nullable=False),
        Column("agent", TEXT, nullable=False),
        Column("network", TEXT, nullable=False),
        Column("settled", Integer(), nullable=False, server_default="0"),
        Column("counted", Integer(), nullable=False, server_default="0"),
        PrimaryKeyConstraint("id", name="pk_hits"),
    )
    op.create_index("ix_hits_message_id", "hits", ["message_id", "at"])
    unsettled = text("settled = 0")
    op.create_index("ix_hits_unsettled", "hits", ["id"], sqlite_where=unsettled, postgresql_where=unsettled)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("hits")
