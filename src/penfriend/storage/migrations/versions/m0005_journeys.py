"""What we do: campaigns, the runs of contacts through them, and who did not enter."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, TEXT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "campaign_states",
        Column("campaign", TEXT, nullable=False),
        Column("activated_at", BIG, nullable=False),
        Column("revision", BIG, nullable=False, server_default="0"),
        Column("removed_at", BIG),
        PrimaryKeyConstraint("campaign", name="pk_campaign_states"),
    )
    op.create_table(
        "enrollments",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("campaign", TEXT, nullable=False),
        Column(
            "contact_id", BIG, ForeignKey("contacts.id", name="fk_enrollments_contact_id"), nullable=False
        ),
        Column("occurrence", TEXT, nullable=False),
        Column("entry", BIG, nullable=False, server_default="0"),
        Column("revision", BIG, nullable=False, server_default="0"),
        Column("entered_at", BIG, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("step", TEXT),
        Column("began_at", BIG, nullable=False),
        Column("due_at", BIG),
        Column("due_wall", TEXT),
        Column("due_zone", TEXT),
        Column("missed", Integer(), nullable=False, server_default="0"),
        Column("waited", Integer()),
        Column("woken", Integer(), nullable=False, server_default="0"),
        Column("woken_at", BIG),
        Column("owner", TEXT),
        Column("lease_until", BIG),
        Column("ended_at", BIG),
        Column("end_reason", TEXT),
        Column("end_word", TEXT),
        Column("goal_until", BIG),
        Column("goal_at", BIG),
        Column("converted_at", BIG),
        Column("cart_key", TEXT),
        Column("order_key", TEXT),
        Column("product_key", TEXT),
        Column("reward_key", TEXT),
        Column("expires_on", TEXT),
        Column("event_id", BIG),
        PrimaryKeyConstraint("id", name="pk_enrollments"),
        UniqueConstraint(
            "campaign",
            "contact_id",
            "occurrence",
            "entry",
            name="uq_enrollments_campaign_contact_id_occurrence_entry",
        ),
    )
    op.create_index("ix_enrollments_campaign_status_step", "enrollments", ["campaign", "status", "step"])
    op.create_index("ix_enrollments_contact_id", "enrollments", ["contact_id"])
    op.create_index(
        "ix_enrollments_due",
        "enrollments",
        ["due_at"],
        sqlite_where=sql("status = 'active'"),
        postgresql_where=sql("status = 'active'"),
    )
    op.create_index(
        "ix_enrollments_lease",
        "enrollments",
        ["lease_until"],
        sqlite_where=sql("owner IS NOT NULL"),
        postgresql_where=sql("owner IS NOT NULL"),
    )
    op.create_index(
        "ix_enrollments_woken",
        "enrollments",
        ["id"],
        sqlite_where=sql("woken = 1"),
        postgresql_where=sql("woken = 1"),
    )
    op.create_table(
        "refusals",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("campaign", TEXT, nullable=False),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_refusals_contact_id"), nullable=False),
        Column("occurrence", TEXT, nullable=False),
        Column("at", BIG, nullable=False),
        Column("decided_at", BIG, nullable=False),
        Column("reason", TEXT, nullable=False),
        PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_campaign_reason", "refusals", ["campaign", "reason"])
    op.create_index("ix_refusals_contact_id", "refusals", ["contact_id"])
    op.create_table(
        "decisions",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_decisions_contact_id"), nullable=False),
        Column("enrollment_id", BIG, nullable=False),
        Column("message_id", BIG),
        Column("step", TEXT),
        Column("at", BIG, nullable=False),
        Column("what", TEXT, nullable=False),
        Column("reason", TEXT),
        Column("until", BIG),
        Column("detail", TEXT),
        PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_contact_id_at", "decisions", ["contact_id", "at"])
    op.create_index("ix_decisions_enrollment_id", "decisions", ["enrollment_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "decisions",
        "refusals",
        "enrollments",
        "campaign_states",
    ):
        op.drop_table(table)
