"""How fast the future is simulated: steps of people a second, and the memory that it takes.

    python benchmarks/simulate.py [PEOPLE] [DAYS]

The sample shop with so many people is brought in by a process of its own. Then `penfriend simulate` runs over
it as a user would run it, in a process that may not take more than MEMORY_LIMIT. A step is an entry, a wait,
a mail, a branch or an end of one person.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results import Figure, keep

PEOPLE, DAYS = 10_000, 30
MEMORY_LIMIT = 4 << 30
"""Bytes of address space: rather an error than a machine that swaps."""
GOAL = 280
"""Steps a second: 100,000 contacts of the sample shop take 168,000 in 30 days, and these ten minutes."""
ROOT = Path(__file__).parents[1]
BRING_IN = """
import sys
from itertools import islice
from penfriend.bootstrap import House
from penfriend.cli.month.living import Month
from penfriend.cli.sample_shop import SEED, START
from penfriend.domain.timing import from_datetime
from penfriend.engine.clock import SetClock
clock = SetClock(from_datetime(START))
with House.open(clock=clock) as house:
    Month(house, clock, None, SEED, int(sys.argv[1]), 1).prepare()
"""
SIMULATE = "from penfriend.cli import main; main()"


def environment(folder: Path) -> dict[str, str]:
    """The sample campaigns over a store in `folder`."""
    return {
        **os.environ,
        "PENFRIEND_DATABASE_URL": f"sqlite:///{folder / 'penfriend.db'}",
        "PENFRIEND_CONFIG": str(ROOT / "campaigns.yaml"),
        "PENFRIEND_TRANSPORT": "memory:?rate=50/s",
        "PENFRIEND_SECRET_KEY": "a secret for the benchmark",
        "PYTHONPATH": str(ROOT / "src"),
    }


def simulate(folder: Path, days: int) -> tuple[dict[str, object], float, float, int]:
    """The document, elapsed and processor seconds, and the peak memory in bytes."""
    command = [
        sys.executable,
        "-c",
        SIMULATE,
        "simulate",
        "--days",
        str(days),
        "--from",
        "2026-03-02",
        "--json",
    ]
    began = time.monotonic()
    with (folder / "out.json").open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, env=environment(folder), stdout=out
        )
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the simulation ended with {process.returncode}")
    document = json.loads((folder / "out.json").read_text("utf-8"))
    return document, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def main() -> None:
    """Bring in, simulate, tell."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    days = int(sys.argv[2]) if len(sys.argv) > 2 else DAYS
    with tempfile.TemporaryDirectory(prefix="penfriend-bench-") as name:
        folder = Path(name)
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", BRING_IN, str(people)], env=environment(folder), check=True
        )
        document, elapsed, processor, memory = simulate(folder, days)
    steps = int(str(document["steps"]))
    what = f"simulation of {people:,} contacts, {days} days"
    keep(
        Figure(what, "steps/s of one processor", steps / processor, goal=GOAL),
        Figure(f"{what}: took", "s of one processor", processor),
        Figure(f"{what}: memory", "MB at most", memory / 2**20),
    )
    told = (
        f"{people:,} contacts, {days} days: {document['mails']:,} mails, {steps:,} steps",
        f"{elapsed:,.0f} s, of which {processor:,.0f} s of one processor",
        f"{steps / processor:,.0f} steps a second of the processor, {memory / 2**20:,.0f} MB at most",
    )
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
