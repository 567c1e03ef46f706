"""`make crash` and `make crash-short`: every kill, on both databases, and the verdict.

python -m tests.crash [--short] [--seed N] [sqlite] [postgresql]
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.crash.calibration import calibrate
from tests.crash.careless import HABITS
from tests.crash.court import Sink
from tests.crash.judge import Verdict
from tests.crash.lives import NAMED, Lives
from tests.crash.world import HarnessError, World
from tests.support.postgres_guard import DURABLE, Server

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each, for one database."""

    people: int
    """At least so many; each is to get two letters, every fifth three."""
    random: int
    named: int
    terminate: int
    freeze: int
    restarts: int
    careless_mails: int
    careless_kills: int


FULL = Size(
    2500, random=200, named=20, terminate=20, freeze=3, restarts=20, careless_mails=2000, careless_kills=40
)
SHORT = Size(300, random=4, named=1, terminate=1, freeze=1, restarts=2, careless_mails=200, careless_kills=8)


def main(arguments: list[str]) -> int:
    """Exit status 0 where the guarantee held everywhere, 1 where not, 2 where the harness could not go on."""
    asked = argparse.ArgumentParser(prog="make crash", description=__doc__)
    asked.add_argument("--short", action="store_true", help="under three minutes")
    asked.add_argument("--seed", type=int, default=7, help="of the moments at which processes are killed")
    asked.add_argument("databases", nargs="*", default=DATABASES, metavar="DATABASE")
    said = asked.parse_args(arguments)
    size = SHORT if said.short else FULL
    try:
        sharp = _calibrated(size, random.Random(said.seed))
        found = [_one(database, size, random.Random(said.seed)) for database in said.databases]
    except HarnessError as error:
        tell(f"the harness could not go on: {error}")
        return 2
    total = Verdict()
    for verdict in found:
        for name in ("lost", "repeated", "unknown", "at_most"):
            setattr(total, name, getattr(total, name) + getattr(verdict, name))
    tell(str(total))
    return 0 if sharp and all(verdict.good for verdict in found) else 1


def tell(line: str) -> None:
    """One line on standard output, at once."""
    print(line, flush=True)  # noqa: T201 - a program


def _calibrated(size: Size, chance: random.Random) -> bool:
    """Whether the harness sees what careless senders do."""
    tell(
        f"calibration: two careless senders, {size.careless_mails} mails and {size.careless_kills} kills each"
    )
    after, cursor = (calibrate(habit, size.careless_mails, size.careless_kills, chance) for habit in HABITS)
    tell(f"  marks a mail behind the 250: lost {after.lost}, repeated {after.repeated}")
    tell(f"  moves a cursor as it fetches: lost {cursor.lost}, repeated {cursor.repeated}")
    sharp = after.repeated > 0 and after.lost == 0 and cursor.lost > 0 and cursor.repeated == 0
    if not sharp:
        tell("  the harness is blind: it did not see both")
    return sharp


def _one(database: str, size: Size, chance: random.Random) -> Verdict:
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="penfriend-crash-"))
    with _database(database, folder) as (url, restart), Sink(folder / "ledger") as sink:
        lives = Lives(World(folder / "shop", url), sink, chance, lambda line: tell(f"  {database}: {line}"))
        tell(f"{database}: {size.random} kills at random, {size.named} at each of: {', '.join(NAMED)}")
        lives.migrate(size.named)
        for live in _order(lives, size, chance, two=restart is not None):
            live()
        if restart is not None:
            lives.cut_off(restart, size.restarts)
        lives.people(size.people)
        verdict = lives.verdict()
    _report(database, lives.kills, verdict, time.monotonic() - began)
    if verdict.good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        tell(f"  what is left of it lies in {folder}")
    return verdict


def _order(lives: Lives, size: Size, chance: random.Random, *, two: bool) -> list[Callable[[], None]]:
    """Everything that is done, well mixed; a frozen process only where a second one may run (`two`)."""
    done: list[Callable[[], None]] = [lives.random_kill] * size.random + [lives.terminate] * size.terminate
    done += [lives.freeze] * (size.freeze if two else 0)
    for point in NAMED:
        if point != "migration":
            done += [partial(lives.named_kill, point)] * size.named
    chance.shuffle(done)
    return done


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """The address, and what restarts the server at once where there is one. SQLite's is empty."""
    if kind == "sqlite":
        yield "", None
        return
    base = folder / "postgresql"
    base.mkdir()
    folder.chmod(0o755)
    server = Server(base, DURABLE)
    try:
        yield server.start(), server.restart
    finally:
        server.stop()


def _report(database: str, kills: Counter[str], verdict: Verdict, seconds: float) -> None:
    tell(f"  {', '.join(f'{number} x {how}' for how, number in sorted(kills.items()))}")
    tell(
        f"  {verdict.intended} mails intended, {verdict.received} received, {verdict.resent} of them re-sent,"
        f" {verdict.skipped} skipped of those who left; {seconds:.0f} s"
    )
    for fault in verdict.faults[:20]:
        tell(f"  FAULT {fault}")
    tell(f"  {database}: {verdict}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
