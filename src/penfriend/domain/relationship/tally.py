"""Adds up people, one after the other, into figures by month: the ladder and who comes back.

What somebody does is added at the months where something changes, not month by month, so that a person costs
by their orders and not by the years that they are known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from penfriend.domain.relationship.ladder import Life, Step, climb
from penfriend.domain.relationship.months import Months
from penfriend.domain.relationship.rhythm import Rhythm
from penfriend.domain.timing import DAY, Moment


@dataclass(frozen=True, slots=True)
class CohortMonth:
    """Those whose first order was in the month `cohort`, in the month `month`."""

    cohort: str
    month: str
    buyers: int
    """Who ordered in that month; in the first one all of them."""
    orders: int
    revenue: int
    """What the month's orders came to, net of refunds; ten-thousandths."""
    repeated: int
    """Who had ordered twice or more by the end of the month."""
    churned: int
    """Who had lapsed at the end of the month."""


class Tally:
    """The figures so far. `add` each person once."""

    def __init__(self, months: Months, rhythm: Rhythm, now: Moment) -> None:
        self._months, self._rhythm, self._now = months, rhythm, now
        self._steps: dict[Step, list[int]] = {step: [0] * (len(months) + 1) for step in Step}
        """How many more stand on the step at the end of a month than at the end of the one before."""
        self._flows: Counter[tuple[int, Step | None, Step | None]] = Counter()
        self._cohorts: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * 5))

    def add(self, life: Life) -> None:
        """Count one person."""
        self._climb(life)
        if life.orders:
            self._buy(life)

    def _climb(self, life: Life) -> None:
        at_end: dict[int, Step | None] = {}
        for at, step in climb(life, self._rhythm, self._now):
            at_end[self._months.of(at)] = step  # the last one of a month stays
        before: Step | None = None
        for month, step in at_end.items():
            if step is before:
                continue
            self._flows[month, before, step] += 1
            if before is not None:
                self._steps[before][month] -= 1
            if step is not None:
                self._steps[step][month] += 1
            before = step

    def _buy(self, life: Life) -> None:
        numbers = [self._months.of(at) for at, _ in life.orders]
        cohort = self._cohorts[numbers[0]]
        for number in set(numbers):
            cohort[number][0] += 1
        for number, (_, net) in zip(numbers, life.orders, strict=True):
            cohort[number][1] += 1
            cohort[number][2] += net
        if len(numbers) > 1:
            cohort[numbers[1]][3] += 1
        moments = [at for at, _ in life.orders]
        for at, following in pairwise([*moments, None]):
            lapse = Moment((at or 0) + self._rhythm.gone * DAY)
            if lapse <= (self._now if following is None else following - 1):
                cohort[self._months.of(lapse)][4] += 1
                if following is not None:
                    cohort[self._months.of(following)][4] -= 1

    def cohorts(self) -> Iterator[CohortMonth]:
        """Each month of first orders with itself and every later month."""
        names = self._months.names
        for first in sorted(self._cohorts):
            found = [self._cohorts[first].get(month, [0] * 5) for month in range(first, len(names))]
            repeated = accumulate(one[3] for one in found)
            churned = accumulate(one[4] for one in found)
            lines = zip(names[first:], found, repeated, churned, strict=True)
            for month, one, again, gone in lines:
                yield CohortMonth(names[first], month, one[0], one[1], one[2], again, gone)

    def steps(self) -> Iterator[tuple[str, Step, int]]:
        """By month how many stood on each step at its end; the running month's as they stand now."""
        for step, changes in self._steps.items():
            for month, people in zip(self._months.names, accumulate(changes), strict=False):
                if people:
                    yield month, step, people

    def flows(self) -> Iterator[tuple[str, Step | None, Step | None, int]]:
        """By month how many stood on another step at its end than at the end of the month before; from None
        those who came to be known, to None the erased."""
        for (month, source, target), people in self._flows.items():
            yield self._months.names[month], source, target, people
