"""What it costs that a mail is committed as `sending` before its last byte is written.

    python benchmarks/commit.py [MAILS] [RUNS]

The whole way of a mail of 25 kB, from due to recorded, over 30 connections into a server on this machine
that throws mail away: Postfix's smtp-sink where it is installed, else the crash harness's. Two ways take
turns: the product's own, which commits groups of up to a hundred, and one commit for each mail. A commit
waits for the disk (SQLite: synchronous=FULL; PostgreSQL: fsync and synchronous_commit on). Medians; the limit
is the same run without the time that the commits took.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results import Figure, keep
from wire import CONNECTIONS, postgresql, sink  # which makes tests.support importable

from penfriend.bootstrap import House, Worker, way_out
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.outbox import Beginning
from penfriend.engine.clock import SystemClock
from penfriend.storage.handover_log import HandoverLog
from tests.support.houses import write_shop

MAILS, RUNS, DOMAINS = 2_000, 5, 50
CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
campaigns: {welcome: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}]}}
"""
FILLER = "<mj-text>" + " ".join(f"Line {number} of a letter." for number in range(1_000)) + "</mj-text>"


@dataclass
class Took:
    """What one run took, in seconds for all mails."""

    whole: float
    beginning: float
    processor: float


class Timed(HandoverLog):
    """The product's own way, with a stop-watch on its commits of `sending`."""

    seconds = 0.0

    def begin(self, group: Sequence[Beginning], *more: Any) -> dict[int, int]:
        """As the product does it."""
        began = time.perf_counter()
        done = self._begin(group, *more)
        Timed.seconds += time.perf_counter() - began
        return done

    def _begin(self, group: Sequence[Beginning], *more: Any) -> dict[int, int]:
        return super().begin(group, *more)


class One(Timed):
    """A commit for each mail."""

    def _begin(self, group: Sequence[Beginning], *more: Any) -> dict[int, int]:
        begun: dict[int, int] = {}
        for one in group:
            begun |= super()._begin([one], *more)
        return begun


WAYS: dict[str, type[Timed]] = {"groups": Timed, "one by one": One}


def send(url: str, port: int, mails: int, way: type[Timed]) -> Took:
    """So many mails are made due, and sent in that way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = write_shop(folder, CAMPAIGNS)
        letter = folder / "templates" / "hello.mjml"
        letter.write_text(letter.read_text().replace("</mj-text>", f"</mj-text>{FILLER}", 1))
        environment = {
            "PENFRIEND_DATABASE_URL": url or f"sqlite:///{folder / 'store.db'}",
            "PENFRIEND_CONFIG": str(config),
            "PENFRIEND_SECRET_KEY": "a secret for the benchmark",
            "PENFRIEND_TRANSPORT": f"smtp://127.0.0.1:{port}?connections={CONNECTIONS}&tls=none",
        }
        way_out.HandoverLog = way  # type: ignore[attr-defined]
        with House.open(environment, SystemClock()) as house:
            house.apply(house.read_files())
            _bring_in(house, mails)
            worker = Worker.of(house)
            worker.enroll()
            worker.advance()
            Timed.seconds, began, processor = 0.0, time.perf_counter(), time.process_time()
            report = worker.send()
            took = Took(time.perf_counter() - began, Timed.seconds, time.process_time() - processor)
            worker.close()
    if report.sent != mails:
        raise SystemExit(f"{report} of {mails}")
    return took


def _bring_in(house: House, mails: int) -> None:
    now = house.clock.now()
    ingester = house.ingester()
    names = [f"p{number}" for number in range(mails)]
    ingester.ingest_contacts(
        [
            ContactIn(name, f"{name}@mail{number % DOMAINS}.example", {}, {}, ("offers",), now)
            for number, name in enumerate(names)
        ]
    )
    ingester.ingest_events([EventIn("signed_up", name, None, now, {}, name) for name in names])


def measure(database: str, fresh: Callable[[], str], port: int, mails: int, runs: int) -> None:
    """Print and keep what each way took."""
    found: dict[str, list[Took]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way, made in WAYS.items():
            found[way].append(send(fresh(), port, mails, made))
    for way, tooks in found.items():
        rates = [mails / took.whole for took in tooks]
        without = [mails / (took.whole - took.beginning) for took in tooks]
        share = statistics.median(took.beginning / took.whole for took in tooks)
        each = statistics.median(took.beginning for took in tooks) / mails * 1e6
        cpu = statistics.median(took.processor for took in tooks) / mails * 1e6
        print(  # noqa: T201 - a program
            f"{database}, {way}: {statistics.median(rates):.0f} mails a second "
            f"({min(rates):.0f} to {max(rates):.0f}), of which the commit takes {share:.0%} "
            f"({each:.0f} µs a mail); {cpu:.0f} µs of processor a mail"
        )
        name = f"mails a second, committed before the dot ({database}, {way})"
        keep(Figure(name, "mails/s", statistics.median(rates), statistics.median(without)))


def main(arguments: list[str]) -> None:
    """Both databases."""
    mails = int(arguments[0]) if arguments else MAILS
    runs = int(arguments[1]) if len(arguments) > 1 else RUNS
    with tempfile.TemporaryDirectory() as name, sink(Path(name)) as server:
        measure("SQLite", lambda: "", server.port, mails, runs)
        with postgresql(Path(name)) as fresh:
            measure("PostgreSQL", fresh, server.port, mails, runs)


if __name__ == "__main__":
    main(sys.argv[1:])
