"""Who: contacts, their ids, what they agreed to, and which addresses must not be written to."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, UniqueConstraint

from penfriend.storage.columns import BIG, JSON_VALUE, TEXT

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contacts",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("version", BIG, nullable=False, server_default="0"),
        Column("key", TEXT),
        Column("email", TEXT),
        Column("email_at", BIG),
        Column("email_hash", TEXT),
        Column("first_name", TEXT),
        Column("last_name", TEXT),
        Column("locale", TEXT),
        Column("timezone", TEXT),
        Column("country", TEXT),
        Column("birthday", TEXT),
        Column("tier", TEXT),
        Column("tier_until", TEXT),
        Column("frequency", TEXT),
        Column("created_at", BIG, nullable=False),
        Column("subscribed_at", BIG),
        Column("last_opened_at", BIG),
        Column("last_clicked_at", BIG),
        Column("paused_until", BIG),
        Column("erased_at", BIG),
        Column("attributes", JSON_VALUE),
        Column("orders_count", BIG, nullable=False, server_default="0"),
        Column("orders_total", BIG, nullable=False, server_default="0"),
        Column("orders_average", BIG),
        Column("orders_first_at", BIG),
        Column("orders_last_at", BIG),
        Column("latest_order", TEXT),
        Column("latest_cart", TEXT),
        Column("latest_product", TEXT),
        Column("latest_reward", TEXT),
        Column("points_balance", BIG, nullable=False, server_default="0"),
        Column("points_lifetime", BIG, nullable=False, server_default="0"),
        Column("points_earned", BIG, nullable=False, server_default="0"),
        Column("points_spent", BIG, nullable=False, server_default="0"),
        Column("points_expires_on", TEXT),
        Column("points_remaining", BIG),
        Column("rewards_available", BIG, nullable=False, server_default="0"),
        Column("rewards_next_cost", BIG),
        Column("rewards_last_at", BIG),
        PrimaryKeyConstraint("id", name="pk_contacts"),
        UniqueConstraint("email", name="uq_contacts_email"),
    )
    op.create_index("ix_contacts_email_hash", "contacts", ["email_hash"])
    op.create_table(
        "contact_keys",
        Column("key", TEXT, nullable=False),
        Column(
            "contact_id", BIG, ForeignKey("contacts.id", name="fk_contact_keys_contact_id"), nullable=False
        ),
        PrimaryKeyConstraint("key", name="pk_contact_keys"),
    )
    op.create_index("ix_contact_keys_contact_id", "contact_keys", ["contact_id"])
    op.create_table(
        "subscriptions",
        Column(
            "contact_id", BIG, ForeignKey("contacts.id", name="fk_subscriptions_contact_id"), nullable=False
        ),
        Column("topic", TEXT, nullable=False),
        Column("subscribed", Integer(), nullable=False, server_default="0"),
        Column("requested", Integer(), nullable=False, server_default="0"),
        Column("at", BIG, nullable=False),
        Column("source", TEXT),
        Column("proof", TEXT),
        PrimaryKeyConstraint("contact_id", "topic", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_topic_subscribed", "subscriptions", ["topic", "subscribed"])
    op.create_table(
        "consents",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_consents_contact_id"), nullable=False),
        Column("topic", TEXT, nullable=False),
        Column("change", TEXT, nullable=False),
        Column("at", BIG, nullable=False),
        Column("recorded_at", BIG, nullable=False),
        Column("source", TEXT),
        Column("proof", TEXT),
        PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_contact_id_at", "consents", ["contact_id", "at"])
    op.create_table(
        "suppressions",
        Column("email_hash", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("evidence", TEXT),
        Column("at", BIG, nullable=False),
        PrimaryKeyConstraint("email_hash", name="pk_suppressions"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "suppressions",
        "consents",
        "subscriptions",
        "contact_keys",
        "contacts",
    ):
        op.drop_table(table)
