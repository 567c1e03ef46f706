"""What comes back of mails, the log of suppressions, and campaigns that stop by themselves."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, UniqueConstraint, text

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0017", "0016"

_OF_MESSAGES = ("delivered_at", "bounced_at", "complained_at")
_OF_CAMPAIGNS = (("stopped_at", BIG), ("stopped_why", TEXT), ("judged_from", BIG))


def upgrade() -> None:
    """Make the tables, and the columns of mails and campaigns."""
    op.create_table(
        "feedback",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("message_id", BIG, nullable=False),
        Column("email_hash", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("at", BIG, nullable=False),
        Column("received_at", BIG, nullable=False),
        Column("source", TEXT, nullable=False),
        Column("code", Integer),
        Column("enhanced", TEXT),
        Column("text", TEXT),
        PrimaryKeyConstraint("id", name="pk_feedback"),
        UniqueConstraint("key", name="uq_feedback_key"),
    )
    op.create_index("ix_feedback_message_id", "feedback", ["message_id"])
    op.create_index("ix_feedback_email_hash_kind", "feedback", ["email_hash", "kind"])
    op.create_table(
        "suppression_changes",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("email_hash", TEXT, nullable=False),
        Column("change", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("evidence", TEXT),
        Column("by", TEXT),
        Column("at", BIG, nullable=False),
        PrimaryKeyConstraint("id", name="pk_suppression_changes"),
    )
    op.create_index("ix_suppression_changes_email_hash_id", "suppression_changes", ["email_hash", "id"])
    for column in _OF_MESSAGES:
        op.add_column("messages", Column(column, BIG))
    for column, kind in _OF_CAMPAIGNS:
        op.add_column("campaign_states", Column(column, kind))
    given = text("provider_id IS NOT NULL")
    op.create_index(
        "ix_messages_provider_id",
        "messages",
        ["provider_id"],
        sqlite_where=given,
        postgresql_where=given,
    )
    op.create_index("ix_messages_over", "messages", ["campaign", "over_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_messages_over", "messages")
    op.drop_index("ix_messages_provider_id", "messages")
    for column, _ in reversed(_OF_CAMPAIGNS):
        op.drop_column("campaign_states", column)
    for column in reversed(_OF_MESSAGES):
        op.drop_column("messages", column)
    op.drop_table("suppression_changes")
    op.drop_table("feedback")
