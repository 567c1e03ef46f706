"""What each route handed over, by day: for its warm-up and for `status`.

Counted in the transaction that begins a try and taken back in the one that withdraws it, so that no crash
lets the count and the tries differ. A day is the moment at which the brand's calendar began it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, func, select, update

from penfriend.domain.outbox import HandedOver, SendingDay
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.tables import route_days
from penfriend.storage.upsert import insert_or_ignore

_d = route_days.c


def handed_over(connection: Connection, route: str, begins_at: Moment) -> HandedOver:
    """How many tries the route has begun on that day, and on how many days before it sent."""
    row = connection.execute(_HANDED, {"of_route": route, "of_day": begins_at}).one()
    return HandedOver(int(row.today or 0), int(row.days_before))


def handed_over_today(connection: Connection, begins_at: Moment) -> dict[str, int]:
    """How many tries each route has begun on that day."""
    rows = connection.execute(_TODAY, {"of_day": begins_at})
    return {row.route: row.handed for row in rows}


def count_handed(connection: Connection, route: str, day: SendingDay, wanted: int) -> int:
    """Count so many tries as begun, at most what the day's limit leaves; how many."""
    of = {"of_route": route, "of_day": day.begins_at}
    if day.limit is not None:
        handed = connection.execute(_LOCKED, of).scalar()
        if handed is None:  # the day's first: whoever comes second waits for its row
            _begin_day(connection, route, day)
            handed = connection.execute(_LOCKED, of).scalar_one()
        wanted = max(0, min(wanted, day.limit - handed))
    if wanted and not connection.execute(_COUNT, {**of, "number": wanted}).rowcount:
        _begin_day(connection, route, day)
        connection.execute(_COUNT, {**of, "number": wanted})
    return wanted


def _begin_day(connection: Connection, route: str, day: SendingDay) -> None:
    new = insert_or_ignore(connection.dialect.name, route_days)
    connection.execute(new.values(route=route, begins_at=day.begins_at, handed=0))


def uncount_handed(connection: Connection, begun: Mapping[tuple[str, int], int]) -> None:
    """So many tries of these routes, begun at these moments, were taken back and never were."""
    for (route, started_at), number in sorted(begun.items()):
        connection.execute(_UNCOUNT, {"of_route": route, "of_moment": started_at, "number": number})


_OF_DAY = (_d.route == bindparam("of_route"), _d.begins_at == bindparam("of_day", type_=BIG))
_HANDED = select(
    select(_d.handed).where(*_OF_DAY).scalar_subquery().label("today"),
    select(func.count())
    .select_from(route_days)
    .where(
        _d.route == bindparam("of_route"),
        _d.begins_at < bindparam("of_day", type_=BIG),
        _d.handed > 0,
    )
    .scalar_subquery()
    .label("days_before"),
)
_TODAY = select(_d.route, _d.handed).where(_d.begins_at == bindparam("of_day", type_=BIG))
_LOCKED = select(_d.handed).where(*_OF_DAY).with_for_update()
_COUNT = update(route_days).where(*_OF_DAY).values(handed=_d.handed + bindparam("number", type_=BIG))
_others = route_days.alias()
_UNCOUNT = (
    update(route_days)
    .where(
        _d.route == bindparam("of_route"),
        _d.begins_at
        == select(func.max(_others.c.begins_at))
        .where(
            _others.c.route == bindparam("of_route"),
            _others.c.begins_at <= bindparam("of_moment", type_=BIG),
        )
        .scalar_subquery(),
        _d.handed >= bindparam("number", type_=BIG),
    )
    .values(handed=_d.handed - bindparam("number", type_=BIG))
)
