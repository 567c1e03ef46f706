"""Moments that have passed: for whom a look has to ask because the clock went on, and when the next one
passes.

A tick never scans all contacts: each moment that a segment compares with now sweeps over a range of values
between two looks, and the range is read from an index (`indexes_for` names those that activation makes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    Integer,
    Table,
    bindparam,
    cast,
    insert,
    null,
    select,
    text,
)
from sqlalchemy.engine import Dialect

from penfriend.domain.definitions import Definitions
from penfriend.domain.moments import FromNow
from penfriend.domain.segment import Segment
from penfriend.domain.timing import DAY, Moment, local_date, midnight, shift
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.looks_tables import look_passed, write
from penfriend.storage.passed_moments_lowest import LowestValues, Range, between
from penfriend.storage.passed_moments_path import Sweep, bound_at, days_in, sweeps
from penfriend.storage.passed_moments_rows import Source
from penfriend.storage.passed_moments_sources import Turn, watches
from penfriend.storage.segment_sql_json import Expr

_COLUMNS = ["contact_id", "occurrence", "at", "turns"]


@dataclass(frozen=True, slots=True)
class _Reached:
    """When a bound reaches the nearest value, as reckoned at some moment. It stays so till then, while that
    value is the nearest."""

    value: int | str
    since: Moment
    at: int


class PassedMoments:
    """The moments of one segment that pass while the clock goes on."""

    def __init__(self, segment: Segment, definitions: Definitions) -> None:
        self.watches = watches(segment, definitions)
        self._turns = [(watch.source, turn) for watch in self.watches for turn in watch.turns]
        self._lowest = LowestValues([source for source, _ in self._turns])
        self._zone = definitions.brand.zone
        self._reached: dict[int, _Reached] = {}
        """By the place of the turn."""

    def record(self, connection: Connection, last: Moment, now: Moment) -> bool:
        """Write into `look_passed` for whom a moment passed in (last, now], and when; whether there is
        anybody."""
        passed = [list(self._passes(source, turn, last, now)) for source, turn in self._turns]
        ranges = [_range(source, rows) for (source, _), rows in zip(self._turns, passed, strict=True)]
        if not any(ranges):
            return False
        lowest = self._lowest.within(connection, ranges)  # mostly nobody, and then nothing is to be written
        recorded = 0
        for (source, _), rows, value in zip(self._turns, passed, lowest, strict=True):
            if value is not None:
                recorded += sum(write(connection, recording(source), row) for row in rows)
        return recorded > 0

    def next_moment(self, connection: Connection, after: Moment) -> Moment | None:
        """The first moment after `after` at which a look may find somebody changed by time alone; None
        where there is none."""
        if not self._turns:
            return None
        beyond = [self._beyond(source, turn, after) for source, turn in self._turns]
        values = self._lowest.within(connection, beyond)
        found = [
            moment
            for place, value in enumerate(values)
            if (moment := self._next(connection, place, value, after)) is not None
        ]
        return Moment(min(found)) if found else None

    def _passes(self, source: Source, turn: Turn, last: Moment, now: Moment) -> Iterator[dict[str, object]]:
        for sweep in sweeps(turn.expr, last, now, self._zone, turn.strict):
            turns = -turn.to if sweep.back else turn.to
            if not source.is_date:
                moves = 1 if sweep.at is None else 0
                moved = -sweep.offset if sweep.at is None else sweep.at
                yield {"low": sweep.low, "high": sweep.high, "moves": moves, "moved": moved, "turn": turns}
                continue
            for day, at in days_in(sweep, self._zone):
                passed = day - timedelta(days=1) if turn.day_after else day
                yield {"day": passed.isoformat(), "moment": at, "turn": turns}

    def _next(self, connection: Connection, place: int, value: int | str | None, after: Moment) -> int | None:
        """When the bound reaches the nearest value, or goes back before; reckoned once for each value."""
        known = self._reached.get(place)
        if known is not None and known.value == value and known.since <= after < known.at:
            return known.at
        source, turn = self._turns[place]
        found = self._reckoned(connection, source, turn, value, after)
        if value is not None and found is not None:
            self._reached[place] = _Reached(value, after, found)
        return found

    def _reckoned(
        self, connection: Connection, source: Source, turn: Turn, value: int | str | None, after: Moment
    ) -> int | None:
        nearest = self._midnight(value, turn) if isinstance(value, str) else value
        until = _reached(turn, nearest, after, self._zone) if nearest is not None else after + 3 * DAY
        for sweep in sweeps(turn.expr, after, until, self._zone, turn.strict):
            if sweep.back:
                if sweep.at is not None:
                    return sweep.at
            elif nearest is not None and sweep.high >= nearest:
                first = self._first_in(connection, source, turn, sweep)
                if first is not None:
                    return first
        return None

    def _beyond(self, source: Source, turn: Turn, after: Moment) -> Range:
        """The values that the bound has not reached."""
        bound = bound_at(turn.expr, after, self._zone)
        if not source.is_date:
            return (bound - 1 if turn.strict else bound), 2**62
        begun = local_date(Moment(bound), self._zone)
        if turn.strict and midnight(begun, self._zone) == bound:  # reached, but the bound is not beyond it
            begun -= timedelta(days=1)
        day = begun - timedelta(days=1 if turn.day_after else 0)
        return day.isoformat(), "9999-12-31"

    def _first_in(self, connection: Connection, source: Source, turn: Turn, sweep: Sweep) -> int | None:
        if not source.is_date:
            (value,) = LowestValues([source]).within(connection, [(sweep.low, sweep.high)])
            return None if value is None else sweep.moment(int(value))
        for day, at in days_in(sweep, self._zone):
            passed = day - timedelta(days=1) if turn.day_after else day
            before = (passed - timedelta(days=1)).isoformat()
            (value,) = LowestValues([source]).within(connection, [(before, passed.isoformat())])
            if value is not None:
                return at
        return None

    def _midnight(self, day: str, turn: Turn) -> int:
        passed = date.fromisoformat(day) + timedelta(days=1 if turn.day_after else 0)
        return midnight(passed, self._zone)


def _reached(turn: Turn, value: int, after: Moment, zone: ZoneInfo) -> int:
    """A moment at which the bound is beyond the value for certain."""
    if isinstance(turn.expr, FromNow):
        back = shift(Moment(value), turn.expr.duration, zone, -turn.expr.sign)
        return max(back, after) + (0 if turn.expr.duration.is_elapsed else 5 * DAY) + 1
    return max(value, after) + 8 * DAY


@lru_cache(maxsize=1024)
def recording(source: Source) -> Insert:
    """INSERT ... SELECT of the rows that one sweep passes, or of those with one date."""
    occurrence = null() if source.occurrence is None else source.occurrence
    turn = bindparam("turn", type_=Integer())
    if source.is_date:
        at: Expr = cast(bindparam("moment", type_=BIG), BigInteger)
        which = [source.value == bindparam("day", type_=TEXT)]
    else:
        at = source.value * bindparam("moves", type_=BIG) + bindparam("moved", type_=BIG)
        which = between(source)
    rows = source.table if source.joined is None else source.joined
    query = select(source.contact, occurrence, at, cast(turn, Integer)).select_from(rows).where(*which)
    # an event without the key of the segment is no thing of it
    known = [] if source.occurrence is None else [source.occurrence.is_not(None)]
    return insert(look_passed).from_select(
        _COLUMNS, query.where(*source.where, *known, source.contact.is_not(None))
    )


def _range(source: Source, rows: Sequence[Mapping[str, Any]]) -> Range | None:
    """All that these parameters of `recording` pass; None where that is nothing."""
    if not rows:
        return None
    if source.is_date:
        first = date.fromisoformat(min(row["day"] for row in rows))
        return (first - timedelta(days=1)).isoformat(), max(row["day"] for row in rows)
    return min(row["low"] for row in rows), max(row["high"] for row in rows)


def make_indexes(connection: Connection, segment: Segment, definitions: Definitions) -> list[str]:
    """Make the indexes on moving values that are missing; the names of those that were made."""
    return make_missing(connection, indexes_for(segment, definitions, connection.dialect))


def make_missing(connection: Connection, indexes: Mapping[str, str]) -> list[str]:
    """Make those of these indexes (name and statement) that are not there; the names of those that were
    made."""
    known = set(connection.exec_driver_sql(_INDEX_NAMES[connection.dialect.name]).scalars())
    made = []
    for name, statement in indexes.items():
        if name not in known:
            connection.execute(text(statement.replace(":", r"\:")))  # no name is a parameter
            known.add(name)
            made.append(name)
    return made


def indexes_for(segment: Segment, definitions: Definitions, dialect: Dialect) -> dict[str, str]:
    """The indexes that the segment's moments need beside those that the tables have: name and statement."""
    found: dict[str, str] = {}
    for watch in watches(segment, definitions):
        found |= index_of(watch.source, dialect)
    return found


