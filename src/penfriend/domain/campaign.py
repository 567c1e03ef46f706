"""A campaign: who enters and when, when it ends, and the tree of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from penfriend.domain.fields import Field
from penfriend.domain.moments import MomentExpr
from penfriend.domain.problems import Place
from penfriend.domain.segment import Condition
from penfriend.domain.timing import Cap, Duration, SendWindow


@dataclass(frozen=True, slots=True)
class EventHappening:
    """An event to look out for. For `mail_...` and `survey_answered` only this enrollment's own count."""

    event: str
    where: Condition | None = None
    match: tuple[tuple[Field, Field], ...] = ()


@dataclass(frozen=True, slots=True)
class IfHappening:
    """A condition to look out for, read when something about the contact changes and when a step is
    reached."""

    condition: Condition


Happening = EventHappening | IfHappening


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


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """Who joins the segment enters, from the moment it came to be so."""

    segment: str
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """Whose event comes enters, at the event's own time."""

    event: str
    where: Condition | None = None
    key: str = ""
    """The property whose value is the occurrence; without it there is just one."""
    condition: Condition | None = None
    segment: str | None = None


Trigger = SegmentTrigger | EventTrigger


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
class StepBase:
    """What every step has. `id` is what running enrollments hold on to; unique in its campaign, arms
    included."""

    id: str
    only_if: Condition | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(StepBase):
    """A mail. The step is over when its mail is sent, unknown, failed or skipped."""

    template: str
    subject: str | None = None
    """Replaces the template's own subject (a Jinja2 text)."""
    survey: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor(StepBase):
    """`wait: 2 days`, from the end of the step before."""

    duration: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil(StepBase):
    """`wait: {until: MOMENT, at: TIME}`; moves with its field and the contact's zone, never to before now."""

    until: MomentExpr
    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitHappening(StepBase):
    """`wait: {for: HAPPENING, at_most: DURATION}`: the first of them after the end of the step before, or the
    time is up."""

    happenings: tuple[Happening, ...]
    at_most: Duration


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of a branch. Without a condition it is `else`."""

    condition: Condition | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(StepBase):
    """Takes the first arm whose condition holds, or the one without, or goes on behind it."""

    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(StepBase):
    """Ends the enrollment; `word` is for the report."""

    word: str = ""


Step = Send | WaitFor | WaitUntil | WaitHappening | Branch | Exit
Wait = WaitFor | WaitUntil | WaitHappening


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
    place: Place | None = field(default=None, compare=False)

    @property
    def is_transactional(self) -> bool:
        """Owed, not advertised: no consent, window, cap or holdout; goes first."""
        return self.kind is Kind.TRANSACTIONAL


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step in the order of the file, those in arms included."""
    for step in steps:
        yield step
        if isinstance(step, Branch):
            for arm in step.arms:
                yield from walk_steps(arm.steps)
