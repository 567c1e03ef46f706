"""A message as the sender holds it, and what is written back of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from penfriend.domain.contact import Contact
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Result
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen
from penfriend.domain.retry import Consequence
from penfriend.domain.send_policy import PostponeIt, SkipIt, TakeAsSent
from penfriend.domain.timing import Moment

DEFAULT_ROUTE = "default"
"""The transport of PENFRIEND_TRANSPORT."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The campaigns whose mails a route carries: these, or all but these."""

    campaigns: frozenset[str]
    all_but: bool = False
    in_doubt: bool | None = None
    """Only those that an earlier try may have delivered (yes), or only the others (no)."""
    also: tuple[Carried, ...] = ()

    @property
    def parts(self) -> tuple[Carried, ...]:
        """Itself, and what it carries for others."""
        return (self, *self.also)

    @classmethod
    def by(
        cls, route: str, definitions: Definitions, resting: Collection[str] = frozenset()
    ) -> Carried | None:
        """What the route carries while these rest; None is everything.

        What no campaign gives away leaves by `default`, the mails of campaigns that are gone among it. A
        route that rests leaves to the one that stands in for it all but what is in doubt: only the server
        that may have that mail can be trusted to know it again.
        """
        if not definitions.transports.keys() - {DEFAULT_ROUTE}:
            return None
        elsewhere = {name: one.transport for name, one in definitions.campaigns.items() if one.transport}
        own = cls._own(route, elsewhere)
        if route in resting and stand_in(route, definitions, resting) is not None:
            own = replace(own, in_doubt=True)
        guests = [one for one in sorted(resting) if stand_in(one, definitions, resting) == route]
        return replace(own, also=tuple(replace(cls._own(one, elsewhere), in_doubt=False) for one in guests))

    @classmethod
    def _own(cls, route: str, elsewhere: Mapping[str, str]) -> Carried:
        if route == DEFAULT_ROUTE:
            return cls(frozenset(elsewhere), all_but=True)
        return cls(frozenset(name for name, transport in elsewhere.items() if transport == route))


def addresses(definitions: Definitions, default: str) -> dict[str, str]:
    """The addresses of all transports by name; `default` is that of PENFRIEND_TRANSPORT."""
    urls = {DEFAULT_ROUTE: default} | {
        name: plan.url for name, plan in definitions.transports.items() if plan.url is not None
    }
    return {name: definitions.transport_plan(name).address(url) for name, url in urls.items()}


def stand_in(route: str, definitions: Definitions, resting: Collection[str]) -> str | None:
    """Who carries the mails of a route that rests: its fallback, or the one of that where it rests too. None
    where nobody does."""
    following = definitions.transport_plan(route).fallback
    while following is not None and following in resting:
        following = definitions.transport_plan(following).fallback
    return following


def lane_of(route: str, domain: str) -> str:
    """Where the mails of a route wait that go to a slow domain."""
    return f"{route} {domain}"


def has_other_lanes(before: Definitions, after: Definitions) -> bool:
    """Whether mails wait in other lanes by what the files say now: by other domains, or for other routes."""
    return _what_lanes_go_by(before) != _what_lanes_go_by(after)


def _what_lanes_go_by(definitions: Definitions) -> tuple[object, ...]:
    return (
        {name: plan.per_domain.keys() for name, plan in definitions.transports.items()},
        {name: one.transport for name, one in definitions.campaigns.items() if one.transport},
    )


LaneFor = Callable[[str, str], str | None]
"""The lane of a mail by its campaign and its recipient's address; None where it waits for no domain."""
Lanes = Mapping[str, int]
"""How many may be taken of each lane."""
NO_LANES: Lanes = {}


@dataclass(frozen=True, slots=True)
class SendingDay:
    """A day of the brand's calendar on which a route sends."""

    begins_at: Moment
    limit: int | None = None
    """It hands over at most so many mails on it."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What a route has handed over so far."""

    today: int
    days_before: int
    """On so many days it sent before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMessage:
    """A message that this worker holds and decides about."""

    id: int
    enrollment: int
    campaign: str
    contact: int
    step: str
    template: str
    topic: str | None
    transactional: bool
    message_id: str
    domain: str
    """Of the contact's address at the claim (`penfriend.domain.destination`)."""
    wanted_at: Moment
    due_at: Moment
    dated_at: Moment | None
    attempts: int
    held_by: str | None
    """What postponed it last; None also where its last try did, and then `answer` says how."""
    answer: str | None
    """What the server said to its last try, or what became of it, in one line."""
    revision: int
    """Which made the letter at the last try; before it, the one that wanted the mail."""
    digest: str | None
    """`Email.digest` of the last try."""
    made_for: int | None
    """Our id of the contact at the last try: its links carry it, also when two contacts were joined since."""
    facts: Frozen
    """Frozen where an earlier try may have delivered it, so that a copy has the same bytes; else None."""

    @property
    def in_doubt(self) -> bool:
        """An earlier try may have delivered it."""
        return self.facts is not None


@dataclass(frozen=True, slots=True)
class SendBackground:
    """What decisions about a batch of messages need."""

    contacts: Mapping[int, Contact]
    enrollments: Mapping[int, Enrollment]
    ended: Mapping[int, str]
    """The end reasons of the enrollments that are over before all their steps were."""
    recent: Mapping[int, Sequence[Moment]]
    """By contact: when counted mails (sent, unknown, on their way) went out."""
    stopped: Collection[str] = frozenset()
    """Campaigns that have stopped by themselves, also since the live revision was taken up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A message that is not sent now: skipped, or postponed."""

    message: DueMessage
    decision: SkipIt | PostponeIt | TakeAsSent

    @property
    def postponed(self) -> bool:
        """Whether it comes up again."""
        return isinstance(self.decision, PostponeIt)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A message about to be handed over, with the contact's version that was decided on and all that a copy
    needs to have the same bytes."""

    message: DueMessage
    contact_version: int
    address: str
    dated_at: Moment
    facts: Frozen
    template: str
    revision: int
    """Which has made the letter."""
    made_for: int
    digest: str
    locale: str
    """In which the letter was made."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An attempt that has its result, and what follows."""

    attempt: int
    message: int
    result: Result
    consequence: Consequence
    at: Moment
    """When the result came."""
    rests: str | None = None
    """The destination that rests from now on."""
    revives: str | None = None
    """The destination that rests no more."""


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt without an outcome whose worker is gone."""

    attempt: int
    number: int
    """Which of the counted tries it is; 1 is the first."""
    message: int
    message_id: str
    campaign: str
    transactional: bool
    owner: str
    route: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A result that a worker had on record beside the store, with when it came."""

    result: Result
    at: Moment


Journal = Mapping[int, Answered | None]
"""What a worker has on record beside the store: the attempts whose dot it may have written, each with its
result where it had one."""
