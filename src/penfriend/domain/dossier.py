"""What is known of one person now, and what comes next for them: the head of a contact's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penfriend.domain.events import Json
from penfriend.domain.relationship.ladder import Step
from penfriend.domain.scores import Scores
from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True)
class Consent:
    """How somebody stands to one topic, and by what."""

    topic: str
    subscribed: bool
    requested: bool
    at: Moment
    source: str
    proof: str


@dataclass(frozen=True, slots=True)
class Barred:
    """The address must not be written to."""

    reason: str
    at: Moment
    evidence: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Where somebody stands in a campaign, and when they go on by themselves."""

    campaign: str
    about: str
    step: str
    """Where they stand; empty at the beginning."""
    due_at: Moment | None
    """When they go on, or when the mail of the step goes out; None where something has to happen first."""
    is_mail: bool = False
    held_by: str = ""
    """What the mail waits for: a word of the closed list. Where somebody stands at a step whose campaign is
    paused, that word."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment that a campaign looks at, and since when somebody is in it."""

    segment: str
    about: str
    since: Moment


@dataclass(frozen=True, slots=True)
class Dossier:
    """One person."""

    link: str
    """What the addresses of pages call them (`link_of`)."""
    ids: Sequence[str]
    """All of the shop's."""
    name: str
    email: str | None
    fields: Mapping[str, str]
    """What the contact's fields hold, those that hold something."""
    attributes: Mapping[str, Json]
    moments: Mapping[str, Moment]
    """When they came, agreed first, ordered last, opened last, clicked last."""
    orders: int
    spent: int
    """Ten-thousandths of the brand's currency."""
    points: int
    points_until: str | None
    """When the next of them expire, an ISO date."""
    rewards: int
    paused_until: Moment | None
    scores: Scores = field(default_factory=Scores)
    """Of the orders, 1 to 5; None where nothing was ordered."""
    step: Step | None = None
    """Of the loyalty ladder; None where that was never worked out."""
    consents: Sequence[Consent] = ()
    barred: Barred | None = None
    coming: Sequence[Coming] = ()
    segments: Sequence[Membership] = field(default=())


def link_of(key: str | None, email_hash: str | None) -> str:
    """What the addresses of pages call somebody: the shop's id, or where it gave none, or one that no part of
    an address can be, the hash of the mail address."""
    return key if key and "/" not in key and key.strip(".") else email_hash or ""
