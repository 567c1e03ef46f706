"""What needs somebody's look, for the first page of the dashboard: each a sentence that leads on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        stops, late = stopped(connection), oldest_due(connection)
        not_made = unmade(connection, sorted(campaigns), Moment(now - RECENT))
        in_doubt = doubts(connection, MOST_DOUBTS)
        paused, resting = paused_routes(connection, now), resting_destinations(connection, now)
        note, states = read_note(connection, NOT_APPLIED), read_states(connection)
    return [
        *(
            Concern("stopped", f"/campaigns/{name}", name, at=one.at, why=one.why)
            for name, one in stops.items()
        ),
        *(
            Concern("unmade", f"/campaigns/{campaign}", template, count)
            for (campaign, template), count in not_made.items()
        ),
        *([Concern("doubts", "/deliverability", count=in_doubt)] if in_doubt else []),
        *(
            Concern("paused", "/deliverability", name, at=until, why=why)
            for name, (until, why) in paused.items()
        ),
        *(
            Concern("resting", "/deliverability", domain, at=rest.until, why=rest.reason)
            for (_, domain), rest in resting.items()
        ),
        *_late(late, now),
        *([Concern("not_applied", "/plan", why=note.partition("\n")[0])] if note else []),
        *(
            Concern("source", "/system", name, at=one.failing_since, why=one.stopped or one.error or "")
            for name, one in states.items()
            if one.stopped or one.error
        ),
    ]


def _late(oldest: Moment | None, now: Moment) -> list[Concern]:
    if oldest is None or now - oldest <= LATE:
        return []
    return [Concern("late", "/system", count=(now - oldest) // MINUTE, at=oldest)]
