"""Arithmetic with dates and moments of rows, by the brand's clock.

The rules of a zone are computed in Python and handed over as a list of offsets; the database only looks them
up and adds.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, String, cast, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from penfriend.domain.timing import DAY, SECOND, Duration, Unit, from_datetime, shift
from penfriend.storage.segment_sql_json import Expr

_DAYS_BEFORE = 719_162
"""From year 1 to 1970: keeps a division from rounding towards zero."""
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)


class DayNumber(FunctionElement[int]):
    """(date): days since 1970-01-01 of an ISO date."""

    inherit_cache = True
    type = BigInteger()


class DayText(FunctionElement[str]):
    """(number): the ISO date of so many days since 1970-01-01."""

    inherit_cache = True
    type = String()


class AddMonths(FunctionElement[str]):
    """(date, months): the ISO date moved by months; a day that the month lacks is its last."""

    inherit_cache = True
    type = String()


class WallMonths(FunctionElement[int]):
    """(wall, months): a wall-clock time in microseconds moved by months, at the same time of day."""

    inherit_cache = True
    type = BigInteger()


class Stepped(FunctionElement[int]):
    """(moment, pieces): the moment and the second of the last pair in a JSON list of pairs whose first is
    not later than it."""

    inherit_cache = True
    type = BigInteger()


@compiles(DayNumber, "sqlite")
def _day_number_sqlite(element: DayNumber, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 2440587.5 AS INTEGER)"


@compiles(DayNumber, "postgresql")
def _day_number_postgres(element: DayNumber, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(CAST({compiler.process(element.clauses, **kw)} AS date) - DATE '1970-01-01')"


@compiles(DayText, "sqlite")
def _day_text_sqlite(element: DayText, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date(({compiler.process(element.clauses, **kw)}) * 86400, 'unixepoch')"


@compiles(DayText, "postgresql")
def _day_text_postgres(element: DayText, compiler: SQLCompiler, **kw: Any) -> str:
    number = compiler.process(element.clauses, **kw)
    return f"to_char(DATE '1970-01-01' + CAST({number} AS integer), 'YYYY-MM-DD') COLLATE \"C\""


@compiles(AddMonths, "sqlite")
def _add_months_sqlite(element: AddMonths, compiler: SQLCompiler, **kw: Any) -> str:
    day, months = (compiler.process(part, **kw) for part in element.clauses)
    plain = f"date({day}, CAST({months} AS TEXT) || ' months')"
    last = f"date({day}, 'start of month', CAST({months} + 1 AS TEXT) || ' months', '-1 day')"
    return f"min({plain}, {last})"  # SQLite's own addition runs over into the next month


@compiles(AddMonths, "postgresql")
def _add_months_postgres(element: AddMonths, compiler: SQLCompiler, **kw: Any) -> str:
    day, months = (compiler.process(part, **kw) for part in element.clauses)
    moved = f"CAST({day} AS date) + make_interval(months => CAST({months} AS integer))"
    return f"to_char({moved}, 'YYYY-MM-DD') COLLATE \"C\""


_WHOLE_DAYS = f"((x.v + {_DAYS_BEFORE * DAY}) / {DAY} - {_DAYS_BEFORE})"


# The moment is computed once: LIMIT and OFFSET keep the databases from copying the expression to each place
# where it is used, CROSS JOIN keeps SQLite from computing it anew for each piece. What is put together here
# (S608) is SQL that is compiled already; values stay bound.
@compiles(WallMonths, "sqlite")
def _wall_months_sqlite(element: WallMonths, compiler: SQLCompiler, **kw: Any) -> str:
    wall, months = (compiler.process(part, **kw) for part in element.clauses)
    day = f"date({_WHOLE_DAYS} * 86400, 'unixepoch')"
    plain = f"julianday({day}, CAST(x.m AS TEXT) || ' months')"
    last = f"julianday({day}, 'start of month', CAST(x.m + 1 AS TEXT) || ' months', '-1 day')"
    moved = f"CAST(min({plain}, {last}) - 2440587.5 AS INTEGER)"
    result = f"{moved} * {DAY} + x.v - {_WHOLE_DAYS} * {DAY}"
    return f"(SELECT {result} FROM (SELECT {wall} AS v, {months} AS m LIMIT 1) AS x)"  # noqa: S608


@compiles(WallMonths, "postgresql")
def _wall_months_postgres(element: WallMonths, compiler: SQLCompiler, **kw: Any) -> str:
    wall, months = (compiler.process(part, **kw) for part in element.clauses)
    day = f"DATE '1970-01-01' + CAST({_WHOLE_DAYS} AS integer)"
    moved = f"CAST({day} + make_interval(months => CAST(x.m AS integer)) AS date) - DATE '1970-01-01'"
    result = f"CAST({moved} AS bigint) * {DAY} + x.v - {_WHOLE_DAYS} * {DAY}"
    return f"(SELECT {result} FROM (SELECT {wall} AS v, {months} AS m OFFSET 0) AS x)"  # noqa: S608


@compiles(Stepped, "sqlite")
def _stepped_sqlite(element: Stepped, compiler: SQLCompiler, **kw: Any) -> str:
    moment, pieces = (compiler.process(part, **kw) for part in element.clauses)
    rows = f"(SELECT {moment} AS v LIMIT 1) AS x CROSS JOIN json_each({pieces}) AS piece"
    start, offset = (f"json_extract(piece.value, '$[{place}]')" for place in (0, 1))
    return f"(SELECT x.v + {offset} FROM {rows} WHERE {start} <= x.v ORDER BY piece.key DESC LIMIT 1)"  # noqa: S608


@compiles(Stepped, "postgresql")
def _stepped_postgres(element: Stepped, compiler: SQLCompiler, **kw: Any) -> str:
    moment, pieces = (compiler.process(part, **kw) for part in element.clauses)
    pairs = f"jsonb_array_elements(CAST({pieces} AS jsonb)) AS piece"
    rows = f"(SELECT {moment} AS v OFFSET 0) AS x, {pairs}"
    start, offset = (f"CAST(piece ->> {place} AS bigint)" for place in (0, 1))
    return f"(SELECT x.v + {offset} FROM {rows} WHERE {start} <= x.v ORDER BY {start} DESC LIMIT 1)"  # noqa: S608


Pieces = tuple[tuple[int, int], ...]
"""From when on, and by how much; in the order of time."""


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    return (offset.days * 86_400 + offset.seconds) * SECOND


@lru_cache(maxsize=16)
def transitions(zone: ZoneInfo) -> Pieces:
    """(moment, offset from then on), 1970 to 2070; the first holds for all before, too."""
    return transitions_between(zone, _FIRST, _LAST)


@lru_cache(maxsize=1024)
def transitions_between(zone: ZoneInfo, first: datetime, last: datetime) -> Pieces:
    """The same for a shorter time; its last piece holds for all behind it."""
    found = [(-(1 << 62), _offset(first, zone))]
    at = first
    while at < last:
        following = at + timedelta(days=1)
        if _offset(following, zone) != found[-1][1]:
            low, high = at, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                if _offset(middle, zone) == found[-1][1]:
                    low = middle
                else:
                    high = middle
            found.append((from_datetime(high), _offset(high, zone)))
        at = following
    return tuple(found)


@lru_cache(maxsize=16)
def _by_utc(zone: ZoneInfo) -> str:
    return json.dumps(transitions(zone))


def by_wall(pieces: Pieces) -> Pieces:
    """(wall-clock time, what leads from then on to the moment): a skipped time goes by the old offset, one
    that comes twice means the first."""
    walls = [(pieces[0][0], -pieces[0][1])]
    for (_, before), (at, offset) in pairwise(pieces):
        walls.append((at + max(before, offset), -offset))
    return tuple(walls)


@lru_cache(maxsize=16)
def _by_wall(zone: ZoneInfo) -> str:
    return json.dumps(by_wall(transitions(zone)))


def _is_fixed(zone: ZoneInfo) -> bool:
    return len(transitions(zone)) == 1


def wall_of(moment: Expr, zone: ZoneInfo) -> Expr:
    """What the zone's clock shows, as microseconds since 1970-01-01 00:00 of that clock."""
    if _is_fixed(zone):
        return moment + literal(transitions(zone)[0][1], BigInteger())
    return Stepped(moment, literal(_by_utc(zone), String()))


