"""What happened: events and what they say of carts, orders and products."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, TEXT, amount, count, flag, json, moment, of_contact, own_id, text
from penfriend.storage.tables.base import metadata

events = Table(
    "events",
    metadata,
    own_id(),
    of_contact(null=True),
    text("name", null=False),
    moment("at", null=False),
    moment("received_at", null=False),
    text("key", null=False),  # the idempotency key
    text("body_hash", null=False),
    json("properties"),
    text("cart_key"),
    text("order_key"),
    text("product_key"),
    Column("enrollment_id", BIG),  # for survey_answered and mail_...: whose own it is
    Column("message_id", BIG),
    UniqueConstraint("key"),
    Index(None, "contact_id", "name", "at"),
    Index(None, "name", "at"),
    Index(
        "ix_events_cart_key",
        "cart_key",
        sqlite_where=sql("cart_key IS NOT NULL"),
        postgresql_where=sql("cart_key IS NOT NULL"),
    ),
    Index(
        "ix_events_order_key",
        "order_key",
        sqlite_where=sql("order_key IS NOT NULL"),
        postgresql_where=sql("order_key IS NOT NULL"),
    ),
    Index(
        "ix_events_product_key",
        "product_key",
        sqlite_where=sql("product_key IS NOT NULL"),
        postgresql_where=sql("product_key IS NOT NULL"),
    ),
)

event_facts = Table(
    "event_facts",
    metadata,
    of_contact(primary_key=True),
    Column("name", TEXT, primary_key=True),
    count("count"),
    moment("first_at"),
    moment("last_at"),
    Column("latest_id", BIG),
    Index(None, "name", "last_at"),
)

carts = Table(
    "carts",
    metadata,
    own_id(),
    of_contact(),
    text("key", null=False),
    text("status", null=False),  # open, ordered, emptied
    moment("status_at", null=False),
    moment("updated_at"),
    amount("total"),
    text("currency"),
    amount("value"),  # the total in the brand's currency at the rate of the day it came
    count("items_count"),
    json("items"),
    text("url"),
    UniqueConstraint("key"),
    Index(None, "contact_id", "updated_at"),
    Index(None, "updated_at"),
)

orders = Table(
    "orders",
    metadata,
    own_id(),
    of_contact(),
    text("key", null=False),
    text("cart_key"),
    moment("placed_at"),
    moment("delivered_at"),
    amount("total"),
    text("currency"),
    amount("value"),
    amount("net"),  # value less refunds
    flag("refunded"),  # the whole of it: it does not count any more
    json("items"),
    UniqueConstraint("key"),
    Index(None, "contact_id", "placed_at"),
    Index(None, "placed_at"),
    Index(None, "cart_key"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("event_id", BIG, primary_key=True, autoincrement=False),
    text("order_key", null=False),
    amount("value"),  # without one the whole order
    moment("at", null=False),
    Index(None, "order_key"),
)

items = Table(
    "items",
    metadata,
    Column("kind", TEXT, primary_key=True),  # order, cart
    Column("thing_id", BIG, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    of_contact(),
    text("product_key"),
    text("title"),
    text("url"),
    text("image"),
    text("category"),
    amount("price"),
    Column("quantity", BIG),
    Index(None, "product_key"),
    Index(None, "contact_id", "product_key"),
)

purchases = Table(
    "purchases",
    metadata,
    of_contact(primary_key=True),
    Column("product_key", TEXT, primary_key=True),
    moment("first_at"),
    moment("last_at"),
    count("count"),
    Index(None, "product_key"),
    Index(None, "last_at"),
)

products = Table(
    "products",
    metadata,
    Column("key", TEXT, primary_key=True),
    moment("at", null=False),
    text("title"),
    text("url"),
    text("image"),
    text("category"),
    amount("price"),
    text("currency"),
    amount("value"),
    Column("stock", BIG),
    json("attributes"),
)
