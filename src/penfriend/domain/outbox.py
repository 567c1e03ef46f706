"""A message as the sender holds it, and what is written back of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from penfriend.domain.contact import Contact
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Result
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen
from penfriend.domain.retry import Consequence
from penfriend.domain.send_policy import PostponeIt, SkipIt
from penfriend.domain.timing import Moment

DEFAULT_ROUTE = "default"
"""The transport of PENFRIEND_TRANSPORT."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The campaigns whose mails a route carries: these, or all but these."""

    campaigns: frozenset[str]
    all_but: bool = False

    @classmethod
    def by(cls, route: str, definitions: Definitions) -> Carried | None:
        """What the route carries; None is everything. What no campaign gives away leaves by `default`, the
        mails of campaigns that are gone among it."""
        if not definitions.transports:
            return None
        elsewhere = {name: one.transport for name, one in definitions.campaigns.items() if one.transport}
        if route == DEFAULT_ROUTE:
            return cls(frozenset(elsewhere), all_but=True)
        return cls(frozenset(name for name, transport in elsewhere.items() if transport == route))


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
    decision: SkipIt | PostponeIt

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
