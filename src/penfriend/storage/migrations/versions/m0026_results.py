"""What came of mails and of people who entered, by day; and on mails and enrollments what that is counted
by."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0026", "0025"

_COUNTS = (
    "revision", "sent", "delivered", "bounced", "refused", "complained", "opened", "clicked", "unsubscribed",
    "answered", "converted", "revenue",
)  # fmt: skip
_OF_MESSAGES = (("unsubscribed_at", BIG), ("answered_at", BIG), ("locale", TEXT))
_DONE = (("unsubscribed_at", "unsubscribed"), ("answered_at", "survey_answered"))


def upgrade() -> None:
    """Make the tables and columns; what people have done through mails is written on them."""
    _make_tables()
    for column, kind in _OF_MESSAGES:
        op.add_column("messages", Column(column, kind))
    op.add_column("enrollments", Column("goal_event", TEXT))
    op.create_index("ix_enrollments_entered", "enrollments", ["campaign", "entered_at"])
    for column, name in _DONE:
        op.execute(
            f"UPDATE messages SET {column} = (SELECT min(e.at) FROM events e"  # noqa: S608 - our own words
            f" WHERE e.contact_id = messages.contact_id AND e.name = '{name}'"
            f" AND e.message_id = messages.id) WHERE id IN (SELECT e.message_id FROM events e"
            f" WHERE e.name = '{name}' AND e.message_id IS NOT NULL)"
        )


def _make_tables() -> None:
    op.create_table(
        "result_days",
        *(Column(name, TEXT, nullable=False) for name in _KEY),
        *(Column(name, BIG, nullable=False, server_default="0") for name in _COUNTS),
        PrimaryKeyConstraint(*_KEY, name="pk_result_days"),
    )
    op.create_index("ix_result_days_campaign_day", "result_days", ["campaign", "day"])
    op.create_table(
        "entry_days",
        Column("day", TEXT, nullable=False),
        Column("campaign", TEXT, nullable=False),
        Column("held_out", Integer, nullable=False),
        Column("people", BIG, nullable=False, server_default="0"),
        Column("converted", BIG, nullable=False, server_default="0"),
        Column("revenue", BIG, nullable=False, server_default="0"),
        Column("revenue_squares", TEXT, nullable=False),
        Column("over_at", BIG),
        PrimaryKeyConstraint("day", "campaign", "held_out", name="pk_entry_days"),
    )
    op.create_index("ix_entry_days_campaign_day", "entry_days", ["campaign", "day"])
    op.create_table(
        "result_states",
        Column("kind", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("marked", BIG, nullable=False, server_default="0"),
        Column("counted", BIG, nullable=False, server_default="0"),
        Column("rounds", BIG, nullable=False, server_default="0"),
        Column("counted_at", BIG),
        Column("took", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("kind", "day", name="pk_result_states"),
    )
    op.create_table(
        "result_news",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("enrollment_id", BIG, nullable=False),
        PrimaryKeyConstraint("id", name="pk_result_news"),
    )


_KEY = ("day", "campaign", "step", "template", "locale", "transport")


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_enrollments_entered", "enrollments")
    op.drop_column("enrollments", "goal_event")
    for column, _ in reversed(_OF_MESSAGES):
        op.drop_column("messages", column)
    for table in ("result_news", "result_states", "entry_days", "result_days"):
        op.drop_table(table)
