"""What comes in, before it is checked and after, what became of it, and the port to the store.

What each row of a file needs one of is no frozen dataclass: one takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from penfriend.domain.consent import Change
from penfriend.domain.definitions import Definitions
from penfriend.domain.events import Json
from penfriend.domain.timing import Moment


@dataclass(slots=True)
class ContactIn:
    """A contact as it comes in. What is not given stays as it is; None takes a field away."""

    id: str | None = None
    """The shop's id. It or the address must be there."""
    email: str | None = None
    fields: Mapping[str, Json] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)
    topics: Sequence[str] = ()
    """What the contact agreed to; nobody is subscribed again who has left."""
    subscribed_at: Moment | None = None
    created_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """Of what the service itself hears back: the contact by our id, and the mail it is about."""

    contact_id: int
    enrollment_id: int | None = None
    message_id: int | None = None


class CheckedEvent(NamedTuple):
    """An event that may be kept: typed, within its limits, its name and properties as they are stored."""

    name: str
    key: str
    body_hash: str
    contact: str | None
    email: str | None
    at: Moment
    properties: Mapping[str, Json]
    cart_key: str | None = None
    order_key: str | None = None
    product_key: str | None = None
    change: Change | None = None
    """What it does to consent."""
    source: str | None = None
    own: Own | None = None


class CheckedContact(NamedTuple):
    """A contact that may be kept."""

    contact: str | None
    email: str | None
    fields: Mapping[str, str | int | None]
    attributes: Mapping[str, Json]
    topics: tuple[str, ...] = ()
    subscribed_at: Moment | None = None
    created_at: Moment | None = None
    source: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """It is kept."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same was there already: a success without effect."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not kept, and why, in a sentence."""

    reason: str
    conflict: bool = False
    """The same id was there with another body (HTTP 409)."""


Answer = Taken | Duplicate | Refused


class IngestionStore(Protocol):
    """Takes what was checked, a batch in one transaction; one answer for each, in their order."""

    def take_events(
        self, batch: Sequence[CheckedEvent], definitions: Definitions, now: Moment
    ) -> list[Answer]:
        """Keep the events and whatever follows from them. Raises StoreUnavailable."""

    def take_contacts(
        self, batch: Sequence[CheckedContact], definitions: Definitions, now: Moment
    ) -> list[Answer]:
        """Keep what is new about these contacts. Raises StoreUnavailable."""

    def expire(self, definitions: Definitions, now: Moment) -> int:
        """Let points and rewards lapse whose date has passed; how many contacts that concerns."""

    def next_lapse(self, definitions: Definitions, after: Moment) -> Moment | None:
        """The next moment at which points or rewards lapse."""
