"""The processes that work on the store: where each runs, and when it was heard of last."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, JSON_VALUE, TEXT

revision, down_revision = "0034", "0030"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "workers",
        Column("run", TEXT, nullable=False),
        Column("place", BIG, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("host", TEXT, nullable=False),
        Column("process", BIG, nullable=False, server_default="0"),
        Column("version", TEXT, nullable=False),
        Column("revision", BIG, nullable=False, server_default="0"),
        Column("began_at", BIG, nullable=False),
        Column("seen_at", BIG, nullable=False),
        Column("measures", JSON_VALUE),
        PrimaryKeyConstraint("run", "place", name="pk_workers"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("workers")
