"""The clocks of those who stand at a campaign's door: days, weeks and months of entering go by the contact's
own.

The rules of each zone that somebody there lives in are computed in Python and handed over as a few rows of
`look_zones`, over the time that counts; one statement then reckons for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, FromClause, func, insert, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from penfriend.domain.definitions import Brand
from penfriend.domain.timing import Duration, Moment, shift, to_datetime, zone_of
from penfriend.storage import tables as t
from penfriend.storage.looks_tables import look_arrivals, look_zones
from penfriend.storage.people import known_zone
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_time import by_wall, shift_moment, shift_wall, transitions_between

_MARGIN = timedelta(days=5)
"""More than a change of offset and the end of a month can move anything: what is further away than this is
decided whatever the offset."""
_UTC = zone_of("UTC")


class ByZone(FunctionElement[int]):
    """(moment, zone, by_wall): the moment and what `look_zones` adds to it."""

    inherit_cache = True
    type = BigInteger()


# LIMIT and OFFSET keep the databases from computing the moment twice; what is put together here (S608) is SQL
# that is compiled already
_BY_ZONE = (
    "(SELECT x.v + (SELECT p.shift FROM look_zones AS p WHERE p.zone = x.z AND p.by_wall = {by_wall}"
    " AND p.start <= x.v ORDER BY p.start DESC LIMIT 1)"
    " FROM (SELECT {moment} AS v, {zone} AS z {once}) AS x)"
)


@compiles(ByZone, "sqlite")
def _by_zone_sqlite(element: ByZone, compiler: SQLCompiler, **kw: Any) -> str:
    moment, zone, walls = (compiler.process(part, **kw) for part in element.clauses)
    return _BY_ZONE.format(moment=moment, zone=zone, by_wall=walls, once="LIMIT 1")


@compiles(ByZone, "postgresql")
def _by_zone_postgres(element: ByZone, compiler: SQLCompiler, **kw: Any) -> str:
    moment, zone, walls = (compiler.process(part, **kw) for part in element.clauses)
    return _BY_ZONE.format(moment=moment, zone=zone, by_wall=walls, once="OFFSET 0")


def shift_by_own_clock(moment: Expr, duration: Duration, contact: FromClause) -> Expr:
    """A moment moved on as `penfriend.domain.timing.shift` does it in the contact's zone, after
    `know_clocks`."""
    if duration.is_elapsed:
        return shift_moment(moment, duration, 1, _UTC)
    zone = _zone(contact)
    wall = shift_wall(ByZone(moment, zone, literal_column("0")), duration, 1)
    return ByZone(wall, zone, literal_column("1"))


def know_clocks(connection: Connection, brand: Brand, lasting: Sequence[Duration], now: Moment) -> None:
    """Fill `look_zones` for those in `look_arrivals`: right for whatever the durations, one after the other,
    bring near `now`."""
    begin = now
    for duration in lasting:
        begin = shift(begin, duration, _UTC, -1)
    first, last = _day(begin) - _MARGIN, _day(now) + _MARGIN
    rows = []
    for name in connection.execute(_ZONES).scalars():
        pieces = transitions_between(zone_of(known_zone(name or None, brand.timezone)), first, last)
        for walls, each in enumerate((pieces, by_wall(pieces))):
            rows += [{"zone": name, "by_wall": walls, "start": at, "shift": by} for at, by in each]
    if rows:
        connection.execute(_KNOW, rows)


def _day(moment: Moment) -> datetime:
    """The midnight before: within a day the clocks are computed once."""
    return to_datetime(moment).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _zone(contact: FromClause) -> Expr:
    """Without one of their own they go by the brand's."""
    return func.coalesce(contact.c.timezone, literal_column("''"))


_KNOW = insert(look_zones)
_ZONES = (
    select(_zone(t.contacts)).join(look_arrivals, look_arrivals.c.contact_id == t.contacts.c.id).distinct()
)
