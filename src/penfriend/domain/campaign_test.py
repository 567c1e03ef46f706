"""A test of a campaign, as `tests:` of the files has it: given a contact and events, expect mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from penfriend.domain.moments import At
from penfriend.domain.problems import Place


class Expectation(StrEnum):
    """What a test can expect at a moment."""

    SENT = "sent"
    SKIPPED = "skipped"
    POSTPONED = "postponed"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """An event that a test lets happen. `at` is a wall-clock time of the contact, or one instant with its
    zone."""

    at: At
    name: str
    properties: Mapping[str, object] = field(default_factory=dict)
    """As they would come in: texts, numbers, lists and mappings."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of what a test expects, to the minute by the contact's clock."""

    at: At
    what: Expectation
    step: str = ""
    """The step's id, for a mail; empty for an exit."""
    reason: str = ""
    """Why it was skipped or postponed, or what the exit is called."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CampaignTest:
    """Given a contact and events, expect exactly this of one campaign, until 30 days after the last moment
    (or `until`)."""

    name: str
    campaign: str
    contact: Mapping[str, object] = field(default_factory=dict)
    """Fields of `contact.` and attributes, as an import would bring them; `topics` where they are other than
    the campaign's own."""
    events: tuple[GivenEvent, ...] = ()
    expect: tuple[Expected, ...] = ()
    until: At | None = None
    holdout: bool = False
    """The contact is held out; otherwise nobody is."""
    take: Mapping[str, str] = field(default_factory=dict)
    """For each split the arm that is taken; otherwise the first."""
    place: Place | None = field(default=None, compare=False)
