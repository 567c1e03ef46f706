"""All that is on record about one person and the campaigns, as the store gives it for `why`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penfriend.domain.contact import Contact
from penfriend.domain.feedback import Kind
from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True)
class Passage:
    """One enrollment."""

    id: int
    campaign: str
    occurrence: str
    entered_at: Moment
    active: bool
    step: str | None
    began_at: Moment
    due_at: Moment | None
    ended_at: Moment | None = None
    end_reason: str | None = None
    end_word: str | None = None
    converted_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """One report about a mail."""

    at: Moment
    kind: Kind
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail of an enrollment."""

    enrollment: int
    step: str
    status: str
    reason: str | None
    wanted_at: Moment
    due_at: Moment
    over_at: Moment | None
    held_by: str | None
    note: str | None
    opened_at: Moment | None
    clicked_at: Moment | None
    came_back: Sequence[FeedbackLine] = ()
    """What was heard of it after it had left, in the order in which it happened."""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision about an enrollment or its mail."""

    enrollment: int
    at: Moment
    what: str
    step: str
    reason: str | None
    until: Moment | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """Once the person came to the door and did not enter."""

    campaign: str
    occurrence: str
    at: Moment
    reason: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person."""

    contact: Contact
    name: str
    """The shop's id, or the address."""
    passages: Sequence[Passage] = ()
    mails: Sequence[MailLine] = ()
    decisions: Sequence[DecisionLine] = ()
    refusals: Sequence[RefusalLine] = ()
    noted: Mapping[str, Moment] = field(default_factory=dict)
    """Segments in which the person was when they were activated, and since when."""
    active_since: Mapping[str, Moment] = field(default_factory=dict)
    """The campaigns that are live, and since when."""
    last_event: Mapping[str, Moment] = field(default_factory=dict)
    """When each event last happened."""
