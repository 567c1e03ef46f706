"""The counts of days, kept right: each is counted anew as a whole whenever something about it comes in.

A day is counted in a transaction that only reads, and written in a short one; whoever dies in between has
changed nothing, and the day is still marked. Any number of processes may do so at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, delete, insert

from penfriend.domain.results import Figures
from penfriend.domain.results.counting import CountedDay, Kind, MarkedDay, Terms
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.columns import TEXT
from penfriend.storage.database import Database
from penfriend.storage.results.credits import Earned, earned
from penfriend.storage.results.entries import count_entries, first_entry
from penfriend.storage.results.mails import count_mails, first_mail
from penfriend.storage.results.news import (
    AT_ONCE,
    WATCHED,
    News,
    forget_news,
    newest,
    news_of_people,
    news_of_rows,
)
from penfriend.storage.results.states import (
    Seen,
    end_round,
    frozen_before,
    known_days,
    mark,
    marked_days,
    read_seen,
    read_terms,
    round_of,
    rows_between,
    write_frozen,
    write_seen,
    write_terms,
)
from penfriend.storage.tables import entry_days, result_days

ONE_DAY = timedelta(days=1)


class ResultBook:
    """The days of one store. Satisfies `penfriend.domain.results.counting.ResultStore`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def follow(self, terms: Terms, now: Moment) -> None:
        """Mark the days about which something has come in since."""
        with self._db.read() as connection:
            known = read_terms(connection)
        if known != str(terms):
            self._begin(terms, now)
        for name in WATCHED:
            while self._look(name, terms, now):
                pass
        while self._hear(terms):
            pass

    def marked(self) -> list[MarkedDay]:
        """The marked days, the latest first."""
        with self._db.read() as connection:
            frozen = frozen_before(connection)
            return [one for one in marked_days(connection) if one.kind is Kind.ENTRIES or one.day >= frozen]

    def count(self, kind: Kind, day: date, terms: Terms) -> CountedDay | None:
        """Count the day from the raw rows; None where mails of it may have been deleted."""
        begin, end = midnight(day, terms.zone), midnight(day + ONE_DAY, terms.zone)
        with self._db.read() as connection:
            if kind is Kind.ENTRIES:
                rows = _entry_rows(connection, day, begin, end)
            elif day < frozen_before(connection):
                return None
            else:
                rows = _mail_rows(connection, day, begin, end, terms)
            return CountedDay(kind, day, rows, *round_of(connection, kind, day))

    def keep(self, count: CountedDay, took: int, now: Moment) -> bool:
        """Write what was counted; False where another was faster."""
        return self._db.run(lambda connection: _keep(connection, count, took, now))

    def freeze(self, before: date) -> None:
        """The mails of days before that one may be deleted from now on."""
        with self._db.write() as connection:
            write_frozen(connection, before)

    def _begin(self, terms: Terms, now: Moment) -> None:
        """All days that there are, by other terms than before, or for the first time."""
        with self._db.read() as connection:
            seen = {name: _at_end(connection, name, last, now) for name, last in newest(connection).items()}
            days = {
                Kind.MAILS: _days(first_mail(connection), terms, now),
                Kind.ENTRIES: _days(first_entry(connection), terms, now),
            }
            for kind in Kind:
                days[kind].update(known_days(connection, kind))
        self._db.run(lambda connection: _note_begin(connection, days, seen, str(terms)))

    def _look(self, name: str, terms: Terms, now: Moment) -> bool:
        """Look through some rows of a watched table that are new; whether there are more."""
        with self._db.read() as connection:
            seen = read_seen(connection, name)
            last = max(newest(connection)[name], seen.until)
            rows = rows_between(connection, name, seen.after, seen.until)
            start = seen.start(rows)
            until = min(last, start + AT_ONCE)
            news = news_of_rows(connection, name, start, until) if start < until else News()
            moved = seen.moved(until, now)
            if (moved.after, until) != (seen.after, seen.until):
                rows = rows_between(connection, name, moved.after, until)
            moved = replace(moved, rows=rows)
        if moved != seen:
            self._db.run(lambda connection: _note(connection, name, news, moved, terms))
        return until < last

    def _hear(self, terms: Terms) -> bool:
        """Take what was told in `result_news`; whether there may be more."""
        with self._db.read() as connection:
            news = news_of_people(connection)
        if news.told:
            self._db.run(lambda connection: _note_told(connection, news, terms))
        return len(news.told) == AT_ONCE


def _days(first: Moment | None, terms: Terms, now: Moment) -> set[date]:
    if first is None:
        return set()
    begin, end = local_date(first, terms.zone), local_date(now, terms.zone)
    return {begin + timedelta(days=number) for number in range((end - begin).days + 1)}


def _at_end(connection: Connection, name: str, last: int, now: Moment) -> Seen:
    """As if all rows that are there were looked through; others may be on their way."""
    after = max(0, last - AT_ONCE)
    return Seen(last, after, now, rows_between(connection, name, after, last))


def _note_begin(
    connection: Connection, days: Mapping[Kind, set[date]], seen: Mapping[str, Seen], terms: str
) -> None:
    for kind in Kind:
        mark(connection, kind, days[kind])
    for name, one in seen.items():
        write_seen(connection, name, one)
    write_terms(connection, terms)


def _note(connection: Connection, name: str, news: News, seen: Seen, terms: Terms) -> None:
    _mark_news(connection, news, terms)
    write_seen(connection, name, seen)


def _note_told(connection: Connection, news: News, terms: Terms) -> None:
    _mark_news(connection, news, terms)
    forget_news(connection, news.told)


def _mark_news(connection: Connection, news: News, terms: Terms) -> None:
    mark(connection, Kind.MAILS, {local_date(at, terms.zone) for at in news.mails})
    mark(connection, Kind.ENTRIES, {local_date(at, terms.zone) for at in news.entries})


def _mail_rows(
    connection: Connection, day: date, begin: Moment, end: Moment, terms: Terms
) -> list[dict[str, object]]:
    credit = earned(connection, begin, end, terms.credit)
    rows: list[dict[str, object]] = []
    for group, (counted, revision) in count_mails(connection, begin, end).items():
        own = credit.get(group, Earned())
        figures = counted + Figures(converted=own.converted, revenue=own.revenue)
        rows.append({"day": day.isoformat(), "revision": revision, **group._asdict(), **asdict(figures)})
    return rows


def _entry_rows(connection: Connection, day: date, begin: Moment, end: Moment) -> list[dict[str, object]]:
    return [
        {
            "day": day.isoformat(),
            "campaign": group.campaign,
            "held_out": int(group.held_out),
            "over_at": over_at,
            **asdict(outcomes),
            "revenue_squares": str(outcomes.revenue_squares),
        }
        for group, (outcomes, over_at) in count_entries(connection, begin, end).items()
    ]


def _keep(connection: Connection, count: CountedDay, took: int, now: Moment) -> bool:
    if not end_round(connection, count, took, now):
        return False
    table = _TABLES[count.kind]
    connection.execute(_FORGET[count.kind], {"of_day": count.day.isoformat()})
    if count.rows:
        connection.execute(insert(table), [dict(row) for row in count.rows])
    return True


_TABLES = {Kind.MAILS: result_days, Kind.ENTRIES: entry_days}
_FORGET = {
    kind: delete(table).where(table.c.day == bindparam("of_day", type_=TEXT))
    for kind, table in _TABLES.items()
}
