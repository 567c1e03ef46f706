"""Whether the arithmetic of docs/scale.md about waiting is right: a simulation of workers that take batches
of due mails by priority, beside the formulas.

    python benchmarks/queueing.py [--workers 4] [--mail-us 1200] [--batch 200] [--mails 200000] [--seed 7]

Each worker takes the most urgent of what waits, at most a batch, and is busy with it for as long as its mails
take; then it takes the next. While very many are due, urgent mails come at random moments: each waits for the
first worker whose batch ends. And of many that are due at once the last one goes when all are through. Exit
status 1 where simulation and formula are further apart than a tenth.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
from collections.abc import Sequence

TOLERANCE = 0.1


def urgent_waits(workers: int, batch_seconds: float, number: int, chance: random.Random) -> list[float]:
    """How long urgent mails wait for a worker, while there is always a batch that is not urgent to be taken.
    They come rarely enough that two seldom wait together."""
    free = [(chance.random() * batch_seconds, worker) for worker in range(workers)]
    heapq.heapify(free)
    waits: list[float] = []
    comes = batch_seconds
    while len(waits) < number:
        at, worker = heapq.heappop(free)
        if comes <= at:  # the first that is free takes it, and then a batch that is not urgent
            waits.append(at - comes)
            comes += batch_seconds * (1 + chance.expovariate(1.0))
        # no two batches take the same time, else the workers would stay in step as they began
        heapq.heappush(free, (at + batch_seconds * chance.uniform(0.98, 1.02), worker))
    return waits


def expected_wait(workers: int, batch_seconds: float) -> float:
    """The mean of the shortest of so many waits, each anything up to a whole batch."""
    return batch_seconds / (workers + 1)


def expected_percentile(workers: int, batch_seconds: float, share: float) -> float:
    """So long waits the given share at most: all are busy for longer with chance (1 - t / T) ^ W."""
    return float(batch_seconds * (1 - (1 - share) ** (1 / workers)))


def drain_seconds(workers: int, batch: int, mail_seconds: float, mails: int, chance: random.Random) -> float:
    """How long it takes until the last of so many that are due at once has gone."""
    free = [0.0] * workers
    heapq.heapify(free)
    while mails > 0:
        taken = min(batch, mails)
        mails -= taken
        spread = sum(chance.uniform(0.5, 1.5) for _ in range(10)) / 10  # of letters of several sizes
        heapq.heappush(free, heapq.heappop(free) + taken * mail_seconds * spread)
    return max(free)


def of_share(values: Sequence[float], share: float) -> float:
    """The value below which that share lies."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def main() -> int:
    """Print both, and how far they are apart."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--workers", type=int, default=4)
    asked.add_argument(
        "--mail-us", type=float, default=1200.0, help="microseconds that a mail takes a worker"
    )
    asked.add_argument("--batch", type=int, default=200)
    asked.add_argument("--mails", type=int, default=200_000)
    asked.add_argument("--seed", type=int, default=7)
    said = asked.parse_args()
    chance, each = random.Random(said.seed), said.mail_us / 1e6  # noqa: S311 - a simulation
    batch_seconds = said.batch * each
    waits = urgent_waits(said.workers, batch_seconds, 20_000, chance)
    mean = sum(waits) / len(waits)
    found = {
        "urgent mail waits, mean (s)": (mean, expected_wait(said.workers, batch_seconds)),
        "urgent mail waits, 99 of 100 (s)": (
            of_share(waits, 0.99),
            expected_percentile(said.workers, batch_seconds, 0.99),
        ),
        f"{said.mails} due at once are gone after (s)": (
            drain_seconds(said.workers, said.batch, each, said.mails, chance),
            said.mails * each / said.workers,
        ),
    }
    worst = 0.0
    for what, (simulated, reckoned) in found.items():
        apart = abs(simulated - reckoned) / reckoned
        worst = max(worst, apart)
        print(f"{what:45} simulated {simulated:9.3f}  reckoned {reckoned:9.3f}  apart {apart:.1%}")  # noqa: T201
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
