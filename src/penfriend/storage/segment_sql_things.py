"""The things that segments are made of, as rows of the contact: carts, orders, purchases, points, rewards,
events, rows that were read from a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import FromClause, func, literal

from penfriend.domain.segment import Segment, Things
from penfriend.storage import tables as t
from penfriend.storage.columns import TEXT
from penfriend.storage.segment_sql_json import Expr, any_text
from penfriend.storage.segment_sql_scope import Scope, there_is


@dataclass(frozen=True, slots=True)
class ThingRows:
    """The rows of one kind of thing, one row each: whose, which, and when it is one at all."""

    row: FromClause
    group: str
    """The group of fields that the row answers."""
    occurrence: Expr
    subject: Mapping[str, Expr]
    about: str
    """The column of `Subject` that says that something is about such a thing."""
    is_thing: tuple[Expr, ...] = ()

    def of(self, contact: FromClause) -> list[Expr]:
        """What must hold for the row to be a thing of this contact."""
        return [self.row.c.contact_id == contact.c.id, *self.is_thing]

    def scope(self, contact: FromClause, frozen: bool = False) -> Scope:
        """Where the segment's condition is read."""
        return Scope(contact=contact, subject=self.subject, rows={self.group: self.row}, frozen=frozen)


def thing_rows(segment: Segment) -> ThingRows:
    """The rows of the segment's things, under a name of their own. Not for contacts."""
    return _KINDS[segment.of](segment)


def _carts(_segment: Segment) -> ThingRows:
    row = t.carts.alias()
    return ThingRows(row, "cart", row.c.key, {"cart_key": row.c.key}, "cart_key")


def _orders(_segment: Segment) -> ThingRows:
    row = t.orders.alias()
    subject = {"order_key": row.c.key, "cart_key": row.c.cart_key}
    # what is known by its delivery or refund alone was not placed yet; what was given back whole is no order
    # any more
    return ThingRows(
        row, "order", row.c.key, subject, "order_key", (row.c.placed_at.is_not(None), row.c.refunded == 0)
    )


def _purchases(_segment: Segment) -> ThingRows:
    row = t.purchases.alias()
    subject = {"product_key": row.c.product_key}
    return ThingRows(row, "purchase", row.c.product_key, subject, "product_key", (row.c.count > 0,))


def _points(_segment: Segment) -> ThingRows:
    row = t.expiries.alias()
    subject = {"expires_on": row.c.expires_on}
    return ThingRows(row, "points", row.c.expires_on, subject, "expires_on", (row.c.remaining > 0,))


def _rewards(_segment: Segment) -> ThingRows:
    row = t.rewards.alias()
    return ThingRows(row, "reward", row.c.key, {"reward_key": row.c.key}, "reward_key")


def _events(segment: Segment) -> ThingRows:
    row, later = t.events.alias(), t.events.alias()
    occurrence = event_key(row, segment.key)
    same = [later.c.contact_id == row.c.contact_id, later.c.name == segment.event]
    is_thing = [row.c.name == segment.event]
    if segment.key:
        same.append(event_key(later, segment.key) == occurrence)
        is_thing.append(occurrence.is_not(None))
    after = (later.c.at > row.c.at) | ((later.c.at == row.c.at) & (later.c.key > row.c.key))
    is_thing.append(~there_is(later, where=[*same, after]))
    return ThingRows(row, "event", occurrence, event_subject(row), "event_id", tuple(is_thing))


def _rows(segment: Segment) -> ThingRows:
    row = t.source_rows.alias()
    subject = {"row_key": literal(row_prefix(segment.name), TEXT) + row.c.occurrence}
    is_thing = (row.c.segment == segment.name, row.c.gone_at.is_(None))
    return ThingRows(row, "row", row.c.occurrence, subject, "row_key", is_thing)


def row_prefix(segment: str) -> str:
    """How `row_key` begins for rows of that segment: of no other, for a name has no colon."""
    return f"{segment}:"


def event_subject(row: FromClause) -> dict[str, Expr]:
    """What is about an event is about its cart, order and product too."""
    return {
        "event_id": row.c.id,
        "cart_key": row.c.cart_key,
        "order_key": row.c.order_key,
        "product_key": row.c.product_key,
    }


def event_key(row: FromClause, key: str) -> Expr:
    """The value of an event's `key` as the text of an occurrence; empty text without a key, NULL where the
    event lacks it."""
    if not key:
        return literal("", TEXT)
    text = any_text(row.c.properties, key)
    column = {"cart_id": "cart_key", "order_id": "order_key", "product_id": "product_key"}.get(key)
    return text if column is None else func.coalesce(row.c[column], text)


_KINDS: dict[Things, Callable[[Segment], ThingRows]] = {
    Things.CARTS: _carts,
    Things.ORDERS: _orders,
    Things.PURCHASES: _purchases,
    Things.POINTS: _points,
    Things.REWARDS: _rewards,
    Things.EVENTS: _events,
    Things.ROWS: _rows,
}
