"""How mail fared with each receiver, by day, counted from here on; and indexes by which the tries of a day
are found, for `penfriend export`, and suppressions are counted by day. The views `report_...` come with every
migration (`penfriend.storage.reporting.views`)."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0029", "0028"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "delivery_days",
        Column("begins_at", BIG, nullable=False),
        Column("route", TEXT, nullable=False),
        Column("receiver", TEXT, nullable=False),
        Column("fate", TEXT, nullable=False),
        Column("number", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("begins_at", "route", "receiver", "fate", name="pk_delivery_days"),
    )
    op.create_index("ix_attempts_started_at", "attempts", ["started_at"])
    op.create_index("ix_suppression_changes_at", "suppression_changes", ["at", "change", "reason"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_suppression_changes_at", "suppression_changes")
    op.drop_index("ix_attempts_started_at", "attempts")
    op.drop_table("delivery_days")
