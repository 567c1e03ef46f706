"""What rests, for all workers to know: routes, and destinations on a route whose mails failed in a row."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BindParameter, Connection, bindparam, delete, literal, null, select, union_all, update

from penfriend.domain.destination import Rest, Rests, rest_of
from penfriend.domain.timing import DAY, Moment
from penfriend.storage.columns import BIG
from penfriend.storage.tables import destinations, routes
from penfriend.storage.upsert import insert_or_ignore

FORGOTTEN_AFTER = DAY
"""A rest that ended so long ago, without a mail that tried, tells nothing any more."""

_d = destinations.c


def rest_destination(
    connection: Connection,
    route: str,
    domain: str,
    reason: str,
    now: Moment,
    at_least_until: Moment | None = None,
) -> None:
    """Let the destination rest from `now`, as long as the server asked for, unless it rests already."""
    connection.execute(_FORGET, {"before": now - FORGOTTEN_AFTER})
    fresh = {"route": route, "domain": domain, "failures": 0, "resting_until": now}
    connection.execute(insert_or_ignore(connection.dialect.name, destinations).values(fresh))
    which = (_d.route == route) & (_d.domain == domain)
    row = connection.execute(select(destinations).where(which).with_for_update()).one()
    if row.resting_until > now:
        return
    failures = row.failures + 1
    until = max(now + rest_of(failures), at_least_until or now)
    connection.execute(
        update(destinations).where(which).values(failures=failures, reason=reason, resting_until=until)
    )


def revive_destinations(connection: Connection, route: str, domains: Collection[str]) -> None:
    """These accept mail again: they rest no more and their failures are forgotten."""
    if domains:
        connection.execute(_REVIVE, {"of_route": route, "domains": sorted(domains)})


def rests_on(connection: Connection, route: str, now: Moment) -> Rests:
    """What rests on the route at `now`, and which destinations have to prove themselves; one query."""
    rows = connection.execute(
        _ON_ROUTE, {"of_route": route, "now": now, "before": now - FORGOTTEN_AFTER}
    ).all()
    found = {row.domain: row for row in rows}
    own = found.pop(None, None)
    return Rests(
        None if own is None else Moment(own.until),
        {
            domain: Rest(Moment(row.until), row.failures, row.reason or "")
            for domain, row in sorted(found.items())
        },
    )


def resting_destinations(connection: Connection, now: Moment) -> dict[tuple[str, str], Rest]:
    """Those that rest at `now`, by route and domain."""
    rows = connection.execute(_RESTING, {"now": now})
    return {
        (row.route, row.domain): Rest(Moment(row.resting_until), row.failures, row.reason or "")
        for row in rows
    }


_ROUTE: BindParameter[str] = bindparam("of_route")
_NOW, _BEFORE = bindparam("now", type_=BIG), bindparam("before", type_=BIG)
_FORGET = delete(destinations).where(_d.resting_until < _BEFORE)
_REVIVE = delete(destinations).where(_d.route == _ROUTE, _d.domain.in_(bindparam("domains", expanding=True)))
_ON_ROUTE = union_all(
    select(
        null().label("domain"),
        routes.c.paused_until.label("until"),
        literal(0, BIG).label("failures"),
        null().label("reason"),
    ).where(routes.c.name == _ROUTE, routes.c.paused_until > _NOW),
    select(_d.domain, _d.resting_until, _d.failures, _d.reason).where(
        _d.route == _ROUTE, _d.resting_until >= _BEFORE
    ),
)
_RESTING = select(destinations).where(_d.resting_until > _NOW).order_by(_d.route, _d.domain)
