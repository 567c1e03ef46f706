"""Reads a report day by day, in parts, each found by an index and read in a transaction of its own: memory
stays flat over millions of rows, and nobody who writes is held up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, bindparam, cast, func, or_, select
from sqlalchemy import type_coerce as as_type

from penfriend.domain.exports import Column, Kind
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.database import Database
from penfriend.storage.reporting.sources import SourceOfDays, sources_of_days

PART = 2_000
"""So many rows are held at a time: an event may have 64 KB of properties."""

Values = tuple[Any, ...]
"""The values of a row, in the order of the report's columns: moments in microseconds, amounts in ten-
thousandths, yes 1, no 0, JSON as text."""


class ReportReader:
    """The rows of one report in one store."""

    def __init__(self, db: Database, report: str) -> None:
        self._db = db
        self._source = sources_of_days(db.dialect)[report]
        self._rows = _part(self._source, db.is_sqlite)
        with db.read() as connection:
            self._groups = _groups(connection, self._source)

    def reach(self) -> tuple[Moment, Moment] | None:
        """The moments of the first and of the last row; None where there are none."""
        first: list[int] = []
        last: list[int] = []
        with self._db.read() as connection:
            for group in self._groups:
                earliest, latest = (connection.execute(one, group).scalar() for one in _ends(self._source))
                if earliest is not None and latest is not None:
                    first.append(earliest)
                    last.append(latest)
        return (Moment(min(first)), Moment(max(last))) if first else None

    def rows(self, begin: Moment, end: Moment) -> Iterator[Sequence[Values]]:
        """All rows from `begin` on and before `end`, in parts. Where an index of several groups finds them
        (campaigns, names of events) they come group by group, and in each in the order of their moments."""
        for group in self._groups:
            place = {"after_at": begin, "after_id": -1}
            while True:
                bound = {**group, **place, "end": end, "part": PART}
                with self._db.read() as connection:
                    found = connection.execute(self._rows, bound).all()
                if found:
                    yield [row[:-2] for row in found]
                if len(found) < PART:
                    break
                place = {"after_at": found[-1][-2], "after_id": found[-1][-1]}


def _groups(connection: Connection, source: SourceOfDays) -> list[dict[str, str]]:
    """Every value of the first column of the index, each found by one step in it."""
    if source.group is None:
        return [{}]
    found: list[dict[str, str]] = []
    following = select(func.min(source.group)).where(source.group > bindparam("of_group", type_=TEXT))
    value = connection.execute(select(func.min(source.group))).scalar()
    while value is not None:
        found.append({"of_group": value})
        value = connection.execute(following, found[-1]).scalar()
    return found


def _ends(source: SourceOfDays) -> list[Select[Any]]:
    """The first and the last moment of a group: two statements, for one that asks both reads all rows."""
    here: ColumnElement[bool] = source.came.is_not(None)
    if source.group is not None:
        here = and_(here, source.group == bindparam("of_group", type_=TEXT))
    asked = select(source.came).where(here).limit(1)
    return [asked.order_by(source.came), asked.order_by(source.came.desc())]


def _part(source: SourceOfDays, is_sqlite: bool) -> Select[Any]:
    at, last = bindparam("after_at", type_=BIG), bindparam("after_id", type_=BIG)
    here = [
        source.came >= at,
        source.came < bindparam("end", type_=BIG),
        or_(source.came > at, source.id > last),
    ]
    if source.group is not None:
        here.append(source.group == bindparam("of_group", type_=TEXT))

    def read(column: Column, value: ColumnElement[Any]) -> ColumnElement[Any]:
        if column.kind is not Kind.JSON:
            return value
        return as_type(value, Text) if is_sqlite else cast(value, Text)

    return (
        source.shown(read, source.came, source.id)
        .where(*here)
        .order_by(source.came, source.id)
        .limit(bindparam("part"))
    )
