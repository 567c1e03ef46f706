"""The gate of a route: which mails may go by it now, and which wait, leave by another, or go tomorrow.

It knows what the files say of the route (`penfriend.domain.transport_plan`) and asks the store what all
workers have done (`penfriend.domain.ports.Rates`). What the files do not limit is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from penfriend.domain.contact import Contact
from penfriend.domain.definitions import Definitions
from penfriend.domain.outbox import (
    DEFAULT_ROUTE,
    NO_LANES,
    Carried,
    DueMessage,
    Lanes,
    SendBackground,
    SendingDay,
    lane_of,
    stand_in,
)
from penfriend.domain.pacing import Rate
from penfriend.domain.ports import Clock, Rates
from penfriend.domain.retry import Consequence
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.engine.decide import Decided
from penfriend.engine.pace import Pace


class Gate:
    """Of one route, by one revision; used by one thread."""

    def __init__(
        self,
        route: str,
        definitions: Definitions,
        rates: Rates,
        clock: Clock,
        rate: Rate | None = None,
        *,
        paced: bool = True,
    ) -> None:
        """`rate` is that of the address; the files' own comes first. Not `paced`, nothing but the limits of
        days holds: for a rehearsal, in which no time passes between two mails."""
        self._route, self._definitions, self._rates, self._clock = route, definitions, rates, clock
        self._plan = plan = definitions.transport_plan(route)
        self._pace = Pace(rates, clock, (plan.rate or rate) if paced else None, route)
        self._domains = {
            name: Pace(rates, clock, one, route, name) for name, one in plan.per_domain.items() if paced
        }
        plans = definitions.transports.values()
        self._lanes = sorted({domain for one in plans for domain in one.per_domain})
        """A mail may wait in the lane of a domain by the plan of the route that stood in."""
        self._has_fallbacks = any(one.fallback is not None for one in plans)
        self._resting: frozenset[str] = frozenset()
        self._day: SendingDay | None = None
        self._full: set[str] = set()
        self.probing = False
        """The route's rest is over, and this worker tries whether it works."""
        self.closed_until: Moment | None = None
        """The limit of the day is reached: no room before then."""

    def look(self) -> Carried | None:
        """What the route carries now; before each batch."""
        now = self._clock.now()
        self.probing, self._full = False, set()
        if self._has_fallbacks:
            troubled = self._rates.troubled(now)
            resting = {name for name, rests in troubled.items() if rests}
            if self._route in troubled.keys() - resting and self._plan.fallback is not None:
                self.probing = self._rates.begin_probe(self._route, now)
                resting |= set() if self.probing else {self._route}
            self._resting = frozenset(resting)
        return Carried.by(self._route, self._definitions, self._resting)

    def found_nothing(self) -> None:
        """Nothing is due: the route stays to be tried with the next mail, which no other takes until then."""
        if self.probing:
            self._rates.withdraw_probe(self._route, self._clock.now())

    def room(self, wanted: int) -> int:
        """How many of so many may go now."""
        day, self.closed_until = self.day(), None
        if day.limit is not None:
            wanted = min(wanted, day.limit - self._rates.handed_over(self._route, day.begins_at).today)
        if wanted <= 0:
            self.closed_until = self._midnight(1)
            return 0
        return self._pace.peek(wanted)

    def take(self, wanted: int) -> int:
        """Take room for so many, that nobody else may have; for how many there was."""
        return self._pace.take(wanted)

    def day(self) -> SendingDay:
        """Today, by the brand's clock, with the limit that a warm-up sets."""
        begins_at = self._midnight()
        if self._day is None or self._day.begins_at != begins_at:
            limit, warm_up = None, self._plan.warm_up
            if warm_up is not None:
                before = self._rates.handed_over(self._route, begins_at).days_before
                limit = warm_up.limit(before + 1)
            self._day = SendingDay(begins_at, limit)
        return self._day

    def _midnight(self, days: int = 0) -> Moment:
        zone = self._definitions.brand.zone
        return midnight(local_date(self._clock.now(), zone) + timedelta(days=days), zone)

    def lanes(self, room: int) -> Lanes:
        """How many may be taken of those that were set aside."""
        if not self._lanes:
            return NO_LANES
        domains = {lane_of(home, domain): domain for home in self._homes() for domain in self._lanes}
        waiting = self._rates.waiting_lanes(self._clock.now(), domains)
        found = {lane: self._room_for(domains[lane], room) for lane in waiting}
        return {lane: number for lane, number in found.items() if number}

    def _homes(self) -> list[str]:
        """The routes whose mails it carries."""
        definitions, resting = self._definitions, self._resting
        return [
            self._route,
            *(one for one in sorted(resting) if stand_in(one, definitions, resting) == self._route),
        ]

    def _room_for(self, domain: str, wanted: int) -> int:
        pace = self._domains.get(domain)
        return wanted if pace is None else pace.peek(wanted)

    def admit(
        self, decided: Decided, background: SendBackground, owner: str, revision: int
    ) -> tuple[Decided, set[int]]:
        """With those alone to go whose recipients' domains have room; the ids of the others, which are set
        aside."""
        if not self._domains:
            return decided, set()
        going, over = self._split(decided.going, background.contacts)
        if over:
            self._rates.set_aside(over, owner, self._clock.now(), revision)
        return replace(decided, going=going), {message for ids in over.values() for message in ids}

    def _split(
        self, going: Sequence[DueMessage], contacts: Mapping[int, Contact]
    ) -> tuple[list[DueMessage], dict[str, list[int]]]:
        """Those with room, and by lane the ids of the others."""
        domains = {one.id: self._plan.slow_domain(contacts[one.contact].email or "") for one in going}
        wanted: dict[str, int] = {}
        for domain in domains.values():
            if domain is not None:
                wanted[domain] = wanted.get(domain, 0) + 1
        room = {domain: self._domains[domain].take(number) for domain, number in wanted.items()}
        admitted: list[DueMessage] = []
        over: dict[str, list[int]] = {}
        for message in going:
            domain = domains[message.id]
            if domain is None or room[domain] > 0:
                admitted.append(message)
                if domain is not None:
                    room[domain] -= 1
            else:
                self._full.add(domain)
                over.setdefault(self._lane(message.campaign, domain), []).append(message.id)
        return admitted, over

    def put_off(self, carried: Carried | None, revision: int, limit: int) -> int:
        """The limit of the day is reached: so many of what is due wait until the next; how many did."""
        if self.closed_until is None:
            return 0
        return self._rates.put_off(self._clock.now(), self.closed_until, revision, limit, carried)

    @property
    def is_full(self) -> bool:
        """Mails of the last batch were set aside; more of them may stand at the front of the queue."""
        return bool(self._full)

    def clear_front(self, carried: Carried | None, revision: int, limit: int) -> int:
        """Among the next so many, let those wait in their lanes whose domains have no room, that they hold
        nobody up; how many did."""
        now = self._clock.now()
        return self._rates.set_aside_from_front(self._lane_for, now, revision, limit, carried)

    def _lane_for(self, campaign: str, address: str) -> str | None:
        """The lane in which a mail waits whose domain has no room; None where it has."""
        domain = self._plan.slow_domain(address)
        return self._lane(campaign, domain) if domain is not None and domain in self._full else None

    def _lane(self, campaign: str, domain: str) -> str:
        known = self._definitions.campaigns.get(campaign)
        home = None if known is None else known.transport
        return lane_of(home or DEFAULT_ROUTE, domain)

    def spend(self, address: str) -> bool:
        """A mail to that address goes now; False where its moment has passed, and it has to wait."""
        domain = self._plan.slow_domain(address) if self._domains else None
        pace = None if domain is None else self._domains[domain]
        if pace is not None and not pace.spend():
            return False
        if self._pace.spend():
            return True
        if pace is not None:
            pace.unspend()
        return False

    def give_back(self) -> None:
        """The turn is over: what was taken and not used is there for others."""
        for pace in (self._pace, *self._domains.values()):
            pace.give_back()

    def staying(self, messages: Sequence[DueMessage], rest: Moment | None) -> list[DueMessage]:
        """Of mails that are to be decided about, those that wait for the route where it rests; another takes
        the others."""
        if rest is None or not self._has_stand_in:
            return list(messages)
        return [message for message in messages if message.in_doubt]

    def after(self, follows: Consequence, message: DueMessage, now: Moment) -> Consequence:
        """What follows from a try: where the route failed, another takes the mail at once."""
        if follows.pause_route and not message.in_doubt and self._has_stand_in:
            return replace(follows, due_at=now, rests_until=follows.due_at)
        return follows

    @property
    def _has_stand_in(self) -> bool:
        return self.carrier is not None

    @property
    def carrier(self) -> str | None:
        """Who carries the mails of the route while it rests; None where they wait."""
        return stand_in(self._route, self._definitions, self._resting | {self._route})
