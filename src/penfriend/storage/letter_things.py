"""What templates can name of things: a cart, an order, points, a reward, a purchase, a product, an event.

Each function takes the people of a batch and gives a frozen value by enrollment id, in one query. A singular
is the thing that the enrollment is about; where it is about none of the kind, the contact's latest. What is
missing is None as a whole, so that a letter can ask for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, select, tuple_

from penfriend.domain.definitions import Definitions
from penfriend.domain.events import BUILT_IN
from penfriend.domain.exchange import as_it_came
from penfriend.domain.facts import Frozen, frozen_day, frozen_moment, frozen_money
from penfriend.domain.fields import FieldType
from penfriend.storage.letter_values import Person, items_of, typed
from penfriend.storage.tables import carts, events, expiries, orders, products, purchases, rewards


def _by_key(connection: Connection, table: Table, keys: Collection[str | None]) -> dict[str, Row[Any]]:
    found = sorted({key for key in keys if key is not None})
    if not found:
        return {}
    return {row.key: row for row in connection.execute(_of_keys(table), {"keys": found})}


@cache
def _of_keys(table: Table) -> Select[Any]:
    return select(table).where(table.c.key.in_(bindparam("keys", expanding=True)))


def _own(
    connection: Connection, table: Table, people: Sequence[Person], keys: Mapping[int, str | None]
) -> dict[int, Row[Any] | None]:
    """The row of the key by enrollment; an id of somebody else's thing shows nobody's."""
    rows = _by_key(connection, table, keys.values())
    found = {p.enrollment.id: (p.contact.id, rows.get(keys[p.enrollment.id] or "")) for p in people}
    return {
        enrollment: row if row is not None and row.contact_id == contact else None
        for enrollment, (contact, row) in found.items()
    }


def carts_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`cart`: where the enrollment is about an order, that order's."""
    subjects = {p.enrollment.id: p.enrollment.subject for p in people}
    ordered = _by_key(connection, orders, [one.order_key for one in subjects.values() if not one.cart_key])
    keys: dict[int, str | None] = {}
    for p in people:
        subject = p.enrollment.subject
        of_order = ordered.get(subject.order_key or "")
        keys[p.enrollment.id] = (
            subject.cart_key or (of_order.cart_key if of_order is not None else None) or p.contact.latest_cart
        )
    return {enrollment: _cart(row) for enrollment, row in _own(connection, carts, people, keys).items()}


def _cart(row: Row[Any] | None) -> Frozen:
    if row is None:
        return None
    return {
        "id": row.key,
        "status": row.status,
        "updated_at": frozen_moment(row.updated_at),
        "total": frozen_money(row.total, row.currency),
        "items_count": row.items_count,
        "items": items_of(row.items, row.currency),
        "url": row.url,
    }


def orders_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`order`."""
    keys = {p.enrollment.id: p.enrollment.subject.order_key or p.contact.latest_order for p in people}
    return {enrollment: _order(row) for enrollment, row in _own(connection, orders, people, keys).items()}


def _order(row: Row[Any] | None) -> Frozen:
    if row is None:
        return None
    return {
        "id": row.key,
        "placed_at": frozen_moment(row.placed_at),
        "delivered_at": frozen_moment(row.delivered_at),
        "total": frozen_money(_net(row), row.currency),
        "items": items_of(row.items, row.currency),
    }


def _net(row: Row[Any]) -> int | None:
    """What is left of the total after refunds, in the order's own currency."""
    whole: int | None = row.total
    if whole is None or not row.value or row.net is None:
        return whole
    return whole * int(row.net) // int(row.value)


