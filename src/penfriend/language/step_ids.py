"""The ids of steps: what a person wrote, a letter's template, or for the others their place: `wait after
welcome/hello`.

A step without a name of its own is called after the nearest step above it that has one (a letter, or a step
with an `id`): in its arm, or above the branch. So an id holds while waits and branches around it change.
Where several would be called the same, the second gets ` (2)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from penfriend.language.nodes import MappingNode, Node, Scalar, Sequence
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.renames import Renames

_WITH_ARMS = frozenset({"branch", "split"})


def every_step(steps: Node | None) -> Iterator[MappingNode]:
    """Every step of a list as it was written, arms included."""
    if not isinstance(steps, Sequence):
        return
    for step in steps.items:
        if not isinstance(step, MappingNode):
            continue
        yield step
        for word in _WITH_ARMS & step.entries.keys():
            arms = step.value(word)
            for arm in arms.items if isinstance(arms, Sequence) else ():
                if isinstance(arm, MappingNode):
                    yield from every_step(arm.value("steps"))
                    yield from every_step(arm.value("else"))
        if "else" in step.entries:
            yield from every_step(step.value("else"))


def _is_wait_for(step: MappingNode) -> bool:
    wait = step.value("wait")
    return isinstance(wait, MappingNode) and "for" in wait.entries


def name_of(step: MappingNode) -> Scalar | None:
    """The `id` of a step, or else the template that it sends."""
    for key in ("id", "send"):
        value = step.value(key)
        if isinstance(value, Scalar) and not value.is_null:
            return value
    return None


class StepIds:
    """Gives each step of one campaign its id, in the order of the file."""

    def __init__(self, steps: Node | None, reading: Reading) -> None:
        self.renames = Renames("step", reading)
        """The names that steps of this campaign had before."""
        self.waits = False
        """Whether there is a `wait: {for: ...}` among the steps."""
        self._taken: dict[str, None] = {}
        self._made: dict[str, int] = {}
        for step in every_step(steps):
            self.waits = self.waits or _is_wait_for(step)
            place = name_of(step)
            if place is None:
                continue
            name, is_id = place.text, step.value("id") is place
            if name in self._taken and is_id:
                reading.error(place, f"the id {quote(name)} is taken by another step of this campaign.")
            elif name in self._taken:
                reading.error(
                    place,
                    f"{quote(name)} is sent twice in this campaign. Give one of the two an id, such as id:"
                    f" {name} again.",
                )
            self._taken[name] = None
        self.own = tuple(self._taken)
        """The names that steps have of their own: what `message.STEP` can name."""

    def made(self, word: str, after: str | None) -> str:
        """The id of a step that has no name of its own; `after` is the nearest step above it that has one."""
        base = word if after is None else f"{word} after {after}"
        name = base
        while name in self._taken:
            self._made[base] = self._made.get(base, 1) + 1
            name = f"{base} ({self._made[base]})"
        self._taken[name] = None
        return name
