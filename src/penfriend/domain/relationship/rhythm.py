"""The shop's own rhythm: after how many days without an order somebody is at risk, and after how many lapsed.

A shop for coffee is not one for beds. So it is read from the gaps between the orders of one person: three of
four repeat orders have come within the days of `quiet`, nine of ten within those of `gone`. Whole weeks, so
that it is not another one every day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ENOUGH = 100
"""With fewer gaps than these the usual days are taken."""
WEEK = 7


@dataclass(frozen=True, slots=True)
class Rhythm:
    """In days of 24 hours since somebody's last order."""

    quiet: int = 91
    """Longer than that without an order: at risk."""
    gone: int = 182
    """Longer than that: lapsed."""
    gaps: int = 0
    """From how many gaps it was read; 0 where these are the usual days."""


def rhythm_of(gaps: Mapping[int, int]) -> Rhythm:
    """By how many gaps there were of so many whole days; those under a day are one visit and do not count."""
    counted = {days: number for days, number in gaps.items() if days >= 1}
    total = sum(counted.values())
    if total < ENOUGH:
        return Rhythm()
    quiet = _weeks(_within(counted, total * 3 / 4), least=2)
    return Rhythm(quiet, max(_weeks(_within(counted, total * 9 / 10), least=4), quiet + WEEK), total)


def _within(gaps: Mapping[int, int], wanted: float) -> int:
    """The fewest days within which so many of the gaps have ended."""
    so_far = 0
    for days, number in sorted(gaps.items()):
        so_far += number
        if so_far >= wanted:
            return days
    return 0


def _weeks(days: int, least: int) -> int:
    """In whole weeks, rounded up. A gap of 13 days and some hours counts as 13."""
    return max(least, -(-(days + 1) // WEEK)) * WEEK
