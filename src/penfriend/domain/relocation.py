"""Where people stand whose step is no longer in the campaign: at the next step that survives, in its arm or
behind it."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.definitions import Definitions
from penfriend.domain.route import Route, successor


@dataclass(frozen=True, slots=True)
class Relocation:
    """Everybody at `step` of `campaign` goes on at `to`; None is behind the last step."""

    campaign: str
    step: str
    to: str | None


def relocations(before: Definitions, after: Definitions) -> tuple[Relocation, ...]:
    """One for each step that a campaign of both revisions has lost."""
    moved: list[Relocation] = []
    for name, old in before.campaigns.items():
        new = after.campaigns.get(name)
        if new is None:
            continue  # removed: its enrollments end
        was, now = Route.of(old, before.policy), Route.of(new, after.policy)
        survivors = frozenset(now.steps)
        moved += [
            Relocation(name, step, successor(was, step, survivors))
            for step in was.steps
            if step not in survivors
        ]
    return tuple(moved)
