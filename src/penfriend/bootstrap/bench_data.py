"""Fills an empty store with a year of a large shop, for whoever wants to measure (`penfriend bench-data`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from penfriend.bootstrap.house import House
from penfriend.bootstrap.results import refresh_results
from penfriend.domain.bench_data import BenchPlan, plan_of
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.bench.bulk import Aside, count_tables
from penfriend.storage.bench.counts import (
    count_days,
    count_events,
    count_people,
    first_and_last,
    forget_looks,
    has_contacts,
)
from penfriend.storage.bench.mail import make_mail
from penfriend.storage.bench.people import make_people
from penfriend.storage.looks_store import LookStore

CONTACTS, MESSAGES, EVENTS, SEED = 1_000_000, 10_000_000, 30_000_000, 7
"""What is made where nothing else is asked for."""
Progress = Callable[[str, int, int], None]
"""Is told what is being done, how far it has come, and out of how much."""


def fill(
    house: House,
    *,
    contacts: int = CONTACTS,
    messages: int = MESSAGES,
    events: int = EVENTS,
    seed: int = SEED,
    progress: Progress | None = None,
) -> BenchPlan:
    """Fill the store of a house; its files become live first, where nothing was. The same numbers and seed
    make the same rows, but for the moment at which their year ends.

    Raises SettingError for a store that knows somebody already, or for numbers that do not go together.
    """
    if has_contacts(house.db):
        raise SettingError(
            f"{house.db.url_for_people} has contacts already: bench-data fills an empty store alone"
        )
    db, numbers = house.db, _Numbers(contacts, messages, events, seed, house.clock.now())
    if house.live() is None:
        files = house.read_files()
        checked = house.check(files)
        numbers.plan(checked.require()[0], 0)  # what does not go together leaves the store as it was
        house.make_live(files, checked)
    live = house.live()
    assert live is not None  # noqa: S101 - something was just applied
    plan = numbers.plan(live.definitions, live.revision)
    told = progress or _nobody
    aside = Aside(db)
    _follow(told, "contacts", make_people(db, plan), contacts)
    _follow(told, "messages", make_mail(db, plan), messages)
    _follow(told, "indexes", (1 for _ in aside.bring_back()), len(aside.indexes) + len(aside.keys))
    _follow(told, "statistics", _once(lambda: count_tables(db)), 1)
    _follow(told, "facts", count_events(db), 1)
    _follow(told, "people", count_people(db, plan), contacts)
    days = _days(house)
    _follow(told, "days", count_days(db, days), len(days) - 1)
    _follow(told, "segments", _once(lambda: _join_segments(house)), 1)
    _follow(told, "statistics", _once(lambda: count_tables(db)), 1)
    _follow(told, "results", _once(lambda: refresh_results(house)), 1)
    return plan


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What was asked for."""

    contacts: int
    messages: int
    events: int
    seed: int
    now: Moment

    def plan(self, definitions: Definitions, revision: int) -> BenchPlan:
        """Over these campaigns. Raises SettingError."""
        return plan_of(
            definitions,
            revision,
            self.now,
            contacts=self.contacts,
            messages=self.messages,
            events=self.events,
            seed=self.seed,
        )


def _follow(progress: Progress, what: str, steps: Iterable[int], of: int) -> None:
    done = 0
    progress(what, done, of)
    for step in steps:
        done += step
        progress(what, done, of)


def _nobody(_what: str, _done: int, _of: int) -> None:
    """Is told nothing."""


def _once(work: Callable[[], object]) -> Iterable[int]:
    work()
    yield 1


def _days(house: House) -> list[Moment]:
    """The midnights of the brand's clock around all tries, the first and the last included."""
    ends = first_and_last(house.db)
    if ends is None:
        return []
    zone = house.definitions().brand.zone
    first, last = (local_date(at, zone) for at in ends)
    return [midnight(first + timedelta(days=number), zone) for number in range((last - first).days + 2)]


def _join_segments(house: House) -> None:
    """Who is in a segment was in it when its campaign began: nobody enters for what is made up."""
    live = house.live()
    if live is not None:
        forget_looks(house.db)
        LookStore(house.db).activate(live.definitions, live.revision, house.clock.now())
