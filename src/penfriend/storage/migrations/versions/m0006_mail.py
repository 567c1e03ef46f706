"""What we do: messages and the tries to hand them over."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, JSON_VALUE, TEXT

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "messages",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column(
            "enrollment_id",
            BIG,
            ForeignKey("enrollments.id", name="fk_messages_enrollment_id"),
            nullable=False,
        ),
        Column("campaign", TEXT, nullable=False),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_messages_contact_id"), nullable=False),
        Column("step", TEXT, nullable=False),
        Column("template", TEXT, nullable=False),
        Column("topic", TEXT),
        Column("transactional", Integer(), nullable=False, server_default="0"),
        Column("priority", BIG, nullable=False, server_default="0"),
        Column("revision", BIG, nullable=False, server_default="0"),
        Column("status", TEXT, nullable=False),
        Column("reason", TEXT),
        Column("wanted_at", BIG, nullable=False),
        Column("due_at", BIG, nullable=False),
        Column("held_by", TEXT),
        Column("postponed", BIG, nullable=False, server_default="0"),
        Column("route", TEXT),
        Column("message_id", TEXT, nullable=False),
        Column("dated_at", BIG),
        Column("facts", JSON_VALUE),
        Column("address", TEXT),
        Column("attempts", BIG, nullable=False, server_default="0"),
        Column("owner", TEXT),
        Column("lease_until", BIG),
        Column("created_at", BIG, nullable=False),
        Column("over_at", BIG),
        Column("sent_at", BIG),
        Column("opened_at", BIG),
        Column("clicked_at", BIG),
        Column("provider_id", TEXT),
        Column("note", TEXT),
        PrimaryKeyConstraint("id", name="pk_messages"),
        UniqueConstraint("enrollment_id", "step", name="uq_messages_enrollment_id_step"),
        UniqueConstraint("message_id", name="uq_messages_message_id"),
    )
    op.create_index("ix_messages_campaign_status", "messages", ["campaign", "status"])
    op.create_index("ix_messages_contact_id_sent_at", "messages", ["contact_id", "sent_at"])
    op.create_index(
        "ix_messages_due",
        "messages",
        [sql("priority DESC"), "due_at", "id"],
        sqlite_where=sql("status = 'due'"),
        postgresql_where=sql("status = 'due'"),
    )
    op.create_index(
        "ix_messages_due_at",
        "messages",
        ["due_at"],
        sqlite_where=sql("status = 'due'"),
        postgresql_where=sql("status = 'due'"),
    )
    op.create_index(
        "ix_messages_lease",
        "messages",
        ["lease_until"],
        sqlite_where=sql("owner IS NOT NULL"),
        postgresql_where=sql("owner IS NOT NULL"),
    )
    op.create_index("ix_messages_status", "messages", ["status", "over_at"])
    op.create_table(
        "attempts",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("message_id", BIG, ForeignKey("messages.id", name="fk_attempts_message_id"), nullable=False),
        Column("number", BIG, nullable=False, server_default="0"),
        Column("route", TEXT, nullable=False),
        Column("owner", TEXT, nullable=False),
        Column("started_at", BIG, nullable=False),
        Column("dot_at", BIG),
        Column("ended_at", BIG),
        Column("stage", TEXT),
        Column("outcome", TEXT),
        Column("code", Integer()),
        Column("enhanced", TEXT),
        Column("text", TEXT),
        Column("server", TEXT),
        Column("fault", TEXT),
        PrimaryKeyConstraint("id", name="pk_attempts"),
        UniqueConstraint("message_id", "number", name="uq_attempts_message_id_number"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "attempts",
        "messages",
    ):
        op.drop_table(table)
