"""How mail fared with each receiver, by day, counted from here on; and indexes: tries of a day for
`penfriend export`, suppressions by day, failed calls. The views `report_...` come with every migration
(`penfriend.storage.reporting.views`)."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, text

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0029", "0028"
_CALLS = ("webhook_calls", "outgoing_calls")


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
    failed = text("status = 'failed'")
    for table in _CALLS:
        op.create_index(f"ix_{table}_failed", table, ["id"], sqlite_where=failed, postgresql_where=failed)


def downgrade() -> None:
    """Drop them."""
    for table in _CALLS:
        op.drop_index(f"ix_{table}_failed", table)
    op.drop_index("ix_suppression_changes_at", "suppression_changes")
    op.drop_index("ix_attempts_started_at", "attempts")
    op.drop_table("delivery_days")
