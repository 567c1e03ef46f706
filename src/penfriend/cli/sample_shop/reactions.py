"""What the people of the sample shop do with a letter that has reached them: read it or not, follow a link,
buy something, leave, call it spam. Letters differ: one earns, and one annoys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from penfriend.cli.sample_shop.chance import chance, later


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that went out."""

    key: str
    """Tells this mail from all others, the same in every run: campaign, contact, occurrence and step."""
    step: str
    """The step's own name: `welcome/hello`."""
    at: datetime
    """When it went out; aware."""


@dataclass(frozen=True, slots=True)
class Taste:
    """How people take the letters of a campaign: shares of those who get one."""

    opened: float
    clicked: float
    """Of those who open it."""
    ordered: float
    """Of those who follow a link."""
    left: float
    """Leave its topic by the link at its foot."""
    spam: float = 0.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one person does with one letter; None for what they do not."""

    opened: datetime | None = None
    clicked: datetime | None = None
    ordered: datetime | None = None
    left: datetime | None = None
    spam: datetime | None = None


_USUAL = Taste(0.41, 0.14, 0.05, 0.004)
_BOUGHT_LONG_AGO = Taste(0.24, 0.1, 0.12, 0.034)
"""Many have forgotten that they ever subscribed."""
_TASTES = {
    "abandoned_cart": Taste(0.58, 0.36, 0.42, 0.003),
    "welcome": Taste(0.62, 0.3, 0.12, 0.004),
    "points_expiry": Taste(0.44, 0.22, 0.1, 0.006),
    "orders": Taste(0.74, 0.18, 0.0, 0.0),
    "survey": Taste(0.46, 0.0, 0.0, 0.005),
    "win_back": _BOUGHT_LONG_AGO,
    # a second letter to somebody who has not wanted the first
    "win_back/points_waiting": replace(_BOUGHT_LONG_AGO, spam=0.006),
    "win_back/whats_new": replace(_BOUGHT_LONG_AGO, spam=0.012),
}
"""By the step, or by the folder of its letter."""


def reaction(seed: int, letter: Letter) -> Reaction:
    """What follows; it depends on seed and letter alone."""
    folder = letter.step.partition("/")[0]
    taste, dice = (
        (_TASTES.get(letter.step) or _TASTES.get(folder, _USUAL)),
        chance(seed, "reaction", letter.key),
    )
    if dice.random() >= taste.opened:
        return Reaction()
    opened = _soon(dice, letter.at, timedelta(minutes=2), timedelta(hours=30))
    mood = dice.random() * taste.opened  # the shares who leave are of all who got it
    if mood < taste.spam:
        return Reaction(opened, spam=later(dice, opened, timedelta(seconds=20), timedelta(minutes=3)))
    if mood < taste.spam + taste.left:
        return Reaction(opened, left=later(dice, opened, timedelta(seconds=40), timedelta(minutes=4)))
    if dice.random() >= taste.clicked:
        return Reaction(opened)
    clicked = later(dice, opened, timedelta(seconds=15), timedelta(minutes=6))
    if dice.random() >= taste.ordered:
        return Reaction(opened, clicked)
    return Reaction(opened, clicked, later(dice, clicked, timedelta(minutes=4), timedelta(minutes=50)))


def _soon(dice: Random, moment: datetime, shortest: timedelta, longest: timedelta) -> datetime:
    """Most people look soon, some a day later."""
    share = dice.random() ** 3
    return moment + shortest + timedelta(seconds=int((longest - shortest).total_seconds() * share))
