"""How mail arrives: what the page `/deliverability` shows, from the counts of days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from penfriend.bootstrap.house import House
from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS, ERASED
from penfriend.domain.deliverability import Fate, receiver_of
from penfriend.domain.destination import domain_of
from penfriend.domain.refusal_words import Why, why_refused, without_the_person
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.delivery_days import Tally, tallies
from penfriend.storage.newest_refusals import newest_refusals
from penfriend.storage.suppressions import suppressed_between, suppressed_now

DAYS = 30
REFUSALS = 20
SUPPRESSIONS = (DEAD_ADDRESS, COMPLAINED, ERASED)
"""The reasons that Penfriend itself gives; people give others."""
BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Fared:
    """How the mails of a receiver, or of a transport, fared on the days that are looked at."""

    name: str
    """The key of a provider, a domain, or a transport."""
    numbers: Mapping[Fate, int]
    accepted_by_day: tuple[int, ...]

    def of(self, fate: str) -> int:
        """How many fared so."""
        return self.numbers.get(Fate(fate), 0)

    def share(self, fate: str) -> float | None:
        """Of all mails that were taken, refused, or came back; None where there are none."""
        whole = sum(self.of(one) for one in ("accepted", "blocked", "bounced"))
        return self.of(fate) / whole if whole else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A mail that was refused, without the person."""

    at: Moment
    receiver: str
    transport: str
    why: Why
    codes: str
    answer: str


@dataclass(frozen=True, slots=True)
class Deliverability:
    """What the page shows."""

    days: tuple[date, ...]
    whole: Fared
    receivers: tuple[Fared, ...]
    """Those with the most mails first."""
    transports: tuple[Fared, ...]
    by_day: Mapping[Fate, tuple[int, ...]]
    suppressed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By reason, how many addresses more on each day."""
    suppressed_now: Mapping[str, int] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()


def deliverability(house: House, number: int = DAYS) -> Deliverability:
    """The last days, the present one included."""
    zone = house.brand_zone()
    today = local_date(house.clock.now(), zone)
    days = tuple(today - timedelta(days=ago) for ago in range(number - 1, -1, -1))
    ends = [midnight(day, zone) for day in (*days, today + timedelta(days=1))]
    with house.db.read() as connection:
        counted = tallies(connection, ends[0])
        suppressed = [_by_reason(suppressed_between(connection, begin, end)) for begin, end in pairwise(ends)]
        now = _by_reason(suppressed_now(connection))
        refused = newest_refusals(connection, REFUSALS)
    place = {day: index for index, day in enumerate(days)}
    on = [(place.get(local_date(one.begins_at, zone)), one) for one in counted]
    known = [(index, one) for index, one in on if index is not None]
    return Deliverability(
        days=days,
        whole=_fared("", known, number),
        receivers=_apart(known, [one.receiver for _, one in known], number),
        transports=_apart(known, [one.route for _, one in known], number),
        by_day={fate: _by_day(known, fate, number) for fate in Fate},
        suppressed={
            reason: tuple(one[reason] for one in suppressed)
            for reason in (*SUPPRESSIONS, BY_HAND)
            if any(one[reason] for one in suppressed)
        },
        suppressed_now={reason: number for reason, number in now.items() if number},
        refusals=tuple(
            Refusal(
                at=one.at,
                receiver=receiver_of(domain_of(one.address)),
                transport=one.route,
                why=why_refused(one.code, one.enhanced, because_of_us=one.because_of_us),
                codes=" ".join(str(part) for part in (one.code, one.enhanced) if part),
                answer=without_the_person(one.text, one.address),
            )
            for one in refused
        ),
    )


Known = Sequence[tuple[int, Tally]]


def _by_reason(found: Mapping[str, int]) -> Counter[str]:
    """The reasons of people count as one: they are in their own words."""
    counted: Counter[str] = Counter()
    for reason, number in found.items():
        counted[reason if reason in SUPPRESSIONS else BY_HAND] += number
    return counted


def _apart(known: Known, names: Iterable[str], number: int) -> tuple[Fared, ...]:
    groups: dict[str, list[tuple[int, Tally]]] = defaultdict(list)
    for one, name in zip(known, names, strict=True):
        groups[name].append(one)
    found = [_fared(name, group, number) for name, group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-sum(one.numbers.values()), one.name)))


def _fared(name: str, group: Known, number: int) -> Fared:
    numbers: Counter[Fate] = Counter()
    for _, one in group:
        numbers[one.fate] += one.number
    return Fared(name, numbers, _by_day(group, Fate.ACCEPTED, number))


def _by_day(group: Known, fate: Fate, number: int) -> tuple[int, ...]:
    values = [0] * number
    for index, one in group:
        if one.fate is fate:
            values[index] += one.number
    return tuple(values)
