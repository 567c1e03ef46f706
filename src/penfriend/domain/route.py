"""The way through a campaign's steps: which comes first, which comes after which, and what to ask about a
person on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from penfriend.domain.asking import Came, Holds, Question, StillIn, ValueOf
from penfriend.domain.campaign import (
    Branch,
    Campaign,
    EventHappening,
    ExitWord,
    IfHappening,
    Policy,
    Send,
    Split,
    Step,
    WaitHappening,
    WaitUntil,
    arms_of,
    walk_steps,
)
from penfriend.domain.moments import OfField


@dataclass(frozen=True, slots=True)
class Route:
    """A campaign as it is walked. `after` gives the step behind each one, out of its arm where the arm ends;
    None is the end."""

    campaign: Campaign
    policy: Policy
    """The brand's."""
    first: str | None
    steps: Mapping[str, Step]
    after: Mapping[str, str | None]
    questions: tuple[Question, ...]
    """All that can be asked about a person in this campaign, each once, in the order of the file."""

    @classmethod
    def of(cls, campaign: Campaign, policy: Policy) -> Route:
        """The route of `campaign` under the brand's `policy`."""
        after: dict[str, str | None] = {}
        _link(campaign.steps, None, after)
        return cls(
            campaign=campaign,
            policy=policy,
            first=campaign.steps[0].id if campaign.steps else None,
            steps={step.id: step for step in walk_steps(campaign.steps)},
            after=after,
            questions=tuple(dict.fromkeys(_questions(campaign, policy))),
        )


def _link(steps: tuple[Step, ...], behind: str | None, after: dict[str, str | None]) -> None:
    behind_each = (*(step.id for step in steps[1:]), behind)
    for step, following in zip(steps, behind_each, strict=False):  # no steps, nothing behind any
        after[step.id] = following
        for arm in arms_of(step):
            _link(arm, after[step.id], after)


def _questions(campaign: Campaign, policy: Policy) -> Iterator[Question]:
    for when in (*policy.when, *campaign.policy.when):
        yield Holds(when.condition)
    for rule in campaign.exit_on:
        match rule:
            case ExitWord.LEFT_SEGMENT:
                segment = campaign.trigger.segment
                if segment is not None:
                    yield StillIn(segment)
            case EventHappening():
                yield Came(rule)
            case IfHappening(condition):
                yield Holds(condition)
    if campaign.goal is not None:
        for happening in campaign.goal.events:
            yield Came(happening)
    for step in walk_steps(campaign.steps):
        yield from _questions_of_step(step)


def _questions_of_step(step: Step) -> Iterator[Question]:
    if step.only_if is not None:
        yield Holds(step.only_if)
    match step:
        case Branch(arms=arms):
            for arm in arms:
                if arm.condition is not None:
                    yield Holds(arm.condition)
        case WaitUntil(until=OfField(field)):
            yield ValueOf(field)
        case WaitHappening(happenings=happenings):
            for happening in happenings:
                match happening:
                    case EventHappening():
                        yield Came(happening, since_step=True)
                    case IfHappening(condition):
                        yield Holds(condition)
        case _:
            pass


def successor(old: Route, step: str, survivors: frozenset[str]) -> str | None:
    """Where somebody stands whose step was removed: the next step of the old route that survives, in its arm
    or behind it."""
    following = old.after.get(step)
    while following is not None and following not in survivors:
        following = old.after.get(following)
    return following


def looks_for_winner(route: Route) -> Iterator[Split]:
    """The splits of the campaign that look for the better arm."""
    for step in route.steps.values():
        if isinstance(step, Split) and step.winner is not None:
            yield step


def sends_of(route: Route) -> tuple[Send, ...]:
    """Every mail of the campaign, in the order of the file."""
    return tuple(step for step in route.steps.values() if isinstance(step, Send))
