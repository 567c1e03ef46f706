"""How mail fared with those who receive it, by the day on which it was handed over: numbers by transport,
receiver (a large provider, or a domain) and fate.

Counted in the transaction that puts an outcome or a report on record, so that no crash lets the numbers and
the rows differ. The day is the one of `route_days` in which the try was begun. Of a day that is over the
receivers of few mails are put together (`fold_small`), so that the table grows by the day and not by the
domains of all customers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.domain.deliverability import OTHERS, PROVIDERS, Fate, receiver_of
from penfriend.domain.destination import domain_of
from penfriend.domain.timing import DAY, Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.database import Database
from penfriend.storage.tables import delivery_days, route_days

KEPT_APART = 30
"""So many domains of a day that is over keep their own numbers, for each transport."""

_d, _r = delivery_days.c, route_days.c

FOLDED_LATE = 60 * DAY
"""Days that are older are not looked at again: hardly anything is heard of their mails any more."""


class Piece(NamedTuple):
    """One thing to count."""

    route: str
    handed_at: int
    """When its try was begun, or the mail sent."""
    address: str
    fate: Fate


class Tally(NamedTuple):
    """One number of the table."""

    begins_at: Moment
    """Midnight of the day, by the brand's clock then."""
    route: str
    receiver: str
    fate: Fate
    number: int


Key = tuple[int, str, str, str]


def count_fates(connection: Connection, pieces: Iterable[Piece]) -> None:
    """Count them. In one order, so that no two writers wait for each other."""
    moments: dict[str, list[int]] = {}
    counted = Counter((one.route, one.handed_at, domain_of(one.address), one.fate.value) for one in pieces)
    for route, at, _, _ in counted:
        moments.setdefault(route, []).append(at)
    begins = {route: _days(connection, route, at) for route, at in moments.items()}
    numbers: Counter[Key] = Counter()
    for (route, at, domain, fate), number in counted.items():
        numbers[_day_of(begins[route], at), route, receiver_of(domain), fate] += number
    _add(connection, numbers)


def tallies(connection: Connection, since: Moment) -> list[Tally]:
    """The numbers of the days that begin at `since` or later."""
    chosen = select(delivery_days).where(_d.begins_at >= since)
    return [
        Tally(Moment(row.begins_at), row.route, row.receiver, Fate(row.fate), row.number)
        for row in connection.execute(chosen)
    ]


def fold_small(db: Database, now: Moment) -> int:
    """Put the receivers of few mails together, of the days that ended a day ago and are not folded yet; how
    many rows went."""
    span = {"after": now - FOLDED_LATE, "before": now - 2 * DAY, "kept": KEPT_APART + 1}
    with db.read() as connection:
        found = connection.execute(_LARGE, span).all()
        small = {(day, route): _small(connection, day, route) for day, route in found}
    return sum(
        db.run(partial(_fold, day=day, route=route, names=names)) for (day, route), names in small.items()
    )


def _small(connection: Connection, day: int, route: str) -> list[str]:
    """The domains of the day without a number of their own from now on."""
    rows = connection.execute(_BY_NUMBER, {"of_day": day, "of_route": route}).scalars().all()
    return [name for name in rows if name not in PROVIDERS and name != OTHERS][KEPT_APART:]


def _fold(connection: Connection, day: int, route: str, names: list[str]) -> int:
    gone = connection.execute(_TAKE, {"of_day": day, "of_route": route, "names": names}).all()
    numbers: Counter[Key] = Counter()
    for fate, number in gone:
        numbers[day, route, OTHERS, fate] += number
    _add(connection, numbers)
    return len(gone)


def _days(connection: Connection, route: str, moments: Iterable[int]) -> list[int]:
    """The beginnings of the route's days, from the one of the first of these moments on."""
    span = {"of_route": route, "first": min(moments), "last": max(moments)}
    return sorted(connection.execute(_DAYS, span).scalars())


def _day_of(begins: list[int], at: int) -> int:
    place = bisect_right(begins, at)
    return begins[place - 1] if place else at - at % DAY


def _add(connection: Connection, numbers: Mapping[Key, int]) -> None:
    rows = [
        {"begins_at": day, "route": route, "receiver": receiver, "fate": fate, "number": number}
        for (day, route, receiver, fate), number in sorted(numbers.items())
    ]
    if rows:
        connection.execute(_upsert(connection.dialect.name), rows)


@cache
def _upsert(dialect: str) -> sqlite.Insert | postgresql.Insert:
    key = [_d.begins_at, _d.route, _d.receiver, _d.fate]
    if dialect == "postgresql":
        insert = postgresql.insert(delivery_days)
        more = _d.number + insert.excluded.number
        return insert.on_conflict_do_update(index_elements=key, set_={"number": more})
    of_sqlite = sqlite.insert(delivery_days)
    more = _d.number + of_sqlite.excluded.number
    return of_sqlite.on_conflict_do_update(index_elements=key, set_={"number": more})


_of_route = _r.route == bindparam("of_route", type_=TEXT)
_DAYS = select(_r.begins_at).where(
    _of_route,
    _r.begins_at <= bindparam("last", type_=BIG),
    _r.begins_at
    >= func.coalesce(
        select(func.max(_r.begins_at))
        .where(_of_route, _r.begins_at <= bindparam("first", type_=BIG))
        .scalar_subquery(),
        0,
    ),
)
_OF_DAY = (_d.begins_at == bindparam("of_day", type_=BIG), _d.route == bindparam("of_route", type_=TEXT))
_LARGE = (
    select(_d.begins_at, _d.route)
    .where(
        _d.begins_at > bindparam("after", type_=BIG),
        _d.begins_at < bindparam("before", type_=BIG),
        _d.receiver.contains("."),
    )
    .group_by(_d.begins_at, _d.route)
    .having(func.count(_d.receiver.distinct()) >= bindparam("kept", type_=BIG))
)
_BY_NUMBER = (
    select(_d.receiver)
    .where(*_OF_DAY)
    .group_by(_d.receiver)
    .order_by(func.sum(_d.number).desc(), _d.receiver)
)
_TAKE = (
    delete(delivery_days)
    .where(*_OF_DAY, _d.receiver.in_(bindparam("names", expanding=True)))
    .returning(_d.fate, _d.number)
)
