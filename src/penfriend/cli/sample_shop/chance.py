"""Chance that repeats.

Each question has a generator of its own, so that one answer more does not change all that follow.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

SEED = 7
"""The seed of `penfriend demo`."""


_BY_HOUR = (2, 1, 0, 0, 0, 1, 2, 4, 6, 7, 7, 7, 8, 8, 7, 6, 6, 7, 9, 11, 13, 13, 10, 5)


def chance(seed: int, *about: object) -> Random:
    """The generator for a question, which is named by words and numbers.

    Python hashes a text that is a seed with SHA-512, so the numbers are the same on every machine.
    """
    return Random("/".join(map(str, (seed, *about))))  # noqa: S311 - a made-up shop that repeats, not a secret


def waking_moment(dice: Random, day: datetime) -> datetime:
    """A moment of that day, by the clock of its zone, at which people shop: most of all in the evening."""
    hour = dice.choices(range(24), weights=_BY_HOUR)[0]
    return datetime.combine(day.date(), time(hour, dice.randrange(60), dice.randrange(60)), tzinfo=day.tzinfo)


def later(dice: Random, moment: datetime, shortest: timedelta, longest: timedelta) -> datetime:
    """A moment between the two distances after `moment`, to the second."""
    seconds = dice.randint(int(shortest.total_seconds()), int(longest.total_seconds()))
    return moment + timedelta(seconds=seconds)
