"""`was: OLD`: what has another name than in the revision before, so that whoever stood in the old one stands
in the new one.

A rename is carried out once: where the revision before already has the new name, or never had the old one,
the `was` that is left in the file says nothing any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from penfriend.domain.campaign import Campaign
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field
from penfriend.domain.segment import InSegment
from penfriend.domain.steps import Branch, Send, Split, Step, walk_steps
from penfriend.domain.triggers import DateTrigger, EventTrigger, ScheduleTrigger, SegmentTrigger

Names = Mapping[str, str]
"""Old name -> new name."""


@dataclass(frozen=True, slots=True)
class Renames:
    """What a change renames. The steps of a renamed campaign stand under its new name."""

    campaigns: Names = field(default_factory=dict)
    segments: Names = field(default_factory=dict)
    topics: Names = field(default_factory=dict)
    steps: Mapping[str, Names] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.campaigns or self.segments or self.topics or self.steps)


def renames(before: Definitions, after: Definitions) -> Renames:
    """What has another name in `after` than in `before`."""
    campaigns = _renamed(before.campaigns, after.campaigns)
    old = {campaigns.get(name, name): campaign for name, campaign in before.campaigns.items()}
    steps = {name: _steps(old[name], campaign) for name, campaign in after.campaigns.items() if name in old}
    return Renames(
        campaigns=campaigns,
        segments=_renamed(before.segments, after.segments),
        topics=_renamed(before.topics, after.topics),
        steps={name: found for name, found in steps.items() if found},
    )


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    return {
        one.was: name
        for name, one in after.items()
        if one.was is not None and one.was in before and one.was not in after and name not in before
    }


def _steps(before: Campaign, after: Campaign) -> dict[str, str]:
    """The steps that say so, those that are called after one of them (`wait after OLD`), and those whose
    place alone has another name because a step above them came, went or moved."""
    old = {step.id: step for step in walk_steps(before.steps)}
    new = {step.id: step for step in walk_steps(after.steps)}
    said = _renamed(old, new)
    told = dict(said)
    for was, now in said.items():
        for name, step in new.items():
            follows = _called_after(name, now, was)
            gone = follows in old and follows not in new and follows not in told
            if gone and name not in old and type(old[follows]) is type(step):
                told[follows] = name
    return told | _other_places(
        [step for name, step in old.items() if name not in new and name not in told],
        [step for name, step in new.items() if name not in old and name not in told.values()],
    )


def _other_places(gone: Sequence[Step], come: Sequence[Step]) -> dict[str, str]:
    """Steps without a name of their own that say the same as before, in the same order, and are called after
    another step now. Where it is not clear which is which, none is."""
    found: dict[str, str] = {}
    for step in gone:
        alike = [one for one in gone if _at_a_place(one) and _says(one) == _says(step)]
        now = [one for one in come if _at_a_place(one) and _says(one) == _says(step)]
        if _at_a_place(step) and len(alike) == len(now):
            found[step.id] = now[[one.id for one in alike].index(step.id)].id
    return found


def _at_a_place(step: Step) -> bool:
    """Whether its name says nothing but where it stands."""
    return _PLACE.fullmatch(step.id) is not None and not isinstance(step, Send)


_PLACE = re.compile(r"(wait|branch|split|update|webhook|exit)( after .+)?( \(\d+\))?")


def _says(step: Step) -> Step:
    """The step without its name, and a branch or split without the steps in its arms."""
    plain: Step = replace(step, id="", was=None)
    match plain:
        case Branch(arms=arms):
            return replace(plain, arms=tuple(replace(arm, steps=()) for arm in arms))
        case Split(arms=shares):
            return replace(plain, arms=tuple(replace(share, steps=()) for share in shares))
        case _:
            return plain


def _called_after(name: str, now: str, was: str) -> str:
    """The name that a step without one of its own had while the step above it was called `was`."""
    head, _, rest = name.rpartition(f" after {now}")
    return f"{head} after {was}{rest}" if head and (not rest or rest.startswith(" (")) else ""


def as_renamed(before: Definitions, renamed: Renames) -> Definitions:
    """The definitions before, under the names of now: what still differs is a real change."""
    if not renamed:
        return before
    campaigns = {}
    for name, campaign in before.campaigns.items():
        now = renamed.campaigns.get(name, name)
        campaigns[now] = _Rewriting(renamed, renamed.steps.get(now, {})).of(replace(campaign, name=now))
    plain = _Rewriting(renamed, {})
    segments = {
        renamed.segments.get(name, name): replace(one, name=renamed.segments.get(name, name))
        for name, one in before.segments.items()
    }
    topics = {
        renamed.topics.get(name, name): replace(one, name=renamed.topics.get(name, name))
        for name, one in before.topics.items()
    }
    return replace(
        before,
        campaigns=campaigns,
        segments={name: plain.of(one) for name, one in segments.items()},
        topics=topics,
        policy=plain.of(before.policy),
    )


class _Rewriting:
    """Writes the new names wherever a definition refers to something by name."""

    def __init__(self, renamed: Renames, steps: Names) -> None:
        self._renamed, self._steps = renamed, steps

    def of(self, value: Any) -> Any:
        """The same value with the new names."""
        if isinstance(value, tuple):
            return tuple(self.of(one) for one in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        inner = {one.name: getattr(value, one.name) for one in fields(value)}
        changed = {name: self.of(old) for name, old in inner.items()}
        changed.update(self._names(value, inner))
        same = all(changed[name] is inner[name] or changed[name] == inner[name] for name in inner)
        return value if same else replace(value, **changed)

    def _names(self, value: object, inner: Mapping[str, Any]) -> dict[str, Any]:
        to = self._renamed
        match value:
            case InSegment(name):
                return {"name": to.segments.get(name, name)}
            case Field():
                return self._field(value)
            case SegmentTrigger() | EventTrigger() | DateTrigger() | ScheduleTrigger():
                return {"segment": to.segments.get(inner["segment"], inner["segment"])}
            case Campaign():
                return {"topic": to.topics.get(inner["topic"], inner["topic"])}
            case _ if isinstance(value, Step):
                found: dict[str, Any] = {"id": self._steps.get(inner["id"], inner["id"])}
                if "leave" in inner:
                    found["leave"] = tuple(to.topics.get(name, name) for name in inner["leave"])
                return found
            case _:
                return {}

    def _field(self, found: Field) -> dict[str, Any]:
        match found.group:
            case "topic":
                now = self._renamed.topics.get(found.key, found.key)
                return {"key": now, "name": found.name if now == found.key else f"topic.{now}"}
            case "campaign" | "message" if found.subject:
                names = self._renamed.campaigns if found.group == "campaign" else self._steps
                now = names.get(found.subject, found.subject)
                written = f"{found.group}.{now}.{found.key}"
                return {"subject": now, "name": found.name if now == found.subject else written}
            case _:
                return {}