def index_of(source: Source, dialect: Dialect) -> dict[str, str]:
    """The index on the source's values, by name, where the tables have none."""
    table = source.table
    columns = _indexed(source, dialect)
    if not isinstance(table, Table) or _has_index(table, columns):
        return {}
    name = f"ix_moving_{table.name}_{hashlib.sha256(columns.encode()).hexdigest()[:12]}"
    return {name: f"CREATE INDEX IF NOT EXISTS {name} ON {table.name} ({columns})"}


_INDEX_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
}


def _has_index(table: Table, columns: str) -> bool:
    """One over all rows that begins with these columns."""
    wanted = columns.split(", ")
    return any(
        [column.name for column in index.columns][: len(wanted)] == wanted
        and all(options.get("where") is None for options in index.dialect_options.values())
        for index in table.indexes
    )


def _indexed(source: Source, dialect: Dialect) -> str:
    """What the index is on: the columns that `where` compares with one value, then the moving value."""
    fixed = [part.left for part in source.where]
    rendered = [
        str(part.compile(dialect=dialect, compile_kwargs={"literal_binds": True, "include_table": False}))
        for part in (*fixed, source.value)
    ]
    if len(rendered[-1]) > 64 or "(" in rendered[-1]:
        rendered[-1] = f"({rendered[-1]})"
    return ", ".join(rendered)
