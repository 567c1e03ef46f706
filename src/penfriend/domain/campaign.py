"""A campaign: who enters and when, when it ends, and the tree of its steps.

Its parts have homes of their own: `happenings`, `triggers`, `steps`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from penfriend.domain.happenings import EventHappening, Happening, IfHappening
from penfriend.domain.problems import Place
from penfriend.domain.segment import Condition
from penfriend.domain.steps import (
    Arm,
    Branch,
    CallWebhook,
    Exit,
    Send,
    Share,
    Split,
    Step,
    StepBase,
    Update,
    Wait,
    WaitFor,
    WaitHappening,
    WaitUntil,
    Winner,
    WinsBy,
    arms_of,
    walk_steps,
)
from penfriend.domain.stops import StopAt
from penfriend.domain.timing import Cap, Duration, SendWindow
from penfriend.domain.tracking import Tracking
from penfriend.domain.triggers import (
    DateTrigger,
    EventTrigger,
    Every,
    ScheduleTrigger,
    SegmentTrigger,
    Trigger,
)

__all__ = [
    "Arm",
    "Branch",
    "CallWebhook",
    "Campaign",
    "DateTrigger",
    "EventHappening",
    "EventTrigger",
    "Every",
    "Exit",
    "ExitRule",
    "ExitWord",
    "Goal",
    "Happening",
    "IfHappening",
    "Kind",
    "OnUnknown",
    "Policy",
    "PolicyWhen",
    "Reentry",
    "ReentryKind",
    "ScheduleTrigger",
    "SegmentTrigger",
    "Send",
    "SendRules",
    "Share",
    "Split",
    "Step",
    "StepBase",
    "Trigger",
    "Update",
    "Wait",
    "WaitFor",
    "WaitHappening",
    "WaitUntil",
    "Winner",
    "WinsBy",
    "arms_of",
    "walk_steps",
]


class ExitWord(StrEnum):
    """The two words of `exit_on` that are not happenings."""

    GOAL = "goal"
    LEFT_SEGMENT = "left_segment"


ExitRule = ExitWord | EventHappening | IfHappening


@dataclass(frozen=True, slots=True)
class Goal:
    """The first such event after entry is the goal; a conversion if it comes within that time of entry."""

    events: tuple[EventHappening, ...]
    within: Duration | None = None


class ReentryKind(StrEnum):
    """Whether somebody may enter again for an occurrence."""

    NEVER = "never"
    ALWAYS = "always"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Reentry:
    """`never`, `always`, or `every 90 days`: then no sooner than that after the contact's last entry,
    whatever the occurrence."""

    kind: ReentryKind = ReentryKind.NEVER
    every: Duration | None = None


class Kind(StrEnum):
    """Advertised or owed."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class OnUnknown(StrEnum):
    """What happens to a message whose delivery is unknown."""

    HOLD = "hold"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Policy:
    """The keys of `policy`; None is a key that is not given here and is taken from the one above."""

    send_window_hours: tuple[time, time] | None = None
    """`send_between`: opens, closes."""
    send_days: frozenset[int] | None = None
    """`send_on`: Python's weekdays."""
    at_most: tuple[Cap, ...] | None = None
    """Empty is `none`: no cap."""
    max_lateness: Duration | None = None
    holdout: float | None = None
    """The percentage of people that a campaign with a goal never mails."""
    confirm_above: int | None = None
    """A change that would release more mails than this waits for a yes."""
    stop_at: StopAt | None = None
    """When a campaign stops by itself."""
    when: tuple[PolicyWhen, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyWhen:
    """`{if: CONDITION, send_between: ...}`: replaces those keys for whom it holds; the last one that holds
    wins."""

    condition: Condition
    policy: Policy


@dataclass(frozen=True, slots=True)
class SendRules:
    """The policy that holds for one mail to one contact, every key decided."""

    window: SendWindow
    caps: tuple[Cap, ...]
    max_lateness: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """All that the file says of one campaign."""

    name: str
    trigger: Trigger
    steps: tuple[Step, ...]
    kind: Kind = Kind.MARKETING
    topic: str | None = None
    priority: int = 50
    reentry: Reentry = Reentry()
    backfill: bool = False
    goal: Goal | None = None
    exit_on: tuple[ExitRule, ...] = (ExitWord.GOAL,)
    policy: Policy = Policy()
    on_unknown: OnUnknown = OnUnknown.HOLD
    active: bool = True
    """`no` pauses it and keeps everybody in place."""
    brand: str | None = None
    """One of `brands`; None is the brand."""
    transport: str | None = None
    """One of `transports`; None is `default`."""
    tracking: Tracking | None = None
    """What is tracked of its mails; None is what is usual for its brand and kind."""
    was: str | None = None
    """The name that it had in the revision before."""
    place: Place | None = field(default=None, compare=False)
    stopped: bool = field(default=False, compare=False)
    """It has stopped by itself (`penfriend.domain.stops`): the store says so, not the file."""

    @property
    def runs(self) -> bool:
        """Neither the file nor what came back of its mail pauses it."""
        return self.active and not self.stopped

    @property
    def is_transactional(self) -> bool:
        """Owed, not advertised: no consent, window, cap or holdout; goes first."""
        return self.kind is Kind.TRANSACTIONAL
