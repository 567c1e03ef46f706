"""What needs somebody's look, for the first page of the dashboard: each a sentence that leads on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriend.bootstrap.applying import NOT_APPLIED
from penfriend.bootstrap.calls import SYSTEMS
from penfriend.domain.destination import Rest
from penfriend.domain.sources import ReadState
from penfriend.domain.stops import Stopped
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.storage.call_tries import calls_in_trouble
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
MOST_CALLS = 1_000


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
            *_of_stops(stopped(connection)),
            *_of_letters(unmade(connection, sorted(campaigns), Moment(now - RECENT))),
            *_of_doubts(doubts(connection, MOST_DOUBTS)),
            *_of_routes(paused_routes(connection, now)),
            *_of_destinations(resting_destinations(connection, now)),
            *_of_lateness(oldest_due(connection), now),
            *_of_files(read_note(connection, NOT_APPLIED)),
            *_of_sources(read_states(connection)),
            *_of_calls([calls_in_trouble(connection, system, MOST_CALLS) for system in SYSTEMS]),
        ]


def _of_stops(stops: Mapping[str, Stopped]) -> Iterator[Concern]:
    for name, stop in stops.items():
        yield Concern("stopped", f"/campaigns/{name}", name, at=stop.at, why=stop.why)


def _of_letters(letters: Mapping[tuple[str, str], int]) -> Iterator[Concern]:
    for (campaign, template), count in letters.items():
        yield Concern("unmade", f"/campaigns/{campaign}", template, count)


def _of_doubts(count: int) -> Iterator[Concern]:
    if count:
        yield Concern("doubts", "/deliverability", count=count)


def _of_routes(routes: Mapping[str, tuple[Moment, str]]) -> Iterator[Concern]:
    for name, (until, why) in routes.items():
        yield Concern("paused", "/deliverability", name, at=until, why=why)


def _of_destinations(rests: Mapping[tuple[str, str], Rest]) -> Iterator[Concern]:
    for (_, domain), rest in rests.items():
        yield Concern("resting", "/deliverability", domain, at=rest.until, why=rest.reason)


def _of_lateness(oldest: Moment | None, now: Moment) -> Iterator[Concern]:
    if oldest is not None and now - oldest > LATE:
        yield Concern("late", "/system", count=(now - oldest) // MINUTE, at=oldest)


def _of_files(note: str | None) -> Iterator[Concern]:
    if note:
        yield Concern("not_applied", "/plan", why=note.partition("\n")[0])


def _of_sources(states: Mapping[str, ReadState]) -> Iterator[Concern]:
    for name, state in states.items():
        why = state.stopped or state.error
        if why:
            yield Concern("source", "/system", name, at=state.failing_since, why=why)


def _of_calls(systems: Sequence[tuple[int, int]]) -> Iterator[Concern]:
    failed, put_off = (sum(numbers) for numbers in zip(*systems, strict=True))
    if put_off:
        yield Concern("calls_late", "/system", count=put_off)
    if failed:
        yield Concern("calls_failed", "/system", count=failed)
