"""What became of tries, counted by transport and outcome: for monitoring, which must not count millions of
rows. Counted from here on."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0024", "0021"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "send_counts",
        Column("route", TEXT, nullable=False),
        Column("outcome", TEXT, nullable=False),
        Column("number", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("route", "outcome", name="pk_send_counts"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("send_counts")
