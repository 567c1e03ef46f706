"""Which comparisons of a segment with now turn while the clock goes on, whose rows they look at, and how each
turns when its moment passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
)
from penfriend.storage.passed_moments_path import Moving
from penfriend.storage.passed_moments_rows import Source, counted_rows, sources, sources_of_row
from penfriend.storage.segment_sql_moments import NOW

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
        for source in sources(test.field, segment):
            yield Watch(source if own else replace(source, occurrence=None), turns)


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
    rows = counted_rows(test.field)
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
            for source in sources_of_row(leaf.field, test.field, rows) if either else ():
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
