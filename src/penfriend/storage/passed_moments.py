"""Moments that have passed: for whom a look has to ask because the clock went on, and when the next one
passes.

A tick never scans all contacts: each moment that a segment compares with now sweeps over a range of values
between two looks, and the range is read from an index (`indexes_for` names those that activation makes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    Integer,
    Select,
    Table,
    bindparam,
    cast,
    func,
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
from penfriend.storage.passed_moments_path import Sweep, bound_at, days_in, sweeps
from penfriend.storage.passed_moments_rows import Source
from penfriend.storage.passed_moments_sources import Turn, watches
from penfriend.storage.segment_sql_json import Expr

_COLUMNS = ["contact_id", "occurrence", "at", "turns"]


class PassedMoments:
    """The moments of one segment that pass while the clock goes on."""

    def __init__(self, segment: Segment, definitions: Definitions) -> None:
        self.watches = watches(segment, definitions)
        self._zone = definitions.brand.zone

    def record(self, connection: Connection, last: Moment, now: Moment) -> bool:
        """Write into `look_passed` for whom a moment passed in (last, now], and when; whether there is
        anybody."""
        recorded = 0
        for watch in self.watches:
            passed = [row for turn in watch.turns for row in self._passes(watch.source, turn, last, now)]
            if passed:
                recorded += sum(write(connection, recording(watch.source), one) for one in passed)
        return recorded > 0

    def next_moment(self, connection: Connection, after: Moment) -> Moment | None:
        """The first moment after `after` at which a look may find somebody changed by time alone; None
        where there is none."""
        found = [
            moment
            for watch in self.watches
            for turn in watch.turns
            if (moment := self._next(connection, watch.source, turn, after)) is not None
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

    def _next(self, connection: Connection, source: Source, turn: Turn, after: Moment) -> int | None:
        nearest = self._nearest(connection, source, turn, after)
        until = _reached(turn, nearest, after, self._zone) if nearest is not None else after + 2 * DAY
        for sweep in sweeps(turn.expr, after, until, self._zone, turn.strict):
            if sweep.back:
                if sweep.at is not None:
                    return sweep.at
            elif nearest is not None and sweep.high >= nearest:
                first = self._first_in(connection, source, turn, sweep)
                if first is not None:
                    return first
        return None

    def _nearest(self, connection: Connection, source: Source, turn: Turn, after: Moment) -> int | None:
        """The lowest value that the bound has not reached; for a date its midnight."""
        bound = bound_at(turn.expr, after, self._zone)
        if not source.is_date:
            low = bound - 1 if turn.strict else bound
            value = connection.execute(_lowest(source), {"low": low, "high": 2**62}).scalar()
            return None if value is None else int(value)
        begun = local_date(Moment(bound), self._zone)
        if turn.strict and midnight(begun, self._zone) == bound:  # reached, but the bound is not beyond it
            begun -= timedelta(days=1)
        day = begun - timedelta(days=1 if turn.day_after else 0)
        found = connection.execute(_lowest(source), {"low": day.isoformat(), "high": "9999-12-31"}).scalar()
        if found is None:
            return None
        return self._midnight(str(found), turn)

    def _first_in(self, connection: Connection, source: Source, turn: Turn, sweep: Sweep) -> int | None:
        if not source.is_date:
            value = connection.execute(_lowest(source), {"low": sweep.low, "high": sweep.high}).scalar()
            return None if value is None else sweep.moment(int(value))
        for day, at in days_in(sweep, self._zone):
            passed = day - timedelta(days=1) if turn.day_after else day
            before = (passed - timedelta(days=1)).isoformat()
            if connection.execute(_lowest(source), {"low": before, "high": passed.isoformat()}).scalar():
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
        which = _between(source)
    rows = source.table if source.joined is None else source.joined
    query = select(source.contact, occurrence, at, cast(turn, Integer)).select_from(rows).where(*which)
    # an event without the key of the segment is no thing of it
    known = [] if source.occurrence is None else [source.occurrence.is_not(None)]
    return insert(look_passed).from_select(
        _COLUMNS, query.where(*source.where, *known, source.contact.is_not(None))
    )


@lru_cache(maxsize=1024)
def _lowest(source: Source) -> Select[Any]:
    return select(func.min(source.value)).where(*source.where, *_between(source))


def _between(source: Source) -> list[Expr]:
    type_ = TEXT if source.is_date else BIG
    low, high = bindparam("low", type_=type_), bindparam("high", type_=type_)
    return [source.value > low, source.value <= high]


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
