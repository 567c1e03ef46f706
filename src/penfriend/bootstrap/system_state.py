"""How the house runs: what the page `/system` shows. Nothing here grows with the mails that were sent."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

from penfriend import __version__
from penfriend.bootstrap.applying import NOT_APPLIED
from penfriend.bootstrap.calls import failed_calls
from penfriend.bootstrap.figure_book import FigureBook
from penfriend.bootstrap.healing import health_of
from penfriend.bootstrap.house import House
from penfriend.bootstrap.transport_states import transport_states
from penfriend.domain.destination import Rest
from penfriend.domain.errors import PenfriendError
from penfriend.domain.figures import Figures
from penfriend.domain.health import Health
from penfriend.domain.overview import DeadCall, TransportState
from penfriend.domain.retention import Pass
from penfriend.domain.timing import SECOND, Moment
from penfriend.domain.workers import WorkerState
from penfriend.storage.checkup import tables_version
from penfriend.storage.destinations import resting_destinations
from penfriend.storage.forgetting import passes
from penfriend.storage.house_state import Held, held_by_workers, size_of
from penfriend.storage.pausing import stopped
from penfriend.storage.routes import paused_routes
from penfriend.storage.worker_book import workers_of

DEAD_CALLS = 20


@dataclass(frozen=True, slots=True)
class TickState:
    """A tick of this process."""

    name: str
    runs: int
    last: float
    """Seconds that the newest took."""
    mean: float
    ended_at: Moment | None
    failures: int


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Where the store is."""

    kind: str
    place: str
    """Without a password."""
    size: int
    room: int | None
    """Bytes that are free beside a SQLite file; None for a server, whose disk we do not see."""
    tables: str


@dataclass(frozen=True, slots=True)
class SystemState:
    """What the page shows."""

    at: Moment
    version: str
    revision: int
    not_applied: str | None
    health: Health
    figures: Figures | None
    """None where the store could not be asked."""
    database: DatabaseState
    workers: Mapping[str, list[Held]]
    processes: tuple[WorkerState, ...]
    """All workers on record, those that are silent among them."""
    ticks: tuple[TickState, ...]
    transports: Mapping[str, TransportState]
    destinations: Mapping[tuple[str, str], Rest]
    stopped: Mapping[str, str] = field(default_factory=dict)
    """Campaigns that have stopped by themselves, and why."""
    full_look: Moment | None = None
    """When the members of all segments were last found anew."""
    passes: Mapping[str, Pass] = field(default_factory=dict)
    dead: tuple[DeadCall, ...] = ()

    @property
    def silent(self) -> list[WorkerState]:
        """Workers that were not heard of for a while."""
        return [one for one in self.processes if one.is_silent(self.at)]

    @property
    def needs_a_look(self) -> bool:
        """Whether something is not as it should be."""
        resting = any(one.rests_until is not None for one in self.transports.values())
        sources = self.figures is not None and bool(self.figures.failing_sources)
        return bool(
            resting
            or sources
            or self.silent
            or self.stopped
            or self.not_applied
            or self.dead
            or self.health.lines()
        )


def system_state(house: House, book: FigureBook) -> SystemState:
    """The house as it is now. `book` keeps what is asked by monitoring, too."""
    now = house.clock.now()
    with house.db.read() as connection:
        routes = paused_routes(connection, now)
        resting, rests = stopped(connection), resting_destinations(connection, now)
        workers, forgotten = held_by_workers(connection, now), passes(connection)
        processes = tuple(workers_of(connection))
    looked = house.note("full_look")
    return SystemState(
        at=now,
        version=__version__,
        revision=house.revision_number(),
        not_applied=house.note(NOT_APPLIED),
        health=health_of(house),
        figures=book.read(),
        database=_database(house),
        workers=workers,
        processes=processes,
        ticks=_ticks(house, now),
        transports=_transports(house, routes, now),
        destinations=rests,
        stopped={name: one.why for name, one in resting.items()},
        full_look=None if looked is None else Moment(int(looked)),
        passes=forgotten,
        dead=tuple(failed_calls(house, DEAD_CALLS)[:DEAD_CALLS]),
    )


def _transports(
    house: House, routes: Mapping[str, tuple[Moment, str]], now: Moment
) -> dict[str, TransportState]:
    try:
        definitions = house.definitions()
    except PenfriendError:  # what is live cannot run here: that is said elsewhere
        return {}
    return transport_states(house.db, definitions, house.settings.transport, routes, now)


def _database(house: House) -> DatabaseState:
    db = house.db
    room: int | None = None
    if db.is_sqlite:
        room = shutil.disk_usage(house.store_file.absolute().parent).free
    tables = tables_version(db)[0] or ""
    return DatabaseState(
        "SQLite" if db.is_sqlite else "PostgreSQL", db.url_for_people, size_of(db), room, tables
    )


def _ticks(house: House, now: Moment) -> tuple[TickState, ...]:
    """Of this process alone: where others work, they have their own."""
    elapsed, failures = house.clock.elapsed(), house.measures.tick_failures.read()
    found = []
    for words, spread in sorted(house.measures.ticks.read().items()):
        runs = sum(spread.counts)
        ago = None if spread.ended is None else int((elapsed - spread.ended) * SECOND)
        found.append(
            TickState(
                name=words[0],
                runs=runs,
                last=spread.last,
                mean=spread.total / runs if runs else 0.0,
                ended_at=None if ago is None else Moment(now - max(0, ago)),
                failures=failures.get(words, 0),
            )
        )
    return tuple(found)
