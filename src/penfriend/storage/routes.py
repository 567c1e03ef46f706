"""Routes that rest: a transport that failed for reasons of its own is left alone for a while, longer each
time it fails again."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select, update

from penfriend.domain.retry import ROUTE_PAUSE, route_pause
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.tables import routes
from penfriend.storage.upsert import insert_or_ignore


def rest_route(
    connection: Connection, name: str, reason: str, now: Moment, at_least_until: Moment | None = None
) -> None:
    """Let the route rest from `now`, as long as the server asked for, unless it rests already."""
    connection.execute(insert_or_ignore(connection.dialect.name, routes).values(name=name, failures=0))
    row = connection.execute(select(routes).where(routes.c.name == name).with_for_update()).one()
    if row.paused_until is not None and row.paused_until > now and not row.probing:
        return
    failures = row.failures + 1
    until = max(now + route_pause(failures), at_least_until or now)
    connection.execute(
        update(routes)
        .where(routes.c.name == name)
        .values(failures=failures, reason=reason, paused_until=until, probing=0)
    )


def revive_route(connection: Connection, name: str) -> bool:
    """The route works: it rests no more and its failures are forgotten. Whether it had any."""
    return connection.execute(_REVIVE, {"route": name}).rowcount == 1


def meet_address(db: Database, name: str, mark: str) -> bool:
    """The route leaves by an address with that mark, which tells addresses and passwords apart and shows
    neither. Where it is another than before, the old one's rest ends; whether there was one."""
    note = f"address of {name}"
    with db.read() as connection:
        if read_note(connection, note) == mark:
            return False
    with db.write() as connection:
        is_new = read_note(connection, note) is None
        write_note(connection, note, mark)
        return not is_new and revive_route(connection, name)


def paused_routes(connection: Connection, now: Moment) -> dict[str, tuple[Moment, str]]:
    """The routes that rest at `now`, with until when and why."""
    rows = connection.execute(_PAUSED, {"now": now})
    return {row.name: (Moment(row.paused_until), row.reason or "") for row in rows}


def troubled_routes(connection: Connection, now: Moment) -> dict[str, bool]:
    """The routes that do not work, each with whether it rests at `now`; else it is to be tried again."""
    return {row.name: (row.paused_until or 0) > now for row in connection.execute(_TROUBLED)}


def begin_probe(connection: Connection, name: str, now: Moment) -> bool:
    """Let one worker try a route whose rest is over, while it rests on for all others; whether this is the
    one. Where that worker ends before it knows, another tries after the shortest rest."""
    values = {"route": name, "now": now, "until": now + ROUTE_PAUSE}
    return connection.execute(_PROBE, values).rowcount == 1


def withdraw_probe(connection: Connection, name: str, now: Moment) -> None:
    """There was nothing to try the route with: its rest is over for everybody, as it was before."""
    connection.execute(_WITHDRAW, {"route": name, "until": now})


_TROUBLED = select(routes.c.name, routes.c.paused_until).where(routes.c.failures > 0)
_PROBE = (
    update(routes)
    .where(
        routes.c.name == bindparam("route"),
        routes.c.failures > 0,
        routes.c.paused_until <= bindparam("now", type_=BIG),
    )
    .values(probing=1, paused_until=bindparam("until", type_=BIG))
)
_WITHDRAW = (
    update(routes)
    .where(routes.c.name == bindparam("route"), routes.c.probing == 1)
    .values(probing=0, paused_until=bindparam("until", type_=BIG))
)
_REVIVE = (
    update(routes)
    .where(routes.c.name == bindparam("route"), func.coalesce(routes.c.failures, 0) > 0)
    .values(failures=0, reason=None, paused_until=None, probing=0)
)
_PAUSED = select(routes).where(routes.c.paused_until > bindparam("now", type_=BIG))
