"""How many mails a second leave the house, near the wire.

    python benchmarks/sending.py [MAILS] [RUNS] [--only WORD] [--parts]

The whole way of a mail, from due to the next move of its enrollment: claimed, decided, filled, links signed,
put together, begun, its dot on record, handed over through 30 connections, recorded, and the `advance` that
follows; by a worker as the daemon has it, in one process and one thread. The limit, turn by turn in the same
run, is Postfix's load generator `smtp-source` with as many mails of as many bytes over as many connections
into the same `smtp-sink`. Where those programs are missing a pair of our own stands in, and is named.

Elapsed times suffer from whatever else the machine does, their ratio suffers less, and the processor's time
of our process hardly at all. Medians, with the least and the most. `--only` measures the cases whose names
hold the word, `--parts` tells where the processor's time goes.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from parts import Parts
from results import Figure, keep
from wire import CONNECTIONS, GENERATOR, Sink, generate, postgresql, sink

from penfriend.bootstrap import House, Worker
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.engine.clock import SystemClock
from penfriend.storage.dot_journal import FileJournal

MAILS, RUNS, DOMAINS, WARM = 3_000, 5, 50, 100
LARGE, SMALL = 41_000, 2_800
MOST_MICROSECONDS = 250
CAMPAIGNS = """
version: 1
brand:
  name: Acorn
  from: Acorn <hello@mail.acorn.example>
  address: 12 Mill Lane
  public_url: https://letters.acorn.example
topics: {{offers: {{title: Offers}}}}
data: {{events: {{signed_up: {{}}}}}}
{more}campaigns:
  welcome:
    topic: offers
    trigger: {{event: signed_up}}
    steps: [{{send: hello}}, {{wait: 2 days}}, {{send: hello, id: again}}]
"""
HEAD = """---
subject: "Welcome, {{ contact.first_name or 'friend' }}"
---
"""
END = '{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>'
SENTENCE = "We sell things for the kitchen and the table: boards and spoons in oak, stoneware, linen. "
LINK = '<mj-text><a href="https://shop.acorn.example/p/{number}">Board {number}</a> {sentences}</mj-text>'
NAMES = ("Eleanor", "Zoë", "Tomasz", "Ayşe", "Jo")


def letter(size: int) -> str:
    """A letter of about so many bytes when it is finished: a small one of a few lines, a large one with 22
    links, which are tracked, and a name in its text."""
    if size < 10_000:
        who = "{{ contact.first_name or 'friend' }}"
        body = f"<mj-raw><p>Hello {who}.</p><p>Come in.</p><p>{END}</p></mj-raw>"
    else:
        links = "".join(LINK.format(number=number, sentences=SENTENCE * 7) for number in range(1, 22))
        body = (
            "<mj-section><mj-column><mj-text>Hello {{ contact.first_name }}.</mj-text>"
            f"{links}<mj-text>{END}</mj-text></mj-column></mj-section>"
        )
    return f"{HEAD}<mjml><mj-body>{body}</mj-body></mjml>\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One figure: what is sent, and how."""

    name: str
    size: int
    goal: float | None
    """Of the ratio to the load generator."""
    on_postgresql: bool = False
    signed: bool = False
    bound: bool = True
    """Without it no dot is on record before it is written, as if nobody asked what a crash leaves."""


CASES = (
    Case("SQLite, 41 kB", LARGE, 1.0),
    Case("SQLite, 41 kB, without the crash bound", LARGE, None, bound=False),
    Case("SQLite, 41 kB, signed (Ed25519)", LARGE, 0.9, signed=True),
    Case("SQLite, 2.8 kB", SMALL, 0.4),
    Case("PostgreSQL, 41 kB", LARGE, 0.9, on_postgresql=True),
    Case("PostgreSQL, 2.8 kB", SMALL, None, on_postgresql=True),
)


@dataclass(slots=True)
class Run:
    """What one turn of a case took."""

    seconds: float
    processor: float
    """Seconds of our process, its own and those that the kernel worked for it."""
    limit: float
    """Seconds of the load generator."""
    sinks: float
    """Seconds of the processor that the sink used meanwhile."""


class NoNote(FileJournal):
    """Notes nothing."""

    def record(self, attempt: int) -> None:
        """Nothing."""
        self._open[attempt] = None

    def answer(self, attempt: int, *_: object) -> None:
        """Nothing."""


