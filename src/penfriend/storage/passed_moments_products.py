"""Where the moments stand that a product's attributes hold: in the catalog, and with everybody whose items,
purchases or events name the product.

`product.` is what somebody bought or had to do with, `order.items.`, `cart.items.` and `items.` what stands
in orders and carts, `event.items.` what an event lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import FromClause, and_

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.segment import Segment, Things
from penfriend.storage import tables as t
from penfriend.storage.segment_sql_json import Expr, entries, typed

_THINGS = {"cart": (Things.CARTS, t.carts), "order": (Things.ORDERS, t.orders)}


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """Rows with a contact and a moment or date; `occurrence` where the row is the thing itself."""

    table: FromClause
    contact: Expr
    value: Expr
    is_date: bool
    where: tuple[Expr, ...] = ()
    occurrence: Expr | None = None
    joined: FromClause | None = None
    """The table and those who say whose its rows are, where it does not say so itself."""


def of_a_product(field: Field) -> bool:
    """Whether the field is read from the catalog, by whatever names the product."""
    return field.group in ("product", "items") or field.subject.split(".")[0] == "items"


def product_sources(field: Field, segment: Segment | None, event: str) -> Iterator[Source]:
    """The attribute in the catalog, once for each kind of row that names products; `event` is the name of
    the events whose items are meant."""
    if field.group == "product":
        for naming in (t.purchases, t.events):
            yield _named_by(field, naming, _about_the_product(segment))
    elif field.group == "event":
        yield _listed_by_events(field, event)
    elif field.group == "items":
        yield _named_by(field, t.items)
    else:
        yield _in_things(field, segment)


def _about_the_product(segment: Segment | None) -> Expr | None:
    """The occurrence of a thing that is about one product; None where the segment's things are not."""
    if segment is None:
        return None
    by_event = segment.of is Things.EVENTS and segment.key == "product_id"
    return t.products.c.key if segment.of is Things.PURCHASES or by_event else None


def _of(field: Field, contact: Expr, joined: FromClause, occurrence: Expr | None) -> Source:
    value = typed(t.products.c.attributes, field.key, field.type)
    is_date = field.type is FieldType.DATE
    return Source(t.products, contact, value, is_date, occurrence=occurrence, joined=joined)


def _named_by(field: Field, naming: FromClause, occurrence: Expr | None = None) -> Source:
    joined = t.products.join(naming, naming.c.product_key == t.products.c.key)
    return _of(field, naming.c.contact_id, joined, occurrence)


def _in_things(field: Field, segment: Segment | None) -> Source:
    things, table = _THINGS[field.group]
    item = t.items
    of_thing = and_(item.c.kind == field.group, table.c.id == item.c.thing_id)
    joined = t.products.join(item, item.c.product_key == t.products.c.key).join(table, of_thing)
    own = segment is not None and segment.of is things
    return _of(field, item.c.contact_id, joined, table.c.key if own else None)


def _listed_by_events(field: Field, event: str) -> Source:
    """No index leads from a product to the lists that name it: all events of that name are read, and only
    when a moment of the catalog passes."""
    row = t.events
    entry = entries(row.c.properties, "items").alias("entry")
    named = typed(entry.c.value, "product_id", FieldType.TEXT) == t.products.c.key
    joined = t.products.join(row, row.c.name == event).join(entry, named)
    return _of(field, row.c.contact_id, joined, None)
