"""Where people stand whose step is no longer in the campaign: at the next step that survives, in its arm or
behind it. A step that became one of another kind is another step at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from penfriend.domain.campaign import Send, Wait, WaitHappening
from penfriend.domain.definitions import Definitions
from penfriend.domain.route import Route, successor


@dataclass(frozen=True, slots=True)
class Relocation:
    """Everybody at `step` of `campaign` goes on at `to`; None is behind the last step."""

    campaign: str
    step: str
    to: str | None
    begins: bool = True
    """The step begins as they come to it; a wait that became another kind of wait counts from its old
    beginning."""
    waits_anew: bool = False
    """Whether an earlier wait was in vain is forgotten: the step waits for a happening itself."""


@dataclass(frozen=True, slots=True)
class OtherLetter:
    """The step of that campaign sends another template than before."""

    campaign: str
    step: str
    template: str


def relocations(before: Definitions, after: Definitions) -> tuple[Relocation, ...]:
    """One for each step that a campaign of both revisions has lost, or has as another kind of step.

    `before` has the names of now (`penfriend.domain.renames`).
    """
    kept: list[Relocation] = []
    lost: list[Relocation] = []
    for was, now in _pairs(before, after):
        name, survivors = now.campaign.name, frozenset(now.steps)
        for step, old in was.steps.items():
            new = now.steps.get(step)
            to = step if new is not None else successor(was, step, survivors)
            anew = to is not None and isinstance(now.steps[to], WaitHappening)
            if new is None:
                lost.append(Relocation(name, step, to, waits_anew=anew))
            elif type(old) is not type(new):
                both_wait = isinstance(old, Wait) and isinstance(new, Wait)
                kept.append(Relocation(name, step, to, begins=not both_wait, waits_anew=anew))
    return (*kept, *lost)  # who comes to a step from a lost one is not moved on by it


def other_letters(before: Definitions, after: Definitions) -> tuple[OtherLetter, ...]:
    """The steps whose mails are made of another template from now on; `before` has the names of now."""
    return tuple(
        OtherLetter(now.campaign.name, step, new.template)
        for was, now in _pairs(before, after)
        for step, new in now.steps.items()
        if isinstance(new, Send)
        and isinstance(old := was.steps.get(step), Send)
        and old.template != new.template
    )


def _pairs(before: Definitions, after: Definitions) -> Iterator[tuple[Route, Route]]:
    """The routes of each campaign that is in both; one that was removed ends its enrollments."""
    for name, old in before.campaigns.items():
        new = after.campaigns.get(name)
        if new is not None:
            yield Route.of(old, before.policy), Route.of(new, after.policy)
