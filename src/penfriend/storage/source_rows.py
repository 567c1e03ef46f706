"""The rows of segments with `sql`, as last read: staged while they come, then compared with those of before
and taken over by set statements, a range of contacts in one transaction.

Whoever comes among the rows or goes out of them is touched, and the next look does the rest: it lets in who
joins, takes out who left, and wakes who is inside. A row that is gone stays for the letters of those who are
still inside. After a crash the rows are half those of before and half the new ones, which the next reading
puts right.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from penfriend.domain.sources import SourceRow
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.database import Database
from penfriend.storage.engines import to_json
from penfriend.storage.looks_tables import write
from penfriend.storage.segment_sql_scope import there_is

CHUNK = 20_000
"""Contacts, or staged rows, in one transaction: other writers wait for it."""


def stage(connection: Connection, segment: str, rows: Sequence[SourceRow], before: int) -> None:
    """Keep some rows, `before` having come already, and find whom they are about. Of several about the same
    the first counts."""
    connection.execute(
        insert(t.source_staged),
        [
            {
                "segment": segment,
                "place": before + place,
                "contact_key": row.contact,
                "email": row.email,
                "occurrence": row.occurrence,
                "columns": to_json(row.values),
            }
            for place, row in enumerate(rows, 1)
        ],
    )
    values = {"of_segment": segment, "low": before, "high": before + len(rows)}
    connection.execute(_FIND, values)
    connection.execute(_FORGET_TWICE, values)


def forget_staged(database: Database, segment: str) -> None:
    """Take away what was staged, by this reading or by one that broke off."""
    with database.read() as connection:
        newest = connection.execute(_NEWEST_PLACE, {"of_segment": segment}).scalar() or 0
    for low in range(0, newest, CHUNK):
        with database.write() as connection:
            connection.execute(_UNSTAGE, {"of_segment": segment, "low": low, "high": low + CHUNK})


def staged_counts(connection: Connection, segment: str) -> tuple[int, int]:
    """How many of the staged rows are about somebody whom the store knows, and how many about nobody."""
    row = connection.execute(_COUNTS, {"of_segment": segment}).one()
    return int(row.known or 0), int(row.every - (row.known or 0))


def know_staged(connection: Connection) -> None:
    """Let PostgreSQL know how many rows are staged: it would take the table for an empty one."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE source_staged")


def take_over(connection: Connection, segment: str, low: int, high: int, now: Moment) -> None:
    """Make the staged rows of contacts with ids in (low, high] the rows of the segment."""
    values = {"of_segment": segment, "low": low, "high": high, "now": now}
    changed = write(connection, _TOUCH, values)
    if changed:
        connection.execute(_RAISE, values)
        connection.execute(_GO, values)
    connection.execute(_RENEW, values)
    if changed:
        connection.execute(_COME, values)
    connection.execute(_FORGET_GONE, values)


def forget_segments(connection: Connection, known: Sequence[str]) -> None:
    """Take away the rows of segments that are not among these any more."""
    for table in (t.source_rows, t.source_staged, t.source_reads):
        connection.execute(delete(table).where(table.c.segment.not_in(known)))


_segment = bindparam("of_segment", type_=TEXT)
_now = bindparam("now", type_=BIG)
_s, _r = t.source_staged.alias("staged"), t.source_rows.alias("row")


def _between(column: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(column > bindparam("low", type_=BIG), column <= bindparam("high", type_=BIG))


_all = t.source_staged
_FIND = (
    update(_all)
    .where(_all.c.segment == _segment, _between(_all.c.place))
    .values(
        contact_id=func.coalesce(
            select(t.contact_keys.c.contact_id)
            .where(t.contact_keys.c.key == _all.c.contact_key)
            .scalar_subquery(),
            select(t.contacts.c.id)
            .where(_all.c.contact_key.is_(None), t.contacts.c.email == _all.c.email)
            .scalar_subquery(),
        )
    )
)
_FORGET_TWICE = delete(_all).where(
    _all.c.segment == _segment,
    _between(_all.c.place),
    _all.c.contact_id.is_not(None),
    there_is(
        _s,
        where=[
            _s.c.segment == _all.c.segment,
            _s.c.contact_id == _all.c.contact_id,
            _s.c.occurrence == _all.c.occurrence,
            _s.c.place + 0 < _all.c.place,  # SQLite would go through all places before, by the primary key
        ],
    ),
)
_NEWEST_PLACE = select(func.max(_all.c.place)).where(_all.c.segment == _segment)
_UNSTAGE = delete(_all).where(_all.c.segment == _segment, _between(_all.c.place))
_COUNTS = select(func.count().label("every"), func.count(_all.c.contact_id).label("known")).where(
    _all.c.segment == _segment
)

_rows, _e = t.source_rows, t.enrollments.alias("enrollment")
_here = [_rows.c.segment == _segment, _between(_rows.c.contact_id)]
_same_staged = [
    _s.c.segment == _segment,
    _s.c.contact_id == _rows.c.contact_id,
    _s.c.occurrence == _rows.c.occurrence,
]
_same_row = [
    _r.c.segment == _segment,
    _r.c.contact_id == _s.c.contact_id,
    _r.c.occurrence == _s.c.occurrence,
]
_came = select(_s.c.contact_id).where(
    _s.c.segment == _segment,
    _between(_s.c.contact_id),
    ~there_is(_r, where=[*_same_row, _r.c.gone_at.is_(None)]),
)
_went = select(_rows.c.contact_id).where(*_here, _rows.c.gone_at.is_(None), ~there_is(_s, where=_same_staged))
_changed = union(_came, _went).subquery("changed")
_TOUCH = insert(t.touched).from_select(["contact_id", "at"], select(_changed.c.contact_id, _now))
_RAISE = (
    update(t.contacts)
    .where(t.contacts.c.id.in_(select(_changed.c.contact_id)))
    .values(version=t.contacts.c.version + 1)
)
_GO = (
    update(_rows)
    .where(*_here, _rows.c.gone_at.is_(None), ~there_is(_s, where=_same_staged))
    .values(gone_at=_now)
)
_other = or_(_s.c.columns != _rows.c.columns, _rows.c.gone_at.is_not(None))
_RENEW = (
    update(_rows)
    .where(*_here, there_is(_s, where=[*_same_staged, _other]))
    .values(gone_at=None, columns=select(_s.c.columns).where(*_same_staged).scalar_subquery())
)
_COME = insert(_rows).from_select(
    ["segment", "contact_id", "occurrence", "columns"],
    select(_s.c.segment, _s.c.contact_id, _s.c.occurrence, _s.c.columns).where(
        _s.c.segment == _segment, _between(_s.c.contact_id), ~there_is(_r, where=_same_row)
    ),
)
_FORGET_GONE = delete(_rows).where(
    *_here,
    _rows.c.gone_at.is_not(None),
    ~there_is(_e, where=[_e.c.contact_id == _rows.c.contact_id, _e.c.status == "active"]),
)
