"""Which days are marked, how far the watched tables were looked through, and up to which day mails may have
been deleted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.domain.results.counting import CountedDay, Kind, MarkedDay
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.results.news import WATCHED
from penfriend.storage.tables import result_states

SETTLED = 10 * MINUTE
"""PostgreSQL gives out ids before it is known which transaction commits first: so long it is looked whether
rows have come in among those that were seen."""

_FAR, _FROZEN, _TERMS = "results:seen:", "results:frozen", "results:terms"
_s = result_states.c


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a watched table was looked through."""

    until: int
    """The last id."""
    after: int
    """Rows behind this id may still come in."""
    since: Moment
    """When `until` was there."""
    rows: int = 0
    """So many there were after `after`, up to `until`."""

    def start(self, rows: int) -> int:
        """After which id the next look begins, where there are so many rows up to `until` by now."""
        return self.until if rows == self.rows else self.after

    def moved(self, until: int, now: Moment) -> Seen:
        """After a look up to `until`; `rows` is to be counted."""
        if until < self.until or self.since <= now < self.since + SETTLED:
            return replace(self, until=until)
        return Seen(until, self.until, now)


def read_seen(connection: Connection, name: str) -> Seen:
    """How far that table was looked through; from the beginning, where it never was."""
    note = read_note(connection, _FAR + name)
    return Seen(0, 0, Moment(0)) if note is None else Seen(**json.loads(note))


def write_seen(connection: Connection, name: str, seen: Seen) -> None:
    """Note it."""
    write_note(connection, _FAR + name, json.dumps(asdict(seen)))


def rows_between(connection: Connection, name: str, after: int, until: int) -> int:
    """How many rows of that table have these ids, where that can still change: SQLite has one writer at a
    time, and a row that comes later has a higher id."""
    if connection.dialect.name == "sqlite":
        return 0
    ids = WATCHED[name].c.id
    return connection.execute(select(func.count()).where(ids > after, ids <= until)).scalar_one()


def read_terms(connection: Connection) -> str | None:
    """What the days are counted by."""
    return read_note(connection, _TERMS)


def write_terms(connection: Connection, terms: str) -> None:
    """Note it."""
    write_note(connection, _TERMS, terms)


def frozen_before(connection: Connection) -> date:
    """The days before that one stay as they are: mails of them may have been deleted."""
    note = read_note(connection, _FROZEN)
    return date.min if note is None else date.fromisoformat(note)


def write_frozen(connection: Connection, before: date) -> None:
    """Note it; it never goes back, because what was deleted stays so."""
    if before > frozen_before(connection):
        write_note(connection, _FROZEN, before.isoformat())


def mark(connection: Connection, kind: Kind, days: Collection[date]) -> None:
    """Something about these days has come in."""
    rows = [{"kind": kind.value, "day": day.isoformat(), "marked": 1} for day in sorted(days)]
    if rows:
        connection.execute(_mark(connection.dialect.name), rows)


def known_days(connection: Connection, kind: Kind) -> list[date]:
    """Every day that was ever marked."""
    found = connection.execute(select(_s.day).where(_s.kind == kind.value)).scalars()
    return [date.fromisoformat(day) for day in found]


def marked_days(connection: Connection) -> Iterator[MarkedDay]:
    """Those that are, the latest first."""
    for row in connection.execute(_MARKED):
        counted_at = None if row.counted_at is None else Moment(row.counted_at)
        yield MarkedDay(Kind(row.kind), date.fromisoformat(row.day), counted_at, row.took)


def round_of(connection: Connection, kind: Kind, day: date) -> tuple[int, int]:
    """How often that day was marked and counted."""
    row = connection.execute(_ROUND, {"of_kind": kind.value, "of_day": day.isoformat()}).first()
    return (0, 0) if row is None else (row.marked, row.rounds)


def end_round(connection: Connection, count: CountedDay, took: int, now: Moment) -> bool:
    """The day was counted; False where another has counted it since it was read. What has marked it since
    marks it still."""
    values = {
        "of_kind": count.kind.value,
        "of_day": count.day.isoformat(),
        "seen_rounds": count.rounds,
        "seen_marked": count.marked,
        "of_now": now,
        "of_took": took,
    }
    return connection.execute(_END, values).rowcount > 0


@cache
def _mark(dialect: str) -> sqlite.Insert | postgresql.Insert:
    key = [_s.kind, _s.day]
    if dialect == "postgresql":
        insert = postgresql.insert(result_states)
        return insert.on_conflict_do_update(index_elements=key, set_={"marked": _s.marked + 1})
    of_sqlite = sqlite.insert(result_states)
    return of_sqlite.on_conflict_do_update(index_elements=key, set_={"marked": _s.marked + 1})


_MARKED = (
    select(_s.kind, _s.day, _s.counted_at, _s.took)
    .where(_s.marked > _s.counted)
    .order_by(_s.day.desc(), _s.kind)
)
_OF_DAY = (_s.kind == bindparam("of_kind", type_=TEXT), _s.day == bindparam("of_day", type_=TEXT))
_ROUND = select(_s.marked, _s.rounds).where(*_OF_DAY)
_END = (
    update(result_states)
    .where(*_OF_DAY, _s.rounds == bindparam("seen_rounds", type_=BIG))
    .values(
        rounds=_s.rounds + 1,
        counted=bindparam("seen_marked", type_=BIG),
        counted_at=bindparam("of_now", type_=BIG),
        took=bindparam("of_took", type_=BIG),
    )
)
