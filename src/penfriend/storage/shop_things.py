"""Keeps carts and orders: each is made anew from all events that name it, and its items with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table

from penfriend.domain.shop import Happening, fold_cart, fold_order, items_of
from penfriend.storage.batch_sql import insert_values, next_ids, rows, run, upsert_rows
from penfriend.storage.tables import carts, items, orders

Row = dict[str, Any]

_NAMING_CART = """
SELECT e.cart_key, e.id, e.contact_id, e.name, e.at, e.key, e.properties
FROM KEYS AS wanted CROSS JOIN events AS e
WHERE e.cart_key = wanted.id AND e.name IN ('cart_updated', 'cart_emptied', 'order_placed')
"""
_NAMING_ORDER = """
SELECT e.order_key, e.id, e.contact_id, e.name, e.at, e.key, e.properties
FROM KEYS AS wanted CROSS JOIN events AS e
WHERE e.order_key = wanted.id AND e.name IN ('order_placed', 'order_delivered', 'order_refunded')
"""
_CARTS_THERE = "SELECT c.key, c.id, c.contact_id FROM KEYS AS k CROSS JOIN carts AS c WHERE c.key = k.id"
_ORDERS_THERE = "SELECT o.key, o.id, o.contact_id FROM KEYS AS k CROSS JOIN orders AS o WHERE o.key = k.id"
_ITEMS_THERE = """
SELECT i.contact_id, i.product_key FROM BATCH AS batch CROSS JOIN items AS i
WHERE i.kind = :kind AND i.thing_id = batch.id AND i.product_key IS NOT NULL
"""
_FORGET_ITEMS = "DELETE FROM items WHERE kind = :kind AND thing_id IN (SELECT id FROM BATCH AS b)"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose facts follow from things that were made anew."""

    owners: set[int] = field(default_factory=set)
    """The contacts whose things they are or were."""
    products: set[tuple[int, str]] = field(default_factory=set)
    """Each with the products that are or were in them."""


def renew_carts(connection: Connection, keys: Collection[str], currency: str) -> Concerned:
    """Make these carts anew."""
    made: list[Row] = []
    for key, naming in _happenings(connection, _NAMING_CART, keys).items():
        cart = fold_cart(naming)
        if cart is not None:
            made.append(
                {
                    "key": key,
                    "contact_id": cart.contact_id,
                    "status": cart.status.value,
                    "status_at": cart.status_at,
                    "updated_at": cart.updated_at,
                    "total": cart.shown.total,
                    "currency": cart.shown.currency or currency,
                    "value": cart.total,
                    "items_count": cart.items_count,
                    "items": cart.shown.items,
                    _VALUED: cart.items,
                    "url": cart.url,
                }
            )
    return _keep(connection, carts, "cart", made, _CARTS_THERE)


def renew_orders(connection: Connection, keys: Collection[str], currency: str) -> Concerned:
    """Make these orders anew."""
    made: list[Row] = []
    for key, naming in _happenings(connection, _NAMING_ORDER, keys).items():
        order = fold_order(naming)
        if order is not None:
            made.append(
                {
                    "key": key,
                    "contact_id": order.contact_id,
                    "cart_key": order.cart_key,
                    "placed_at": order.placed_at,
                    "delivered_at": order.delivered_at,
                    "total": order.shown.total,
                    "currency": order.shown.currency or currency,
                    "value": order.total,
                    "net": order.net,
                    "refunded": int(order.refunded),
                    "items": order.shown.items,
                    _VALUED: order.items,
                }
            )
    return _keep(connection, orders, "order", made, _ORDERS_THERE)


def _happenings(
    connection: Connection, statement: str, keys: Collection[str]
) -> Mapping[str, Sequence[Happening]]:
    found: dict[str, list[Happening]] = defaultdict(list)
    if keys:
        for thing, *of_event in rows(connection, statement, keys=keys, json=("properties",)):
            found[thing].append(Happening(*of_event))
    return found


def _keep(connection: Connection, table: Table, kind: str, made: list[Row], there: str) -> Concerned:
    """Write the things and their items; those that are there keep our id."""
    if not made:
        return Concerned()
    valued = {thing["key"]: thing.pop(_VALUED) for thing in made}
    found = rows(connection, there, keys=[thing["key"] for thing in made])
    known = {key: id_ for key, id_, _ in found}
    ids = next_ids(connection, table, sum(thing["key"] not in known for thing in made))
    for thing in made:
        thing["id"] = known[thing["key"]] if thing["key"] in known else next(ids)
    upsert_rows(connection, table, made, keep={"id"})
    products: set[tuple[int, str]] = set()
    if known:
        before: Any = run(connection, _ITEMS_THERE, batch=known.values(), kind=kind)
        products.update((row[0], row[1]) for row in before)
        run(connection, _FORGET_ITEMS, batch=known.values(), kind=kind)
    entries = [item for thing in made for item in _item_rows(kind, thing, valued)]
    insert_values(connection, items, _ITEM, entries)
    products.update((entry[_OWNER], entry[_PRODUCT]) for entry in entries if entry[_PRODUCT] is not None)
    return Concerned({owner for _, _, owner in found} | {thing["contact_id"] for thing in made}, products)


_VALUED = "valued"
"""The items with prices in the brand's currency: they become rows of their own, for conditions."""
_ITEM = (
    "kind", "thing_id", "position", "contact_id",
    "product_key", "title", "url", "image", "category", "price", "quantity",
)  # fmt: skip
_OWNER, _PRODUCT = _ITEM.index("contact_id"), _ITEM.index("product_key")


def _item_rows(kind: str, thing: Row, valued: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    return (
        (kind, thing["id"], position, thing["contact_id"], *item)
        for position, item in enumerate(items_of(valued[thing["key"]]))
    )
