"""Intervals that hold at every look at once, so that looking early is not punished.

A usual interval of 95 % misses the truth in one of twenty experiments that look once. Who looks each day and
stops at the first result that pleases is misled far more often. The intervals here miss it in at most one of
twenty experiments at *any* of their looks, of which there may be as many as one likes, at whatever moments.

Both come from a mixture of likelihood ratios, which is a martingale: that it ever reaches 1/e has a chance of
at most e (Ville's inequality; Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, "Time-uniform,
nonparametric, nonasymptotic confidence sequences").
"""

from __future__ import annotations

from collections.abc import Callable
from math import lgamma, log, log1p, sqrt

from penfriend.domain.statistics.intervals import Interval

TYPICAL = 0.03
"""The mixture's standard deviation: differences of about three per hundred people are found soonest. It is
chosen before there are data, never by them; far smaller and far larger differences take a little longer."""


def lasting_share(hits: int, people: int, error: float) -> Interval:
    """Of the share that `hits` of `people` are, 0 to 1, wrong at any look with a chance of at most `error`.

    The mixture of all shares, weighted as Beta(1/2, 1/2), against each single share; what is not 1/error
    times less likely stays in. Exact for any number of people: no normal approximation."""
    if not people:
        return Interval(0.0, 1.0)
    misses = people - hits
    mixture = lgamma(hits + 0.5) + lgamma(misses + 0.5) - lgamma(people + 1) - _HALVES
    floor = mixture + log(error)
    share = hits / people

    def stays(chance: float) -> bool:
        return _times_log(hits, chance) + _times_log1p(misses, -chance) > floor

    low = 0.0 if not hits else _edge(0.0, share, stays)
    high = 1.0 if not misses else _edge(1.0, share, stays)
    return Interval(low, high)


def lasting_difference(hits_a: int, people_a: int, hits_b: int, people_b: int, error: float) -> Interval:
    """Of how much larger the share of `a` is than that of `b`, -1 to 1, wrong at any look with a chance of at
    most `error`: the mixture sequential probability ratio test of two shares (Johari, Koomen, Pekelis & Walsh
    2022, "Always valid inference: continuous monitoring of A/B tests") turned into an interval.

    A normal approximation, as theirs, kept from claiming too much of few hits: for the variance half a hit
    and half a miss are added, and the larger is taken of the one that holds the shares apart and the one that
    takes them for alike, since small counts err far to one side. Simulated, it is wrong in 0 to 2.1 of a
    hundred splits with a look after each hundred people (shares of 0.2 to 99 %, arms of 5 to 50 %).

    Of an empty arm everything is possible."""
    if not people_a or not people_b:
        return Interval(-1.0, 1.0)
    variance = max(
        _variance(hits_a, people_a, people_a) + _variance(hits_b, people_b, people_b),
        _variance(hits_a + hits_b, people_a + people_b, people_a)
        + _variance(hits_a + hits_b, people_a + people_b, people_b),
    )
    mixed = TYPICAL**2
    # the mixture is sqrt(v / (v + m)) * exp(m * d * d / (2 * v * (v + m))); it is 1/error at this distance
    reach = sqrt(variance * (variance + mixed) / mixed * (log1p(mixed / variance) - 2 * log(error)))
    seen = hits_a / people_a - hits_b / people_b
    return Interval(max(seen - reach, -1.0), min(seen + reach, 1.0))


_HALVES = 2 * lgamma(0.5)


def _variance(hits: int, people: int, of: int) -> float:
    """Of the mean of `of` people with that share of hits, half a hit and half a miss added."""
    share = (hits + 0.5) / (people + 1)
    return share * (1 - share) / of


def _edge(out: float, inside: float, stays: Callable[[float], bool]) -> float:
    """Where staying in ends between a share that is out and the one that was seen; ten digits, outwards."""
    for _ in range(34):
        middle = (out + inside) / 2
        out, inside = (out, middle) if stays(middle) else (middle, inside)
    return out


def _times_log(count: int, chance: float) -> float:
    return count * log(chance) if count else 0.0


def _times_log1p(count: int, minus: float) -> float:
    return count * log1p(minus) if count else 0.0
