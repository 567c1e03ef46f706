"""What ticks cost over many contacts: the first enrollment, nothing to do, and a thousand who have changed.

    python benchmarks/ticks.py [CONTACTS] [RUNS] [--only sqlite | postgresql]

A store of so many people and twelve campaigns, on each database. The limit, turn by turn in the same run, is
one bare scan of `contacts` by the driver with the condition of the segment from which nearly a fifth of all
enter. A tick is what a daemon does: points, looks, moves, mails, calls, hits, recovery and results. What
changed is a look at a page: a thousand people join a segment, enter and begin to wait; the same over a
hundredth and a tenth of the people shows whether it grows with them. All by the processor's time of this
process and of PostgreSQL's; medians, with the least and the most.
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
from processor import Driver, beside, used
from results import Figure, keep
from wire import postgresql  # which makes tests.support importable

from penfriend.bootstrap import House, Worker
from penfriend.domain.events import EventIn
from penfriend.domain.timing import DAY, MINUTE, SECOND, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.bench.bulk import Aside, count_tables, execute, numbers, set_sequences
from penfriend.storage.looks_store import LookStore
from tests.support.houses import NOON, write_shop

CONTACTS, RUNS, CHANGED, IDLE = 100_000, 5, 1_000, 50
YEAR, OLDEST, NEWEST = 365, 159, 90
"""Of the days of a year, on one of which everybody has ordered, 69 are in the segment: 18.9 in a hundred."""
AT_ONCE = 50_000
GROWTH = 1.5
CAMPAIGNS = f"""
version: 1
brand: {{name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}}
topics: {{offers: {{title: Offers}}}}
data: {{events: {{page_viewed: {{}}, signed_up: {{}}, came_by: {{}}}}}}
segments:
  lapsed: {{where: {{orders.last_at: {{before: {NEWEST} days ago, after: {OLDEST} days ago}}}}}}
  visitors: {{where: {{events.page_viewed.count: {{at_least: 1}}}}}}
  new: {{where: {{contact.subscribed_at: {{within: last 3 days}}, orders.count: 0}}}}
  gone: {{where: {{orders.last_at: {{before: 360 days ago}}}}}}
  best: {{where: {{orders.total: {{at_least: 500}}, orders.last_at: {{before: 350 days ago}}}}}}
  carts: {{of: carts, where: {{cart.status: open, cart.updated_at: {{before: 1 hour ago}}}}}}
  lots: {{of: points, where: {{points.expires_at: {{within: next 21 days}}}}}}
  sleepers: {{where: {{contact.last_opened_at: {{before: 200 days ago}}}}}}
