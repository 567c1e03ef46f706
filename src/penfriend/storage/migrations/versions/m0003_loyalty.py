"""What happened: points by lot, rewards and answers to surveys."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "point_moves",
        Column("event_id", BIG, nullable=False, autoincrement=False),
        Column(
            "contact_id", BIG, ForeignKey("contacts.id", name="fk_point_moves_contact_id"), nullable=False
        ),
        Column("kind", TEXT, nullable=False),
        Column("amount", BIG),
        Column("lot_key", TEXT),
        Column("expires_on", TEXT),
        Column("at", BIG, nullable=False),
        PrimaryKeyConstraint("event_id", name="pk_point_moves"),
    )
    op.create_index("ix_point_moves_at", "point_moves", ["at"])
    op.create_index("ix_point_moves_contact_id_at", "point_moves", ["contact_id", "at"])
    op.create_table(
        "lots",
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_lots_contact_id"), nullable=False),
        Column("key", TEXT, nullable=False),
        Column("amount", BIG, nullable=False, server_default="0"),
        Column("remaining", BIG, nullable=False, server_default="0"),
        Column("earned_at", BIG, nullable=False),
        Column("expires_on", TEXT),
        PrimaryKeyConstraint("contact_id", "key", name="pk_lots"),
    )
    op.create_index("ix_lots_expires_on", "lots", ["expires_on"])
    op.create_table(
        "expiries",
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_expiries_contact_id"), nullable=False),
        Column("expires_on", TEXT, nullable=False),
        Column("remaining", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("contact_id", "expires_on", name="pk_expiries"),
    )
    op.create_index("ix_expiries_expires_on", "expiries", ["expires_on"])
    op.create_table(
        "rewards",
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_rewards_contact_id"), nullable=False),
        Column("key", TEXT, nullable=False),
        Column("title", TEXT),
        Column("cost", BIG),
        Column("status", TEXT, nullable=False),
        Column("unlocked_at", BIG),
        Column("used_at", BIG),
        Column("expires_at", BIG),
        PrimaryKeyConstraint("contact_id", "key", name="pk_rewards"),
    )
    op.create_index("ix_rewards_expires_at", "rewards", ["expires_at"])
    op.create_table(
        "answers",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_answers_contact_id"), nullable=False),
        Column("survey", TEXT, nullable=False),
        Column("enrollment_id", BIG),
        Column("score", BIG),
        Column("comment", TEXT),
        Column("answered_at", BIG, nullable=False),
        PrimaryKeyConstraint("id", name="pk_answers"),
    )
    op.create_index(
        "ix_answers_contact_id_survey_answered_at", "answers", ["contact_id", "survey", "answered_at"]
    )
    op.create_index("ix_answers_enrollment_id", "answers", ["enrollment_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "answers",
        "rewards",
        "expiries",
        "lots",
        "point_moves",
    ):
        op.drop_table(table)
