"""A store of many years, made up for measuring: how many of what, and from which letters the mails are."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from penfriend.domain.campaign import Campaign, Send, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import DAY, HOUR, Moment

MOST_SENDS = 3
"""So many mails at most one run of a campaign has sent, two days apart."""
APART = 2 * DAY
YEAR = 365 * DAY
BEFORE = 400 * DAY
"""Within this time before the year everybody came."""
_PRIME = 7_368_787
"""People come up in its steps, so that neighbours in time are no neighbours in the store."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the mails that the campaigns have, all campaigns one after the other."""

    campaign: str
    run: int
    """Which of the campaigns it is, from 0."""
    place: int
    """Which of its mails, from 0."""
    step: str
    template: str
    topic: str | None
    transactional: bool
    priority: int
    has_goal: bool


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What is to be made. The same plan makes the same rows."""

    contacts: int
    messages: int
    events: int
    seed: int
    now: Moment
    slots: tuple[Slot, ...]
    topics: tuple[tuple[str, bool], ...]
    """Everybody is subscribed to all of them; with each whether they have confirmed it, as it asks for."""
    locale: str
    timezone: str
    currency: str
    revision: int
    """The live one, which has made all mails."""
    domain: str
    """That the ids of mails end with."""

    @property
    def campaigns(self) -> int:
        """How many campaigns have mails."""
        return self.slots[-1].run + 1

    @property
    def runs(self) -> int:
        """How many runs of people through campaigns these mails are of."""
        whole, rest = divmod(self.messages, len(self.slots))
        return whole * self.campaigns + (self.slots[rest - 1].run + 1 if rest else 0)

    @property
    def held_out(self) -> int:
        """So many more were held out."""
        return self.runs // 10

    @property
    def of_people(self) -> int:
        """So many events tell who everybody is and what they agreed to."""
        return self.contacts * (1 + len(self.topics))

    @property
    def each(self) -> int:
        """So many events stand for each mail: what became of it, and what its reader did at that time."""
        return (self.events - self.of_people) // self.messages if self.messages else 0

    @property
    def begin(self) -> Moment:
        """When the year began."""
        return Moment(self.now - YEAR)

    @property
    def span(self) -> int:
        """From the first entry of the year to the last, which has had all its mails a day ago."""
        return YEAR - MOST_SENDS * APART - DAY

    @property
    def stride(self) -> int:
        """The i-th run is of contact (i * stride) % contacts + 1."""
        stride = _PRIME + 2 * (self.seed % 1000)
        while gcd(stride, self.contacts) != 1:
            stride += 1
        return stride


def plan_of(
    definitions: Definitions,
    revision: int,
    now: Moment,
    *,
    contacts: int,
    messages: int,
    events: int,
    seed: int,
) -> BenchPlan:
    """The plan over these campaigns. Raises SettingError for numbers that do not go together, or where no
    campaign sends anything."""
    slots = tuple(_slots(definitions))
    if not slots:
        raise SettingError("bench-data: the campaign files send no letter, so there is nothing to make up")
    brand = definitions.brand
    made = BenchPlan(
        contacts=contacts,
        messages=messages,
        events=events,
        seed=seed,
        now=now,
        slots=slots,
        topics=tuple((name, topic.double_opt_in) for name, topic in definitions.topics.items()),
        locale=brand.locale,
        timezone=brand.timezone,
        currency=brand.currency,
        revision=revision,
        domain=brand.message_id_domain,
    )
    least = made.of_people + 2 * messages
    if events < least:
        raise SettingError(
            f"--events: {events} are too few for {contacts} contacts and {messages} messages: "
            f"give {least} or more"
        )
    return made


def _slots(definitions: Definitions) -> list[Slot]:
    """At most MOST_SENDS mails of each campaign that sends any, in the order of the files."""
    slots: list[Slot] = []
    sending = [(one, _sends(one)) for one in definitions.campaigns.values()]
    for run, (campaign, sends) in enumerate((one, sends) for one, sends in sending if sends):
        slots += [
            Slot(
                campaign=campaign.name,
                run=run,
                place=place,
                step=send.id,
                template=send.template,
                topic=campaign.topic,
                transactional=campaign.is_transactional,
                priority=campaign.priority,
                has_goal=campaign.goal is not None,
            )
            for place, send in enumerate(sends)
        ]
    return slots


def _sends(campaign: Campaign) -> list[Send]:
    return [step for step in walk_steps(campaign.steps) if isinstance(step, Send)][:MOST_SENDS]


FIRST_MAIL = HOUR
"""After so long somebody who enters has the first mail."""
