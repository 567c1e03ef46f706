"""A visit: somebody follows a link of a mail. What is known of them, what the pages show, the ports.

A page never holds our ids or the whole address: what a stranger finds behind the links of a forwarded mail is
the name of a topic and `k•••@post.example`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from penfriend.domain.definitions import Text
from penfriend.domain.facts import Frozen
from penfriend.domain.timing import Moment
from penfriend.domain.tokens import Claim, Purpose

LONGEST_COMMENT = 2_000
"""Characters of a survey's comment."""
PAUSE_DAYS = 30
"""So long is a pause that somebody asks for."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How somebody stands to one topic."""

    subscribed: bool
    requested: bool
    """Asked for under double opt-in, not confirmed yet."""
    at: Moment
    """Since when."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The answer to a survey that holds now."""

    score: int | None
    comment: str | None
    at: Moment


@dataclass(frozen=True, slots=True)
class WrittenComment:
    """What somebody has written in answer to a survey; who stays out of it."""

    survey: str
    score: int | None
    text: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitedMail:
    """The mail whose link was followed."""

    id: int
    enrollment: int
    message_id: str
    campaign: str
    step: str
    template: str
    revision: int
    """Which has made it."""
    topic: str | None
    """None for transactional mail."""
    dated_at: Moment | None
    address: str | None
    """Where it went."""
    asked_topic: str | None
    """The topic of the event that the mail is about: what a confirmation confirms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who followed the link. Of two contacts that were joined it is the one that is left."""

    contact: int
    email: str | None
    locale: str | None
    """The contact's own, None where it is not known."""
    timezone: str | None
    agreements: Mapping[str, Agreement]
    """By topic; a topic that is missing was never agreed to."""
    frequency: str | None = None
    """`all` or `fewer`; None where nobody said."""
    paused_until: Moment | None = None
    said_at: Moment | None = None
    """When something was last said of the contact's fields."""
    mail: VisitedMail | None
    """None where the mail is no longer kept: its links go on working for topics."""
    answers: Mapping[str, GivenAnswer] = field(default_factory=dict)
    """By survey: what was answered about this mail's enrollment."""

    def is_subscribed(self, topic: str) -> bool:
        """Whether mail of the topic may be sent."""
        found = self.agreements.get(topic)
        return found is not None and found.subscribed

    @property
    def requested(self) -> tuple[str, ...]:
        """The topics that wait for a confirmation."""
        return tuple(topic for topic, found in sorted(self.agreements.items()) if found.requested)


class VisitStore(Protocol):
    """Reads what a visit needs (`penfriend.storage.visit_log`). Changes go through the ingestion."""

    def visitor(self, contact: int, message: int) -> Visitor | None:
        """Who a token's contact and message are today; None where they were erased or are gone."""

    def frozen_facts(self, message: int) -> Frozen:
        """What the mail was made of; None where it was not sent."""


class Tokens(Protocol):
    """Signs and reads the tokens of links (`penfriend.rendering.pages.SignedTokens`)."""

    def sign(self, claim: Claim) -> str:
        """The token of a claim."""

    def read(self, token: str, purpose: Purpose) -> Claim | None:
        """The claim of a token that is good for this purpose; None for everything else."""


class LinkTokens(Protocol):
    """Reads the tokens of tracked links and dots (`penfriend.rendering.pages.SignedTokens`)."""

    def read(self, token: str, purpose: Purpose) -> Claim | None:
        """The claim of a token that is good for this purpose; None for everything else."""

    def read_link(self, token: str) -> tuple[Claim, str] | None:
        """The claim of the token of a link, and the address that is signed with it; None for everything
        else."""


@dataclass(frozen=True, slots=True)
class TopicChoices:
    """What somebody sends from the preference page."""

    wanted: Collection[str]
    """The topics that are ticked."""
    shown: Collection[str]
    """The topics that stood on the page. Only these change: an old page or an empty form touches no other."""
    leave_all: bool = False
    frequency: str = ""
    """`all` or `fewer`; anything else is no choice."""
    language: str = ""
    """A locale; empty is no choice."""
    pause: bool | None = None
    """Write nothing for PAUSE_DAYS, or go on at once; None for neither."""


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A topic as a page shows it."""

    name: str
    title: Text
    subscribed: bool


class Fault(StrEnum):
    """What is wrong with an answer."""

    SCORE = "score"
    """No score of the scale."""
    COMMENT = "comment"
    """Longer than LONGEST_COMMENT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every page shows: whose page it is and in which language."""

    brand: str
    postal: str | None
    """The brand's postal address."""
    public_url: str
    """Where the service is reached: links on the page point below it."""
    locale: str
    """The contact's, or the brand's."""
    brand_locale: str
    address: str = ""
    """The contact's, masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to be shown; `penfriend.rendering.pages` knows how."""

    setting: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePage(Page):
    """Asks whether to leave the mail's topic, or says that it is left and offers the topics."""

    topic: TopicChoice | None
    """None: the topic is not known any more, and leaving leaves everything."""
    topics: tuple[TopicChoice, ...]
    left: bool
    preferences: str
    """The token of the preference page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesPage(Page):
    """Topics on and off, how often, in which language, and a pause."""

    topics: tuple[TopicChoice, ...]
    saved: bool = False
    frequency: str | None = None
    """None where the shop writes to all alike."""
    paused_until: Moment | None = None
    timezone: str = "UTC"
    """Of the contact's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPage(Page):
    """The scale with a score chosen, or the thanks."""

    question: Text
    comment_label: Text | None
    scores: range
    kind: str
    options: tuple[Text, ...]
    """Of a choice: what each score says, from 1; of a scale nothing."""
    chosen: int | None
    comment: str
    answered: int | None = None
    """The score that was given before."""
    stored: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPage(Page):
    """Asks for the confirmation of a subscription, or says that it is confirmed."""

    topics: tuple[TopicChoice, ...]
    """Empty: there is nothing to confirm."""
    done: bool
    preferences: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage(Page):
    """The mail itself."""

    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GonePage(Page):
    """What the link led to is no longer there: a letter whose template is gone, a survey that has ended."""

    survey: bool
    preferences: str


def mask_address(address: str | None) -> str:
    """Enough of an address for its owner to know it: `k•••@shop.example`."""
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}"
