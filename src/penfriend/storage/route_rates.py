"""The buckets of rates, the same for all workers: whoever takes mails moves one (`penfriend.domain.pacing`).

Each move is one short transaction over one row, for as many mails as a batch has: a rate of thousands a
second costs some tens of moves. What nobody limits has no bucket.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update

from penfriend.domain.pacing import Rate, Taken, put_back, take
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.tables import route_rates
from penfriend.storage.upsert import insert_or_ignore

_r = route_rates.c


def exchange(
    connection: Connection,
    route: str,
    domain: str,
    rate: Rate,
    now: Moment,
    left: Taken,
    wanted: int,
) -> Taken:
    """Put back what was taken before and not used, and take at most `wanted`."""
    of = {"of_route": route, "of_domain": domain}
    full_at = connection.execute(_FULL_AT, of).scalar()
    if full_at is None:
        new = insert_or_ignore(connection.dialect.name, route_rates)
        connection.execute(new.values(route=route, domain=domain, full_at=0))
        full_at = connection.execute(_FULL_AT, of).scalar_one()
    taken = take(rate, put_back(rate, Moment(full_at), left, now), now, wanted)
    if taken.full_at != full_at:
        connection.execute(_MOVE, {**of, "old": full_at, "new": taken.full_at})
    return taken


def peek(
    connection: Connection, route: str, domain: str, rate: Rate, now: Moment, wanted: int
) -> tuple[int, bool]:
    """How many of so many mails the bucket would give, and whether a clock was set back since it was
    moved."""
    found = connection.execute(_AS_IT_IS, {"of_route": route, "of_domain": domain}).scalar()
    full_at = Moment(found or 0)
    taken = take(rate, full_at, now, wanted)
    return taken.mails, taken.full_at < full_at


_AS_IT_IS = select(_r.full_at).where(_r.route == bindparam("of_route"), _r.domain == bindparam("of_domain"))
_FULL_AT = _AS_IT_IS.with_for_update()
_MOVE = (
    update(route_rates)
    .where(
        _r.route == bindparam("of_route"),
        _r.domain == bindparam("of_domain"),
        _r.full_at == bindparam("old", type_=BIG),
    )
    .values(full_at=bindparam("new", type_=BIG))
)
