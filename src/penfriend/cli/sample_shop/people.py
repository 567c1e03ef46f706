"""Who the people of the sample shop are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from penfriend.cli.sample_shop.chance import SEED, chance
from penfriend.cli.sample_shop.events import START, iso
from penfriend.cli.sample_shop.names import LANGUAGES, LONG_NAMES, Home

COUNT = 2000
"""How many people the sample shop knows."""
CLOSED_DOMAIN = "closed.example"
"""A few people have left their mailbox; a receiving server may refuse what is under this domain."""


class Habit(StrEnum):
    """What a person is to the shop when the month begins."""

    NEWCOMER = "newcomer"
    """Has an account, no order and no subscription; subscribes during the month."""
    LOOKER = "looker"
    """Subscribed, and has never bought."""
    REGULAR = "regular"
    """Has bought within the last two months, and will again."""
    FADING = "fading"
    """Bought last two to three months ago: ninety days pass during the month."""
    LAPSED = "lapsed"
    """Has not bought for more than ninety days."""
    QUIET = "quiet"
    """Buys, and wants no letters."""


_HABITS = {
    Habit.NEWCOMER: 12,
    Habit.LOOKER: 15,
    Habit.REGULAR: 44,
    Habit.FADING: 7,
    Habit.LAPSED: 18,
    Habit.QUIET: 4,
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person. Texts are empty where the shop does not know them."""

    number: int
    id: str
    email: str
    first_name: str
    last_name: str
    language: str
    home: Home
    habit: Habit
    topics: tuple[str, ...]
    created_at: datetime
    subscribed_at: datetime | None
    birthday: str
    tier: str
    frequency: str
    came_from: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock the person lives."""
        return ZoneInfo(self.home.timezone)

    def as_row(self) -> dict[str, str]:
        """The row of the contacts file."""
        stranger = self.number % 61 == 0  # the shop never asked for language and zone: the brand's hold
        return {
            "id": self.id,
            "email": self.email,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "locale": "" if stranger else self.home.locale,
            "timezone": "" if stranger else self.home.timezone,
            "country": self.home.country,
            "birthday": self.birthday,
            "tier": self.tier,
            "frequency": self.frequency,
            "topics": " ".join(self.topics),
            "subscribed_at": iso(self.subscribed_at) if self.subscribed_at else "",
            "created_at": iso(self.created_at),
            "attributes.came_from": self.came_from,
        }


def people(seed: int = SEED, count: int = COUNT) -> Iterator[dict[str, str]]:
    """The rows of the contacts file; a column that is empty is not known. `topics` is separated by spaces."""
    return (person.as_row() for person in everybody(seed, count))


def person(seed: int, contact: str, count: int = COUNT) -> Person:
    """The one with that id of the shop."""
    return everybody(seed, count)[int(contact.removeprefix("c-")) - 1]


@lru_cache(maxsize=4)
def everybody(seed: int, count: int) -> tuple[Person, ...]:
    """All people, the same for the same seed; the first ones do not depend on how many there are."""
    return tuple(_make(seed, number) for number in range(1, count + 1))


def _make(seed: int, number: int) -> Person:
    dice = chance(seed, "person", number)
    language = dice.choices(list(LANGUAGES), weights=[each.share for each in LANGUAGES.values()])[0]
    known = LANGUAGES[language]
    home = dice.choices(known.homes, weights=[each.share for each in known.homes])[0]
    habit = dice.choices(list(_HABITS), weights=list(_HABITS.values()))[0]
    first, last, local = _name(dice, language, number)
    domain = CLOSED_DOMAIN if number % 250 == 17 else dice.choice(known.domains)
    created = START - timedelta(days=dice.randint(430, 900), seconds=dice.randrange(86_400))
    if habit in (Habit.NEWCOMER, Habit.LOOKER):
        created = START - timedelta(days=dice.randint(5, 300), seconds=dice.randrange(86_400))
    topics = _topics(dice, habit)
    return Person(
        number=number,
        id=f"c-{number:05d}",
        email=f"{local}.{number}@{domain}",
        first_name=first,
        last_name=last,
        language=language,
        home=home,
        habit=habit,
        topics=topics,
        created_at=created,
        subscribed_at=created + timedelta(minutes=dice.randint(0, 3 * 24 * 60)) if topics else None,
        birthday=f"{dice.randint(1948, 2004)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
        if dice.random() < 0.4
        else "",
        tier=_tier(dice, habit),
        frequency="fewer" if dice.random() < 0.06 else "",
        came_from=dice.choice(("market", "friend", "newsletter", "shop", "")),
    )


def _name(dice: Random, language: str, number: int) -> tuple[str, str, str]:
    """First name, last name, and what stands before the @. Some have given no name, or only the first."""
    if number % 400 == 3:
        return LONG_NAMES[number // 400 % len(LONG_NAMES)]
    first, first_ascii = dice.choice(LANGUAGES[language].first)
    last, last_ascii = dice.choice(LANGUAGES[language].last)
    given = dice.random()
    if given < 0.08:
        return "", "", last_ascii
    return first, "" if given < 0.18 else last, f"{first_ascii}.{last_ascii}"


def _topics(dice: Random, habit: Habit) -> tuple[str, ...]:
    if habit in (Habit.NEWCOMER, Habit.QUIET):
        return ()
    shares = {"offers": 0.93, "rewards": 0.8, "feedback": 0.85}
    return tuple(topic for topic, share in shares.items() if dice.random() < share)


def _tier(dice: Random, habit: Habit) -> str:
    if habit in (Habit.NEWCOMER, Habit.LOOKER):
        return ""
    return dice.choices(("", "silver", "gold", "platinum"), weights=(76, 16, 6, 2))[0]