@contextmanager
def house_with_mail(folder: Path, case: Case, url: str, port: int, mails: int) -> Iterator[Worker]:
    """A store in which so many mails are due, brought in and moved as the product does it, and a worker that
    has sent some before: its letters are compiled, its connections open."""
    (folder / "templates").mkdir()
    (folder / "templates" / "hello.mjml").write_text(letter(case.size))
    config = folder / "campaigns.yaml"
    config.write_text(CAMPAIGNS.format(more=_key(folder) if case.signed else ""))
    environment = {
        "PENFRIEND_DATABASE_URL": url or f"sqlite:///{folder / 'store.db'}",
        "PENFRIEND_CONFIG": str(config),
        "PENFRIEND_SECRET_KEY": "a secret for the benchmark",
        "PENFRIEND_TRANSPORT": f"smtp://127.0.0.1:{port}?connections={CONNECTIONS}&tls=none",
    }
    with House.open(environment, SystemClock()) as house:
        house.apply(house.read_files())
        worker = Worker.of(house)
        try:
            for first, number in ((0, WARM), (WARM, mails)):
                worker.send()
                worker.advance()
                _bring_in(house, first, number)
                worker.enroll()
                worker.advance()
            yield worker
        finally:
            worker.close()


def _bring_in(house: House, first: int, mails: int) -> None:
    now, ingester = house.clock.now(), house.ingester()
    names = [f"p{number}" for number in range(first, first + mails)]
    ingester.ingest_contacts(
        [
            ContactIn(
                name,
                f"{name}@mail{number % DOMAINS}.example",
                {"first_name": f"{NAMES[number % len(NAMES)]} {number}"},
                {},
                ("offers",),
                now,
            )
            for number, name in enumerate(names)
        ]
    )
    ingester.ingest_events([EventIn("signed_up", name, None, now, {}, name) for name in names])


def _key(folder: Path) -> str:
    """A key for signing, in a file beside the campaigns; what the campaign file says of it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "dkim.pem"
    file.write_bytes(made)
    file.chmod(0o600)
    return "dkim: {domain: mail.acorn.example, selector: bench, key: dkim.pem}\n"


def one_turn(case: Case, url: str, server: Sink, mails: int, parts: Parts | None) -> Run:
    """Send so many mails, and the next moves of their people; then the load generator as many."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if not case.bound:
            stack.enter_context(patch("penfriend.bootstrap.way_out.FileJournal", NoNote))
        worker = stack.enter_context(house_with_mail(folder, case, url, server.port, mails))
        gc.freeze()  # as the daemon does when it begins
        with parts or nullcontext():
            began, before = time.perf_counter(), _processor()
            sent = worker.send().sent
            moved = worker.advance().moved
            seconds, processor = time.perf_counter() - began, _processor() - before
        if (sent, moved) != (mails, mails):
            raise SystemExit(f"{case.name}: {sent} sent and {moved} moved of {mails}")
    gc.unfreeze()
    before = server.processor()
    return Run(seconds, processor, generate(server.port, mails, case.size), server.processor() - before)


def _processor() -> float:
    used = os.times()
    return used.user + used.system


def tell(case: Case, runs: Sequence[Run], mails: int) -> Sequence[Figure]:
    """Print what the case came to; the figures to keep."""
    rate = statistics.median(mails / run.seconds for run in runs)
    limit = statistics.median(mails / run.limit for run in runs)
    ratios = [run.limit / run.seconds for run in runs]
    each = [run.processor / mails * 1e6 for run in runs]
    sinks = statistics.median(run.sinks for run in runs) / mails * 1e6
    print(  # noqa: T201 - a program
        f"{case.name} ({case.size} bytes): {rate:.0f} mails a second, {GENERATOR} {limit:.0f}; "
        f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); "
        f"{statistics.median(each):.0f} µs of processor a mail ({min(each):.0f} to {max(each):.0f}), "
        f"the sink's {sinks:.0f}"
    )
    return (
        Figure(f"mails a second ({case.name})", "mails/s", rate, limit, case.goal),
        Figure(
            f"processor time of a mail ({case.name})",
            "µs",
            statistics.median(each),
            goal=MOST_MICROSECONDS if case.size == LARGE else None,
            most=True,
        ),
    )


def main() -> None:
    """All cases, or those of which the name holds `--only`."""
    options = argparse.ArgumentParser()
    options.add_argument("mails", nargs="?", type=int, default=MAILS)
    options.add_argument("runs", nargs="?", type=int, default=RUNS)
    options.add_argument("--only", default="")
    options.add_argument("--parts", action="store_true")
    asked = options.parse_args()
    cases = [case for case in CASES if asked.only in case.name]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        server = stack.enter_context(sink(Path(name)))
        fresh: Callable[[], str] = str
        if any(case.on_postgresql for case in cases):
            fresh = stack.enter_context(postgresql(Path(name)))
        found: dict[Case, list[Run]] = {case: [] for case in cases}
        for _ in range(asked.runs):
            for case, runs in found.items():
                url = fresh() if case.on_postgresql else ""
                runs.append(one_turn(case, url, server, asked.mails, None))
        for case, runs in found.items():
            keep(*tell(case, runs, asked.mails))
            if asked.parts:
                parts = Parts()
                one_turn(case, fresh() if case.on_postgresql else "", server, asked.mails, parts)
                print("\n".join(parts.lines(asked.mails)))  # noqa: T201 - a program


if __name__ == "__main__":
    main()
