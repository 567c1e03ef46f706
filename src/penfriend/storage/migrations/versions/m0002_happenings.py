"""What happened: events and what they say of carts, orders and products."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, JSON_VALUE, TEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "events",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_events_contact_id")),
        Column("name", TEXT, nullable=False),
        Column("at", BIG, nullable=False),
        Column("received_at", BIG, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("body_hash", TEXT, nullable=False),
        Column("properties", JSON_VALUE),
        Column("cart_key", TEXT),
        Column("order_key", TEXT),
        Column("product_key", TEXT),
        Column("enrollment_id", BIG),
        Column("message_id", BIG),
        PrimaryKeyConstraint("id", name="pk_events"),
        UniqueConstraint("key", name="uq_events_key"),
    )
    op.create_index(
        "ix_events_cart_key",
        "events",
        ["cart_key"],
        sqlite_where=sql("cart_key IS NOT NULL"),
        postgresql_where=sql("cart_key IS NOT NULL"),
    )
    op.create_index("ix_events_contact_id_name_at", "events", ["contact_id", "name", "at"])
    op.create_index("ix_events_name_at", "events", ["name", "at"])
    op.create_index(
        "ix_events_order_key",
        "events",
        ["order_key"],
        sqlite_where=sql("order_key IS NOT NULL"),
        postgresql_where=sql("order_key IS NOT NULL"),
    )
    op.create_index(
        "ix_events_product_key",
        "events",
        ["product_key"],
        sqlite_where=sql("product_key IS NOT NULL"),
        postgresql_where=sql("product_key IS NOT NULL"),
    )
    op.create_table(
        "event_facts",
        Column(
            "contact_id", BIG, ForeignKey("contacts.id", name="fk_event_facts_contact_id"), nullable=False
        ),
        Column("name", TEXT, nullable=False),
        Column("count", BIG, nullable=False, server_default="0"),
        Column("first_at", BIG),
        Column("last_at", BIG),
        Column("latest_id", BIG),
        PrimaryKeyConstraint("contact_id", "name", name="pk_event_facts"),
    )
    op.create_index("ix_event_facts_name_last_at", "event_facts", ["name", "last_at"])
    op.create_table(
        "carts",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_carts_contact_id"), nullable=False),
        Column("key", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("status_at", BIG, nullable=False),
        Column("updated_at", BIG),
        Column("total", BIG),
        Column("currency", TEXT),
        Column("value", BIG),
        Column("items_count", BIG, nullable=False, server_default="0"),
        Column("items", JSON_VALUE),
        Column("url", TEXT),
        PrimaryKeyConstraint("id", name="pk_carts"),
        UniqueConstraint("key", name="uq_carts_key"),
    )
    op.create_index("ix_carts_contact_id_updated_at", "carts", ["contact_id", "updated_at"])
    op.create_index("ix_carts_updated_at", "carts", ["updated_at"])
    op.create_table(
        "orders",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_orders_contact_id"), nullable=False),
        Column("key", TEXT, nullable=False),
        Column("cart_key", TEXT),
        Column("placed_at", BIG),
        Column("delivered_at", BIG),
        Column("total", BIG),
        Column("currency", TEXT),
        Column("value", BIG),
        Column("net", BIG),
        Column("refunded", Integer(), nullable=False, server_default="0"),
        Column("items", JSON_VALUE),
        PrimaryKeyConstraint("id", name="pk_orders"),
        UniqueConstraint("key", name="uq_orders_key"),
    )
    op.create_index("ix_orders_cart_key", "orders", ["cart_key"])
    op.create_index("ix_orders_contact_id_placed_at", "orders", ["contact_id", "placed_at"])
    op.create_index("ix_orders_placed_at", "orders", ["placed_at"])
    op.create_table(
        "refunds",
        Column("event_id", BIG, nullable=False, autoincrement=False),
        Column("order_key", TEXT, nullable=False),
        Column("value", BIG),
        Column("at", BIG, nullable=False),
        PrimaryKeyConstraint("event_id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_order_key", "refunds", ["order_key"])
    op.create_table(
        "items",
        Column("kind", TEXT, nullable=False),
        Column("thing_id", BIG, nullable=False, autoincrement=False),
        Column("position", Integer(), nullable=False, autoincrement=False),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_items_contact_id"), nullable=False),
        Column("product_key", TEXT),
        Column("title", TEXT),
        Column("url", TEXT),
        Column("image", TEXT),
        Column("category", TEXT),
        Column("price", BIG),
        Column("quantity", BIG),
        PrimaryKeyConstraint("kind", "thing_id", "position", name="pk_items"),
    )
    op.create_index("ix_items_contact_id", "items", ["contact_id"])
    op.create_index("ix_items_product_key", "items", ["product_key"])
    op.create_table(
        "purchases",
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_purchases_contact_id"), nullable=False),
        Column("product_key", TEXT, nullable=False),
        Column("first_at", BIG),
        Column("last_at", BIG),
        Column("count", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("contact_id", "product_key", name="pk_purchases"),
    )
    op.create_index("ix_purchases_last_at", "purchases", ["last_at"])
    op.create_index("ix_purchases_product_key", "purchases", ["product_key"])
    op.create_table(
        "products",
        Column("key", TEXT, nullable=False),
        Column("at", BIG, nullable=False),
        Column("title", TEXT),
        Column("url", TEXT),
        Column("image", TEXT),
        Column("category", TEXT),
        Column("price", BIG),
        Column("currency", TEXT),
        Column("value", BIG),
        Column("stock", BIG),
        Column("attributes", JSON_VALUE),
        PrimaryKeyConstraint("key", name="pk_products"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "products",
        "purchases",
        "items",
        "refunds",
        "orders",
        "carts",
        "event_facts",
        "events",
    ):
        op.drop_table(table)
