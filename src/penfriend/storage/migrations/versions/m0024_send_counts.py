"""What became of tries, counted by transport and outcome from here on, and an index by which suppressed
addresses are counted: for monitoring, which must not look at millions of rows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0024", "0023"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "send_counts",
        Column("route", TEXT, nullable=False),
        Column("outcome", TEXT, nullable=False),
        Column("number", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("route", "outcome", name="pk_send_counts"),
    )
    op.create_index("ix_suppressions_reason", "suppressions", ["reason"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_suppressions_reason", "suppressions")
    op.drop_table("send_counts")
