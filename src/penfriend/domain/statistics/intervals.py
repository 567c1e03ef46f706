"""Intervals: of a share, of the difference of two shares, of the difference of two means."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from penfriend.domain.results.figures import Outcomes
from penfriend.domain.statistics.outcomes import mean_of, share_of, variance_of
from penfriend.domain.statistics.student import t_quantile

CONFIDENCE = 0.95
"""Of a hundred intervals made so, about 95 hold the true value."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the way from end to end: the shorter, the more is known."""
        return (self.high - self.low) / 2

    def holds(self, value: float) -> bool:
        """Whether the value lies within."""
        return self.low <= value <= self.high

    def times(self, factor: float) -> Interval:
        """The interval in another unit; `factor` must not be negative."""
        return Interval(self.low * factor, self.high * factor)


def share_interval(hits: int, people: int, confidence: float = CONFIDENCE) -> Interval:
    """Of the share that `hits` of `people` are, 0 to 1: Wilson's score interval (Wilson 1927; Newcombe 1998,
    "Two-sided confidence intervals for the single proportion", method 3). It stays within 0 and 1 and is not
    empty at 0 hits or all hits. Of nobody everything is possible: 0 to 1."""
    return score_interval(hits / people if people else 0.0, people, confidence)


def difference_interval(a: Outcomes, b: Outcomes, confidence: float = CONFIDENCE) -> Interval:
    """Of how much larger the share converted is in `a` than in `b`, -1 to 1: Newcombe's hybrid score interval
    (Newcombe 1998, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", method 10). Where a group is empty everything is possible that the other leaves open."""
    return hybrid_interval(share_of(a), a.people, share_of(b), b.people, confidence)


def score_interval(share: float, people: float, confidence: float = CONFIDENCE) -> Interval:
    """`share_interval` of a share; the number of people need not be whole."""
    if not people:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    square = z * z / people
    centre = (share + square / 2) / (1 + square)
    reach = z * sqrt(share * (1 - share) / people + square / (4 * people)) / (1 + square)
    # at both ends the formula is exact and only its rounding is not
    return Interval(
        0.0 if share == 0 else max(centre - reach, 0.0), 1.0 if share == 1 else min(centre + reach, 1.0)
    )


def hybrid_interval(
    share_a: float, people_a: float, share_b: float, people_b: float, confidence: float = CONFIDENCE
) -> Interval:
    """`difference_interval` of two shares; the numbers of people need not be whole."""
    one, two = score_interval(share_a, people_a, confidence), score_interval(share_b, people_b, confidence)
    if not people_a or not people_b:
        return Interval(one.low - two.high, one.high - two.low)
    seen = share_a - share_b
    down = sqrt((share_a - one.low) ** 2 + (two.high - share_b) ** 2)
    up = sqrt((one.high - share_a) ** 2 + (share_b - two.low) ** 2)
    return Interval(max(seen - down, -1.0), min(seen + up, 1.0))


def mean_difference_interval(a: Outcomes, b: Outcomes, confidence: float = CONFIDENCE) -> Interval | None:
    """Of how much more revenue a person of `a` brings than one of `b`, ten-thousandths of the currency:
    Welch's interval for groups that may spread differently (Welch 1947), from sums and sums of squares.

    None where it cannot be told: a group of fewer than two people, or everybody in each group alike."""
    variance_a, variance_b = variance_of(a), variance_of(b)
    if variance_a is None or variance_b is None or variance_a + variance_b == 0:
        return None
    part_a, part_b = variance_a / a.people, variance_b / b.people
    both = part_a + part_b
    freedom = both**2 / (part_a**2 / (a.people - 1) + part_b**2 / (b.people - 1))
    reach = t_quantile((1 + confidence) / 2, freedom) * sqrt(both)
    seen = mean_of(a) - mean_of(b)
    return Interval(seen - reach, seen + reach)
