"""Which rows hold the moments of a field, and whose they are."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import FromClause

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.segment import Segment, Things
from penfriend.storage import tables as t
from penfriend.storage.passed_moments_products import Source, of_a_product, product_sources
from penfriend.storage.segment_sql_fields import event_value
from penfriend.storage.segment_sql_json import Expr, typed
from penfriend.storage.segment_sql_things import event_key

__all__ = ["Source", "counted_rows", "sources", "sources_of_row"]


def counted_rows(field: Field) -> Source:
    """The rows that a count, sum or average looks over."""
    if field.group == "orders":
        return _rows(t.orders, t.orders.c.placed_at)
    if field.group == "events":
        return _rows(t.events, t.events.c.at, (t.events.c.name == field.subject,))
    return _rows(t.point_moves, t.point_moves.c.at)


def _rows(
    table: FromClause,
    value: Expr,
    where: tuple[Expr, ...] = (),
    is_date: bool = False,
    occurrence: Expr | None = None,
) -> Source:
    return Source(table, table.c.contact_id, value, is_date, where, occurrence)


def sources_of_row(field: Field, counted: Field, rows: Source) -> tuple[Source, ...]:
    """Where the moments of a field stand that a `where` asks of the rows of `counted`: in the row itself, or
    as anywhere else."""
    if of_a_product(field):
        return tuple(product_sources(field, None, counted.subject))
    if field.group == "event" and rows.table is t.events:
        is_date = field.type is FieldType.DATE
        return (_rows(rows.table, event_value(rows.table, field), rows.where, is_date),)
    if field.group == "order" and rows.table is t.orders:
        return (_rows(rows.table, rows.table.c[field.key]),)
    return sources(field, None)


def sources(field: Field, segment: Segment | None) -> tuple[Source, ...]:
    """Where the field's moments stand. None for a field that is always missing there."""
    if of_a_product(field):
        return tuple(product_sources(field, segment, "" if segment is None else segment.event))
    reader = _SOURCES.get(field.group)
    found = None if reader is None else reader(field, segment)
    return () if found is None else (found,)


def _contact(field: Field, _segment: Segment | None) -> Source:
    c = t.contacts.c
    value = typed(c.attributes, field.key, field.type) if field.subject == "attributes" else c[field.key]
    return Source(t.contacts, c.id, value, field.type is FieldType.DATE)


def _fact(field: Field, _segment: Segment | None) -> Source:
    return Source(t.contacts, t.contacts.c.id, t.contacts.c[f"{field.group}_{field.key}"], False)


def _thing(things: Things, table: FromClause, key: str) -> Callable[[Field, Segment | None], Source]:
    def source(field: Field, segment: Segment | None) -> Source:
        own = segment is not None and segment.of is things
        return _rows(table, table.c[field.key], occurrence=table.c[key] if own else None)

    return source


def _points(_field: Field, segment: Segment | None) -> Source:
    own = segment is not None and segment.of is Things.POINTS
    row = t.expiries
    return _rows(row, row.c.expires_on, (), True, row.c.expires_on if own else None)


def _events(field: Field, _segment: Segment | None) -> Source:
    row = t.event_facts
    return _rows(row, row.c[field.key], (row.c.name == field.subject,))


def _event(field: Field, segment: Segment | None) -> Source | None:
    if segment is None or segment.of is not Things.EVENTS:
        return None
    row = t.events
    occurrence = event_key(row, segment.key)
    where = (row.c.name == segment.event,)
    return _rows(row, event_value(row, field), where, field.type is FieldType.DATE, occurrence)


def _campaign(field: Field, _segment: Segment | None) -> Source:
    row = t.enrollments
    return _rows(row, row.c.entered_at, (row.c.campaign == field.subject,))


def _survey(field: Field, _segment: Segment | None) -> Source:
    row = t.answers
    return _rows(row, row.c.answered_at, (row.c.survey == field.subject,))


_SOURCES: dict[str, Callable[[Field, Segment | None], Source | None]] = {
    "contact": _contact,
    "orders": _fact,
    "rewards": _fact,
    "cart": _thing(Things.CARTS, t.carts, "key"),
    "order": _thing(Things.ORDERS, t.orders, "key"),
    "purchase": _thing(Things.PURCHASES, t.purchases, "product_key"),
    "reward": _thing(Things.REWARDS, t.rewards, "key"),
    "points": _points,
    "events": _events,
    "event": _event,
    "campaign": _campaign,
    "survey": _survey,
}