def points_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`points`: the balance, and what is left of the lot in question."""
    days = {p.enrollment.id: p.enrollment.subject.expires_on or p.contact.points_expires_on for p in people}
    pairs = sorted(
        {(p.contact.id, days[p.enrollment.id]) for p in people if days[p.enrollment.id] is not None}
    )
    left: dict[tuple[int, str], int] = {}
    if pairs:
        found = connection.execute(_of_pairs(expiries, "expires_on"), {"pairs": pairs})
        left = {(row.contact_id, row.expires_on): row.remaining for row in found}
    return {
        p.enrollment.id: {
            "balance": p.contact.points_balance,
            "lifetime": p.contact.points_lifetime,
            "earned": p.contact.points_earned,
            "spent": p.contact.points_spent,
            "expires_at": frozen_day(days[p.enrollment.id]),
            "remaining": left.get((p.contact.id, days[p.enrollment.id] or ""), 0),
        }
        for p in people
    }


def _pairs(
    connection: Connection, table: Table, column: str, keys: Mapping[int, tuple[int, str | None]]
) -> dict[int, Row[Any]]:
    pairs = sorted({(contact, key) for contact, key in keys.values() if key is not None})
    if not pairs:
        return {}
    found = {
        (row.contact_id, getattr(row, column)): row
        for row in connection.execute(_of_pairs(table, column), {"pairs": pairs})
    }
    return {enrollment: found[pair] for enrollment, pair in keys.items() if pair in found}


@cache
def _of_pairs(table: Table, column: str) -> Select[Any]:
    pair = tuple_(table.c.contact_id, table.c[column])
    return select(table).where(pair.in_(bindparam("pairs", expanding=True)))


def rewards_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`reward`."""
    keys = {
        p.enrollment.id: (p.contact.id, p.enrollment.subject.reward_key or p.contact.latest_reward)
        for p in people
    }
    rows = _pairs(connection, rewards, "key", keys)
    return {enrollment: _reward(rows.get(enrollment)) for enrollment in keys}


def _reward(row: Row[Any] | None) -> Frozen:
    if row is None:
        return None
    return {
        "id": row.key,
        "title": row.title,
        "cost": row.cost,
        "status": row.status,
        "expires_at": frozen_moment(row.expires_at),
    }


def purchases_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`purchase`: what the contact has had of the product in question."""
    keys = {
        p.enrollment.id: (p.contact.id, p.enrollment.subject.product_key or p.contact.latest_product)
        for p in people
    }
    rows = _pairs(connection, purchases, "product_key", keys)
    return {enrollment: _purchase(rows.get(enrollment)) for enrollment in keys}


def _purchase(row: Row[Any] | None) -> Frozen:
    if row is None:
        return None
    values = row._asdict()  # `row.count` is the method of tuples
    return {
        "first_at": frozen_moment(values["first_at"]),
        "last_at": frozen_moment(values["last_at"]),
        "count": values["count"],
    }


def products_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`product`."""
    keys = {p.enrollment.id: p.enrollment.subject.product_key or p.contact.latest_product for p in people}
    rows = _by_key(connection, products, keys.values())
    types = people[0].definitions.data.product if people else {}
    shown: dict[int, Frozen] = {}
    for enrollment, key in keys.items():
        row = rows.get(key) if key else None
        shown[enrollment] = (
            None
            if row is None
            else {
                **{name: getattr(row, name) for name in ("title", "url", "image", "category", "stock")},
                "id": row.key,
                "price": frozen_money(row.price, row.currency),
                "attributes": typed(row.attributes or {}, types),
            }
        )
    return shown


def event_types(definitions: Definitions, name: str) -> dict[str, FieldType]:
    """The properties of an event and their types: built in, or declared in `data.events`."""
    built_in = {key: known.type for key, known in BUILT_IN.get(name, {}).items()}
    return {**built_in, **definitions.data.events.get(name, {})}


_EVENTS = select(events).where(events.c.id.in_(bindparam("ids", expanding=True)))


def events_of(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """`event`: the one that the enrollment is about."""
    ids = sorted({p.enrollment.subject.event_id for p in people if p.enrollment.subject.event_id is not None})
    rows: dict[int | None, Row[Any]] = {}
    if ids:
        rows = {row.id: row for row in connection.execute(_EVENTS, {"ids": ids})}
    shown: dict[int, Frozen] = {}
    for p in people:
        row = rows.get(p.enrollment.subject.event_id)
        if row is None:
            shown[p.enrollment.id] = None
            continue
        properties = as_it_came(row.properties or {})
        currency = properties.get("currency") or p.definitions.brand.currency
        shown[p.enrollment.id] = {
            **typed(properties, event_types(p.definitions, row.name), currency),
            **({"items": items_of(properties["items"], currency)} if "items" in properties else {}),
            "name": row.name,
            "at": frozen_moment(row.at),
        }
    return shown
