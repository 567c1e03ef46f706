"""Which rows hold the moments that a segment compares with now, and how each comparison turns when its
moment passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import FromClause

from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import FromNow, Weekday, Window
from penfriend.domain.segment import (
    All,
    AnyOf,
    Condition,
    InSegment,
    Narrow,
    Not,
    Op,
    Segment,
    Test,
    Things,
)
from penfriend.storage import tables as t
from penfriend.storage.passed_moments_path import Moving
from penfriend.storage.segment_sql_fields import event_value
from penfriend.storage.segment_sql_json import Expr, typed
from penfriend.storage.segment_sql_moments import NOW
from penfriend.storage.segment_sql_things import event_key

EITHER = 0
"""A row that enters or leaves a window may turn a count either way."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A comparison with a bound: which one, whether the value must be beyond it (`strict`), and to what it
    turns: 1 yes, -1 no, 0 either.

    `day_after`: a date is passed when the day after it begins.
    """

    expr: Moving
    strict: bool
    to: int
    day_after: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """Rows with a contact and a moment or date; `occurrence` where the row is the thing itself."""

    table: FromClause
    contact: Expr
    value: Expr
    is_date: bool
    where: tuple[Expr, ...] = ()
    occurrence: Expr | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """One moment that is named in a segment: whose rows to look at, and when they turn."""

    source: Source
    turns: tuple[Turn, ...]


_TURNS: dict[Op, tuple[tuple[bool, int], ...]] = {
    Op.BEFORE: ((False, 1),),
    Op.AT_MOST: ((False, 1),),
    Op.AFTER: ((False, -1),),
    Op.MORE_THAN: ((False, -1),),
    Op.AT_LEAST: ((True, -1),),
    Op.LESS_THAN: ((True, 1),),
}


def watches(segment: Segment, definitions: Definitions) -> tuple[Watch, ...]:
    """Every moment of the segment that passes while the clock goes on, those of the segments that it names
    included."""
    return tuple(_walk(segment.where, segment, definitions, 1, True))


def _walk(
    condition: Condition, segment: Segment, definitions: Definitions, sign: int, own: bool
) -> Iterator[Watch]:
    match condition:
        case All(of) | AnyOf(of):
            for part in of:
                yield from _walk(part, segment, definitions, sign, own)
        case Not(of):
            yield from _walk(of, segment, definitions, -sign, own)
        case InSegment(name):
            inner = definitions.segments[name]
            yield from _walk(inner.where, inner, definitions, sign, False)
        case Test(narrow=narrow):
            if narrow is not None:
                yield from _of_narrow(condition, narrow)
            yield from _of_test(condition, segment, sign, own)


def _of_test(test: Test, segment: Segment, sign: int, own: bool) -> Iterator[Watch]:
    turns = tuple(
        Turn(turn.expr, turn.strict, turn.to * sign, turn.day_after)
        for turn in _turns(test.field, test.op, test.value)
    )
    if turns:
        source = _source(test.field, segment)
        if source is not None:
            yield Watch(source if own else _of_contact(source), turns)


def _of_contact(source: Source) -> Source:
    return Source(source.table, source.contact, source.value, source.is_date, source.where)


def _turns(field: Field, op: Op, value: object) -> Iterator[Turn]:
    if op in (Op.NOT, Op.NOT_IN):
        opposite = Op.EQUAL if op is Op.NOT else Op.IN
        for turn in _turns(field, opposite, value):
            yield Turn(turn.expr, turn.strict, -turn.to, turn.day_after)
    elif isinstance(value, tuple):
        for one in value:
            yield from _turns(field, Op.EQUAL, one)
    elif isinstance(value, Window):
        yield from _of_window(value, (-1, 1))
    elif isinstance(value, FromNow | Weekday):
        if op is Op.EQUAL:
            yield Turn(value, False, 1)
            is_date = field.type is FieldType.DATE
            yield Turn(value, not is_date, -1, day_after=is_date)
        for strict, to in _TURNS.get(op, ()):
            yield Turn(value, strict, to)


def _of_window(window: Window, to: tuple[int, int]) -> Iterator[Turn]:
    far = FromNow(window.duration, window.sign)
    first, last = (far, NOW) if window.sign < 0 else (NOW, far)
    yield Turn(first, True, to[0])
    yield Turn(last, False, to[1])


def _of_narrow(test: Test, narrow: Narrow) -> Iterator[Watch]:
    """Rows come into a window and leave it; what a `where` asks of them changes in time as well."""
    rows = _counted(test.field)
    turns = []
    if narrow.within is not None:
        turns += list(_of_window(narrow.within, (EITHER, EITHER)))
    for expr in (narrow.before, narrow.after):
        if isinstance(expr, FromNow | Weekday):
            turns.append(Turn(expr, False, EITHER))
    if turns:
        yield Watch(rows, tuple(turns))
    if narrow.where is not None:
        for leaf in _leaves(narrow.where):
            either = tuple(
                Turn(u.expr, u.strict, EITHER, u.day_after) for u in _turns(leaf.field, leaf.op, leaf.value)
            )
            source = _of_row(leaf.field, rows.table, rows.where) if either else None
            if source is not None:
                yield Watch(source, either)


def _leaves(condition: Condition) -> Iterator[Test]:
    match condition:
        case All(of) | AnyOf(of):
            for part in of:
                yield from _leaves(part)
        case Not(of):
            yield from _leaves(of)
        case Test():
            yield condition
        case InSegment():
            pass


def _counted(field: Field) -> Source:
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


def _of_row(field: Field, table: FromClause, where: tuple[Expr, ...]) -> Source | None:
    """The field of a counted row itself; another field stands still while the clock goes on only if it is
    no moment of the row."""
    if field.group == "event" and table is t.events:
        return _rows(table, event_value(table, field), where, field.type is FieldType.DATE)
    if field.group == "order" and table is t.orders:
        return _rows(table, table.c[field.key])
    return _source(field, None)


def _source(field: Field, segment: Segment | None) -> Source | None:
    """Where the field's moments stand. None for a field that holds none that can be found by an index."""
    reader = _SOURCES.get(field.group)
    return None if reader is None else reader(field, segment)


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
