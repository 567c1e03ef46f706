"""Scores of orders (RFM): how lately, how often and for how much somebody has ordered, 1 to 5 among all who
have ordered. Who has none has no score.

A score says in which fifth of those people somebody stands. Who has the same has the same score, so that a
fifth can be larger or smaller than a fifth: where most people have ordered once, all of those score 1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

FIFTHS = 5
"""The best score."""


def places(people: int) -> tuple[int, ...]:
    """From the worst, counted from 1: whose values part the fifths of so many people."""
    return tuple(-(-part * people // FIFTHS) for part in range(1, FIFTHS)) if people else ()


def score(value: int, cuts: Sequence[int]) -> int:
    """The score of a value, given the values at `places`."""
    return 1 + bisect_left(cuts, value)


@dataclass(frozen=True, slots=True)
class Scores:
    """Those of one person."""

    recency: int | None = None
    frequency: int | None = None
    monetary: int | None = None