campaigns:
""" + "".join(
    f"  {name}: {{topic: offers, {more}trigger: {trigger}, steps: [{{wait: 30 days}}, {{send: hello}}]}}\n"
    for name, more, trigger in (
        ("come_back", "backfill: all, ", "{segment: lapsed}"),
        *((name, "", f"{{segment: {name}}}") for name in ("visitors", "new", "gone", "best", "sleepers")),
        *((name, "", f"{{segment: {name}}}") for name in ("carts", "lots")),
        *((name, "", f"{{event: {name}}}") for name in ("signed_up", "came_by")),
        ("birthday", "", "{date: contact.birthday}"),
        ("monday", "", "{schedule: 0 9 * * mon, segment: new}"),
    )
)
_NAMES = "id, key, email, email_at, email_hash, first_name, locale, timezone, created_at, subscribed_at"
_CONTACTS = (
    f"INSERT INTO contacts ({_NAMES}, orders_count, orders_last_at) "  # noqa: S608 - our own words
    "SELECT i, 'c-' || i, 'p' || i || '@mail.example', {came}, 'h' || i, 'Ann', 'en', 'Europe/London',"
    " {came}, {came}, 1, {noon} - (i * 7919 % {year}) * {day} FROM {rows}"
)
_SUBSCRIPTIONS = (
    "INSERT INTO subscriptions (contact_id, topic, subscribed, requested, at) "
    "SELECT i, 'offers', 1, 0, {came} FROM {rows}"
)
_KEYS = "INSERT INTO contact_keys (key, contact_id) SELECT 'c-' || i, i FROM {rows}"
_PEOPLE = (_CONTACTS, _KEYS, _SUBSCRIPTIONS)
_SCAN = "SELECT count(*) FROM contacts {hint} WHERE orders_last_at < {below} AND orders_last_at > {above}"
_UNDO = (
    "DELETE FROM members WHERE segment = 'lapsed'",
    "DELETE FROM segment_looks WHERE segment = 'lapsed'",
    "DELETE FROM enrollments WHERE campaign = 'come_back'",
    "DELETE FROM campaign_states WHERE campaign = 'come_back'",
)


class Bench:
    """A store of so many people, the live campaigns, and a worker over it."""

    def __init__(self, folder: Path, url: str, contacts: int) -> None:
        """Fill it, and let the segments take in whom they have."""
        folder.mkdir()
        settings = {
            "PENFRIEND_DATABASE_URL": url or f"sqlite:///{folder / 'store.db'}",
            "PENFRIEND_CONFIG": str(write_shop(folder, CAMPAIGNS)),
            "PENFRIEND_SECRET_KEY": "a secret for the benchmark",
            "PENFRIEND_TRANSPORT": "memory:",
        }
        self.contacts, self.clock = contacts, SetClock(NOON)
        self.house = House.open(settings, self.clock)
        self.house.apply(self.house.read_files())
        self._fill()
        live = self.house.live()
        assert live is not None  # noqa: S101 - it was just applied
        self._live, self._seen = live, 0
        self.driver = _driver(settings["PENFRIEND_DATABASE_URL"])
        self._children = beside(self.driver)
        self.worker = Worker.of(self.house)
        self.enroll_first()
        self.change()
        self.tick()

    def _fill(self) -> None:
        db = self.house.db
        aside = Aside(db)
        for low in range(1, self.contacts + 1, AT_ONCE):
            high = min(low + AT_ONCE - 1, self.contacts)
            with db.write() as connection:
                for statement in _PEOPLE:
                    rows = numbers(connection, low, high)
                    moments = {"came": NOON - YEAR * DAY, "noon": NOON, "year": YEAR, "day": DAY}
                    execute(connection, statement.format(rows=rows, **moments))
        list(aside.bring_back())
        with db.write() as connection:
            set_sequences(connection, ["contacts"])
        count_tables(db)

    def processor(self) -> float:
        """Seconds that this process has used, and PostgreSQL's for us."""
        return time.process_time() + sum(used(one) for one in self._children())

    def cost(self, act: Callable[[], object]) -> float:
        """Seconds of the processor."""
        gc.collect()
        before = self.processor()
        act()
        return self.processor() - before

    def scan(self) -> float:
        """The bare scan."""
        now = self.clock.now()
        sqlite = isinstance(self.driver, sqlite3.Connection)
        words = {
            "hint": "NOT INDEXED" if sqlite else "",
            "below": now - NEWEST * DAY,
            "above": now - OLDEST * DAY,
        }
        question = _SCAN.format(**words)
        return self.cost(lambda: self.driver.execute(question).fetchall())  # type: ignore[union-attr]

    def enroll_first(self) -> int:
        """All who are in the segment enter; how many."""
        with self.house.db.write() as connection:
            for statement in _UNDO:
                execute(connection, statement)
        count_tables(self.house.db)
        self.entered = 0

        def act() -> None:
            looks, live = LookStore(self.house.db), self._live
            self.entered = looks.activate(live.definitions, live.revision, self.clock.now()).entered

        self.took = self.cost(act)
        return self.entered

    def tick(self) -> None:
        """What the daemon does, one after the other."""
        worker = self.worker
        for one in (worker.sync, worker.enroll, worker.advance, worker.send, worker.call, worker.track):
            one()
        worker.recover()
        worker.results()

    def settle(self) -> None:
        """All that still follows from what has changed is done: eleven minutes later no row is waited for any
        more that another transaction might bring in late."""
        self.tick()
        self.worker.results(all_of_them=True)
        self.clock.set(Moment(self.clock.now() + 11 * MINUTE))
        self.tick()

    def idle(self) -> float:
        """Seconds of one tick in which nothing has changed; the clock goes on by a second each time."""

        def act() -> None:
            for _ in range(IDLE):
                self.clock.set(Moment(self.clock.now() + SECOND))
                self.tick()

        return self.cost(act) / IDLE

    def change(self) -> None:
        """A thousand people, all over the store, who were not there before, have looked at a page."""
        step = max(self.contacts // CHANGED, 1)
        self._seen += 1
        who = [(place * step + self._seen) % self.contacts + 1 for place in range(CHANGED)]
        now = self.clock.now()
        self.house.ingester().ingest_events(
            [EventIn("page_viewed", f"c-{one}", None, now, {}, f"v-{self._seen}-{one}") for one in who]
        )

    def changed(self) -> float:
        """Seconds of the tick behind such a change."""
        self.change()
        self.clock.set(Moment(self.clock.now() + SECOND))
        return self.cost(self.tick)

    def close(self) -> None:
        """Give all of it back."""
        self.worker.close()
        self.driver.close()
        self.house.close()


def _driver(url: str) -> Driver:
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    made = psycopg.connect(url, autocommit=True)
    for name in ("indexscan", "indexonlyscan", "bitmapscan"):
        made.execute(f"SET enable_{name} = off".encode())
    made.execute("SET max_parallel_workers_per_gather = 0")
    return made


def measure(database: str, folder: Path, fresh: Callable[[], str], contacts: int, runs: int) -> None:
    """All figures over one database."""
    sizes = [size for size in (contacts // 100, contacts // 10, contacts) if size >= 10 * CHANGED]
    with ExitStack() as stack:
        stores = [stack.enter_context(closing(Bench(folder / str(size), fresh(), size))) for size in sizes]
        large = stores[-1]
        scans, firsts, idles = [], [], []
        changes: list[list[float]] = [[] for _ in stores]
        for _ in range(runs):
            scans.append(large.scan())
            entered = large.enroll_first()
            firsts.append(large.took)
            large.settle()
            idles.append(large.idle())
            for store, found in zip(stores, changes, strict=True):
                found.append(store.changed())
    scan = statistics.median(scans) * 1000
    of = f"{contacts:,} contacts, {database}"
    tell(f"first enrollment of {entered:,} of {of}", firsts, scan, 4.0)
    tell(f"a tick in which nothing changed ({of})", idles, scan, 0.1)
    tell_growth(f"a tick after {CHANGED:,} contacts changed ({of})", sizes, changes)


def tell(name: str, found: Sequence[float], limit: float, goal: float) -> None:
    """Print and keep one figure, in milliseconds of the processor."""
    value, ratios = statistics.median(found) * 1000, [one * 1000 / limit for one in found]
    print(  # noqa: T201 - a program
        f"{name}: {value:.1f} ms, a bare scan {limit:.1f} ms;"
        f" ratio {value / limit:.3f} ({min(ratios):.3f} to {max(ratios):.3f}), goal {goal}"
    )
    keep(Figure(name, "ms of processor", value, limit, goal, most=True))


def tell_growth(name: str, sizes: Sequence[int], found: Sequence[Sequence[float]]) -> None:
    """The same against the smallest of the stores."""
    each = [statistics.median(one) * 1000 for one in found]
    costs = ", ".join(
        f"{size:,}: {cost:.0f} ms ({min(one) * 1000:.0f} to {max(one) * 1000:.0f})"
        for size, cost, one in zip(sizes, each, found, strict=True)
    )
    print(f"{name}: {costs}; it grows {max(each) / each[0]:.2f} times, goal {GROWTH}")  # noqa: T201
    keep(Figure(name, "ms of processor", max(each), each[0], GROWTH, most=True))


@contextmanager
def databases(only: str) -> Iterator[dict[str, Callable[[], str]]]:
    """What makes a new database, by its name."""
    with ExitStack() as stack:
        found: dict[str, Callable[[], str]] = {}
        if only in ("", "sqlite"):
            found["SQLite"] = str
        if only in ("", "postgresql"):
            base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            found["PostgreSQL"] = stack.enter_context(postgresql(base))
        yield found


def main() -> None:
    """Both databases, or one."""
    options = argparse.ArgumentParser()
    options.add_argument("contacts", nargs="?", type=int, default=CONTACTS)
    options.add_argument("runs", nargs="?", type=int, default=RUNS)
    options.add_argument("--only", default="", choices=("", "sqlite", "postgresql"))
    asked = options.parse_args()
    with databases(asked.only) as found:
        for database, fresh in found.items():
            with tempfile.TemporaryDirectory() as name:
                measure(database, Path(name), fresh, asked.contacts, asked.runs)


if __name__ == "__main__":
    main()
