"""The steps of a campaign, and the tree that they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from penfriend.domain.fields import Field
from penfriend.domain.happenings import Happening
from penfriend.domain.moments import MomentExpr
from penfriend.domain.problems import Place
from penfriend.domain.segment import Condition, Scalar
from penfriend.domain.timing import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBase:
    """What every step has. `id` is what running enrollments hold on to; unique in its campaign, arms
    included."""

    id: str
    only_if: Condition | None = None
    was: str | None = None
    """The id that it had in the revision before: who stands at it, or has had it, counts for this one."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(StepBase):
    """A mail. The step is over when its mail is sent, unknown, failed or skipped."""

    template: str
    subject: str | None = None
    """Replaces the template's own subject (a Jinja2 text)."""
    survey: str | None = None
    coupon: str | None = None
    """One code of that coupon for the enrollment, the same in its later mails, never given to another."""


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


@dataclass(frozen=True, slots=True)
class Share:
    """One way of a split: `percent` (more than 0) of the people, by a stable hash of contact, campaign and
    step."""

    name: str
    """Unique in its split."""
    percent: float
    steps: tuple[Step, ...]


class WinsBy(StrEnum):
    """What makes one arm better than another."""

    CLICKED = "clicked"
    GOAL = "goal"


@dataclass(frozen=True, slots=True)
class Winner:
    """`after` the split's first mail the arm with the larger share of `by` goes to all who come later, and to
    the rest where the shares are less than 100 %."""

    by: WinsBy
    after: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(StepBase):
    """Shares people out. Whom no share takes waits for the winner, or goes on behind the split where none is
    looked for."""

    arms: tuple[Share, ...]
    winner: Winner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(StepBase):
    """Sets attributes of the contact (`contact.attributes.NAME`), or takes it out of topics (`topic.NAME:
    no`)."""

    attributes: tuple[tuple[Field, Scalar], ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWebhook(StepBase):
    """Tells another system, and goes on without waiting for its answer."""

    webhook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(StepBase):
    """Ends the enrollment; `word` is for the report."""

    word: str = ""


Wait = WaitFor | WaitUntil | WaitHappening
Step = Send | WaitFor | WaitUntil | WaitHappening | Branch | Split | Update | CallWebhook | Exit


_WITH_ARMS = (Branch, Split)


def arms_of(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The steps of each arm of a branch or split; of any other step nothing."""
    return tuple(arm.steps for arm in step.arms) if isinstance(step, _WITH_ARMS) else ()


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step in the order of the file, those in arms included."""
    for step in steps:
        yield step
        for arm in arms_of(step):
            yield from walk_steps(arm)
