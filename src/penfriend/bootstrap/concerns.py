"""What needs somebody's look, for the first page of the dashboard: each a sentence that leads on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from penfriend.bootstrap.applying import NOT_APPLIED
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.storage.coming import doubts, oldest_due, unmade
from penfriend.storage.destinations import resting_destinations
from penfriend.storage.notes import read_note
from penfriend.storage.pausing import stopped
from penfriend.storage.routes import paused_routes
from penfriend.storage.source_states import read_states

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

LATE = 10 * MINUTE
"""Mails that have waited for longer want an explanation."""
RECENT = 3 * DAY
"""How far back letters are looked for that could not be made."""
MOST_DOUBTS = 1_000


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that needs a look. Its text is `look_KIND`, with the values that it has."""

    kind: str
    path: str
    """Where more is to be seen."""
    name: str = ""
    count: int = 0
    at: Moment | None = None
    why: str = ""
    """In words of our own, or of a server."""


def concerns_of(house: House, campaigns: frozenset[str]) -> list[Concern]:
    """All of this moment, the most urgent first; `campaigns` are the names of those that are live. Each is
    asked of an index or of a small table."""
    now = house.clock.now()
    with house.db.read() as connection:
        return [
            *_of_campaigns(connection, campaigns, now),
            *_of_delivery(connection, now),
            *_of_files(connection),
        ]


def _of_campaigns(connection: Connection, campaigns: frozenset[str], now: Moment) -> Iterator[Concern]:
    for name, stop in stopped(connection).items():
        yield Concern("stopped", f"/campaigns/{name}", name, at=stop.at, why=stop.why)
    for (campaign, template), count in unmade(connection, sorted(campaigns), Moment(now - RECENT)).items():
        yield Concern("unmade", f"/campaigns/{campaign}", template, count)


def _of_delivery(connection: Connection, now: Moment) -> Iterator[Concern]:
    count = doubts(connection, MOST_DOUBTS)
    if count:
        yield Concern("doubts", "/deliverability", count=count)
    for name, (until, why) in paused_routes(connection, now).items():
        yield Concern("paused", "/deliverability", name, at=until, why=why)
    for (_, domain), rest in resting_destinations(connection, now).items():
        yield Concern("resting", "/deliverability", domain, at=rest.until, why=rest.reason)
    oldest = oldest_due(connection)
    if oldest is not None and now - oldest > LATE:
        yield Concern("late", "/system", count=(now - oldest) // MINUTE, at=oldest)


def _of_files(connection: Connection) -> Iterator[Concern]:
    note = read_note(connection, NOT_APPLIED)
    if note:
        yield Concern("not_applied", "/plan", why=note.partition("\n")[0])
    for name, state in read_states(connection).items():
        if state.stopped or state.error:
            why = state.stopped or state.error or ""
            yield Concern("source", "/system", name, at=state.failing_since, why=why)
