"""`make hosts`: three machines over one PostgreSQL, to one of which something happens every few seconds.

python -m tests.hosts [--minutes N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.crash.court import Sink
from tests.crash.world import HarnessError, World
from tests.hosts.days import RESERVE, Days
from tests.hosts.host import Host
from tests.hosts.network import Link
from tests.support.postgres_guard import DURABLE, Server

MACHINES = 3


@contextmanager
def machines(folder: Path, chance: random.Random, reserve: int = RESERVE) -> Iterator[Days]:
    """Three of them, the last one without the extra, and a shop of which all know."""
    base = Path(tempfile.mkdtemp(prefix="penfriend-hosts-database-"))  # where its own user can read it
    server = Server(base, DURABLE)
    with ExitStack() as last:
        last.callback(shutil.rmtree, base, ignore_errors=True)
        last.callback(server.stop)
        url = server.start()
        world = World(folder / "shop", url)
        sink = last.enter_context(Sink(folder / "ledger"))
        hosts = []
        for number in range(1, MACHINES + 1):
            link = Link(url, f"127.0.1.{number}")
            hosts.append(Host(world, folder / f"host-{number}", link, is_bare=number == MACHINES))
            last.callback(hosts[-1].close)
        yield Days(world, sink, hosts, chance, server.restart, reserve)


def tell(line: str) -> None:
    """One line on standard output, at once."""
    print(line, flush=True)  # noqa: T201 - a program


def main(arguments: list[str]) -> int:
    """Exit status 0 where the guarantee held, 1 where not, 2 where the harness could not go on."""
    asked = argparse.ArgumentParser(prog="make hosts", description=__doc__)
    asked.add_argument("--minutes", type=float, default=10.0, help="so long something happens")
    asked.add_argument("--seed", type=int, default=7, help="of what happens to whom")
    said = asked.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="penfriend-hosts-"))
    chance = random.Random(said.seed)
    try:
        with machines(folder, chance) as days:
            days.begin()
            end = time.monotonic() + 60 * said.minutes
            while time.monotonic() < end:
                order = list(days.things)  # each as often as the others
                chance.shuffle(order)
                for what in order:
                    host = chance.choice(days.hosts)
                    days.happens(what, host)
                    tell(f"{host.name}: {what}; {days.sink.received} mails received")
            verdict = days.verdict()
    except HarnessError as error:
        tell(f"the harness could not go on: {error}; what is left lies in {folder}")
        return 2
    tell(", ".join(f"{number} x {what}" for what, number in sorted(days.done.items())))
    tell(f"{verdict.intended} mails intended, {verdict.received} received, {verdict.resent} re-sent")
    for fault in verdict.faults[:20]:
        tell(f"FAULT {fault}")
    tell(str(verdict))
    if verdict.good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        tell(f"what is left of it lies in {folder}")
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