def moment_of_wall(wall: Expr, zone: ZoneInfo) -> Expr:
    """The moment at which the zone's clock shows `wall`."""
    if _is_fixed(zone):
        return wall - literal(transitions(zone)[0][1], BigInteger())
    return Stepped(wall, literal(_by_wall(zone), String()))


def _number(value: int) -> Expr:
    return literal(value, BigInteger())


def floor_days(wall: Expr) -> Expr:
    """Whole days in a wall-clock time, also before 1970."""
    return (wall + _number(_DAYS_BEFORE * DAY)) // _number(DAY) - _number(_DAYS_BEFORE)


def midnight_of(day: Expr, zone: ZoneInfo) -> Expr:
    """The moment at which an ISO date begins."""
    return moment_of_wall(cast(DayNumber(day), BigInteger) * _number(DAY), zone)


def day_of(moment: Expr, zone: ZoneInfo) -> Expr:
    """The ISO date that the zone's calendar shows."""
    return DayText(floor_days(wall_of(moment, zone)))


def shift_day(day: Expr, duration: Duration, sign: int) -> Expr:
    """An ISO date moved by days, weeks, months or years."""
    amount = sign * duration.amount
    match duration.unit:
        case Unit.DAYS:
            return DayText(DayNumber(day) + _number(amount))
        case Unit.WEEKS:
            return DayText(DayNumber(day) + _number(7 * amount))
        case Unit.MONTHS:
            return AddMonths(day, _number(amount))
        case Unit.YEARS:
            return AddMonths(day, _number(12 * amount))
        case _:
            raise ValueError(f"a date cannot be moved by {duration}")


def shift_moment(moment: Expr, duration: Duration, sign: int, zone: ZoneInfo) -> Expr:
    """A moment moved as `penfriend.domain.timing.shift` does it."""
    if duration.is_elapsed:
        return moment + _number(shift(from_datetime(_FIRST), duration, zone, sign))
    return moment_of_wall(shift_wall(wall_of(moment, zone), duration, sign), zone)


def shift_wall(wall: Expr, duration: Duration, sign: int) -> Expr:
    """What a clock shows, moved by days, weeks, months or years."""
    if duration.unit in (Unit.DAYS, Unit.WEEKS):
        days = duration.amount * (7 if duration.unit is Unit.WEEKS else 1)
        return wall + _number(sign * days * DAY)
    months = sign * duration.amount * (12 if duration.unit is Unit.YEARS else 1)
    return WallMonths(wall, _number(months))
