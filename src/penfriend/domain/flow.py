"""The steps of a campaign as they are drawn: a list in which forks have lists, each with its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from penfriend.domain.campaign import (
    Branch,
    CallWebhook,
    Exit,
    Send,
    Split,
    Step,
    Update,
    WaitFor,
    WaitHappening,
    WaitUntil,
    walk_steps,
)
from penfriend.domain.happenings import Happening
from penfriend.domain.moments import MomentExpr
from penfriend.domain.results import Figures
from penfriend.domain.segment import Condition
from penfriend.domain.timing import Duration

_KINDS: Mapping[type, str] = {
    Send: "send",
    WaitFor: "wait",
    WaitUntil: "wait_until",
    WaitHappening: "wait_for",
    Branch: "branch",
    Split: "split",
    Update: "update",
    CallWebhook: "webhook",
    Exit: "exit",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What the nodes are counted by."""

    people: Mapping[str, int]
    """Who stands there now, by step."""
    mails: Mapping[str, Figures]
    """What the mails of each step came to."""
    entered: int
    """Mails of the whole way are held against so many."""


@dataclass(frozen=True, slots=True)
class Way:
    """One arm of a fork."""

    name: str
    """Of the arm of a split; empty for a branch."""
    percent: float | None
    """Of a split."""
    condition: Condition | None
    """Of a branch; None for its `else`, and for a split."""
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One step."""

    id: str
    kind: str
    condition: Condition | None
    """`only_if`: for others it is passed over."""
    people: int
    """Who stands here now."""
    inside: int
    """Who stands here or in an arm."""
    template: str = ""
    word: str = ""
    """Of an exit, or the name of the webhook."""
    duration: Duration | None = None
    """Of a wait; of one for a happening the longest."""
    happenings: tuple[Happening, ...] = ()
    """What is waited for: the first of them."""
    until: MomentExpr | None = None
    """When a wait until a moment is over."""
    at: time | None = None
    """The time of that day."""
    figures: Figures = field(default_factory=Figures)
    share: float | None = None
    """Its mails, of those who entered."""
    ways: tuple[Way, ...] = ()


def flow_of(steps: Sequence[Step], counts: Counts) -> tuple[Node, ...]:
    """The nodes in the order of the file."""
    return tuple(_node(step, counts) for step in steps)


def _node(step: Step, counts: Counts) -> Node:
    figures = counts.mails.get(step.id, Figures())
    return Node(
        id=step.id,
        kind=_KINDS[type(step)],
        condition=step.only_if,
        people=counts.people.get(step.id, 0),
        inside=sum(counts.people.get(one.id, 0) for one in walk_steps((step,))),
        template=step.template if isinstance(step, Send) else "",
        word=_word(step),
        duration=_duration(step),
        happenings=step.happenings if isinstance(step, WaitHappening) else (),
        until=step.until if isinstance(step, WaitUntil) else None,
        at=step.at if isinstance(step, WaitUntil) else None,
        figures=figures,
        share=figures.sent / counts.entered if isinstance(step, Send) and counts.entered else None,
        ways=_ways(step, counts),
    )


def _ways(step: Step, counts: Counts) -> tuple[Way, ...]:
    match step:
        case Branch(arms=arms):
            return tuple(Way("", None, one.condition, flow_of(one.steps, counts)) for one in arms)
        case Split(arms=shares):
            return tuple(Way(one.name, one.percent, None, flow_of(one.steps, counts)) for one in shares)
        case _:
            return ()


def _word(step: Step) -> str:
    return step.word if isinstance(step, Exit) else step.webhook if isinstance(step, CallWebhook) else ""


def _duration(step: Step) -> Duration | None:
    match step:
        case WaitFor(duration=duration):
            return duration
        case WaitHappening(at_most=at_most):
            return at_most
        case _:
            return None
