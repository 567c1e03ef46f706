"""Campaigns as code: dates and schedules, splits, webhooks, coupons, and how large segments were."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, text

from penfriend.storage.columns import BIG, TEXT

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.add_column("campaign_states", Column("dated_at", BIG))
    op.create_table(
        "splits",
        Column("campaign", TEXT, nullable=False),
        Column("step", TEXT, nullable=False),
        Column("first_at", BIG),
        Column("decided_at", BIG),
        Column("winner", TEXT),
        Column("figures", TEXT),
        PrimaryKeyConstraint("campaign", "step", name="pk_splits"),
    )
    op.create_table(
        "segment_sizes",
        Column("segment", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("members", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("segment", "day", name="pk_segment_sizes"),
    )
    _webhook_calls()
    _coupon_codes()


def _webhook_calls() -> None:
    op.create_table(
        "webhook_calls",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("enrollment_id", BIG, nullable=False),
        Column("contact_id", BIG, nullable=False),
        Column("campaign", TEXT, nullable=False),
        Column("step", TEXT, nullable=False),
        Column("webhook", TEXT, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("body", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("attempts", BIG, nullable=False, server_default="0"),
        Column("created_at", BIG, nullable=False),
        Column("due_at", BIG, nullable=False),
        Column("over_at", BIG),
        Column("note", TEXT),
        Column("owner", TEXT),
        Column("lease_until", BIG),
        PrimaryKeyConstraint("id", name="pk_webhook_calls"),
        ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_webhook_calls_contact_id"),
        UniqueConstraint("enrollment_id", "step", name="uq_webhook_calls_enrollment_id_step"),
        UniqueConstraint("key", name="uq_webhook_calls_key"),
    )
    op.create_index("ix_webhook_calls_contact_id", "webhook_calls", ["contact_id"])
    due = text("status = 'due'")
    op.create_index(
        "ix_webhook_calls_due", "webhook_calls", ["due_at"], sqlite_where=due, postgresql_where=due
    )


def _coupon_codes() -> None:
    op.create_table(
        "coupon_codes",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("coupon", TEXT, nullable=False),
        Column("code", TEXT, nullable=False),
        Column("added_at", BIG, nullable=False),
        Column("enrollment_id", BIG),
        Column("given_at", BIG),
        PrimaryKeyConstraint("id", name="pk_coupon_codes"),
        UniqueConstraint("coupon", "code", name="uq_coupon_codes_coupon_code"),
    )
    given, free = text("enrollment_id IS NOT NULL"), text("enrollment_id IS NULL")
    op.create_index(
        "ix_coupon_codes_given",
        "coupon_codes",
        ["coupon", "enrollment_id"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )
    op.create_index(
        "ix_coupon_codes_free", "coupon_codes", ["coupon", "id"], sqlite_where=free, postgresql_where=free
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("coupon_codes", "webhook_calls", "segment_sizes", "splits"):
        op.drop_table(table)
    op.drop_column("campaign_states", "dated_at")
