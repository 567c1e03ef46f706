"""What differs between two revisions, in words: campaigns, steps, segments, topics, the shared sections and
the letters. Pure; how many people it concerns is counted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from penfriend.domain.campaign import Campaign, Policy
from penfriend.domain.definitions import Definitions
from penfriend.domain.renames import Renames, as_renamed, renames
from penfriend.domain.steps import Branch, Split, Step, arms_of
from penfriend.domain.words import said


class What(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    kind: str
    """campaign, step, segment, topic, policy, brand, letter and so on."""
    name: str
    what: What
    campaign: str = ""
    """Of a step: whose it is."""
    words: tuple[str, ...] = ()
    """What exactly, each a clause: `wait: 2 days -> 3 days`."""


def changes(before: Definitions | None, after: Definitions) -> tuple[Change, ...]:
    """All that differs, in the order of the files; without a revision before everything is added."""
    old = Definitions() if before is None else before
    renamed = renames(old, after)
    same = as_renamed(old, renamed)
    return (
        *_campaigns(same, after, renamed),
        *_things("segment", same.segments, after.segments, renamed.segments),
        *_things("topic", same.topics, after.topics, renamed.topics),
        *(change for kind in _MAPPINGS for change in _things(kind, *_both(same, after, _MAPPINGS[kind]), {})),
        *(
            change
            for kind in _WHOLES
            for change in _whole(kind, *_both(same, after, kind), new=before is None)
        ),
    )


def changed_letters(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs among the files below templates/."""
    return tuple(_things("letter", before, after, {}))


_MAPPINGS = {
    "survey": "surveys",
    "brand": "brands",
    "webhook": "webhooks",
    "outgoing": "outgoing",
    "coupon": "coupons",
    "transport": "transports",
    "source": "sources",
    "exchange rate": "exchange_rates",
}
_WHOLES = ("brand", "policy", "data", "dkim", "retention", "results")


def _both(before: Definitions, after: Definitions, name: str) -> tuple[Any, Any]:
    return getattr(before, name), getattr(after, name)


def _whole(kind: str, before: object, after: object, *, new: bool) -> Iterator[Change]:
    words = _differences(before, after)
    if words and new:
        yield Change(kind, "", What.ADDED)
    elif words:
        yield Change(kind, "", What.CHANGED, words=words)


def _things(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], renamed: Mapping[str, str]
) -> Iterator[Change]:
    was = {new: old for old, new in renamed.items()}
    for name, new in after.items():
        if name not in before:
            yield Change(kind, name, What.ADDED)
            continue
        words = _differences(before[name], new)
        if name in was:
            yield Change(kind, name, What.RENAMED, words=(f"was {was[name]}", *words))
        elif words:
            yield Change(kind, name, What.CHANGED, words=words)
    for name in before:
        if name not in after:
            yield Change(kind, name, What.REMOVED)


def _campaigns(before: Definitions, after: Definitions, renamed: Renames) -> Iterator[Change]:
    was = {new: old for old, new in renamed.campaigns.items()}
    for name, new in after.campaigns.items():
        old = before.campaigns.get(name)
        if old is None:
            yield Change("campaign", name, What.ADDED)
            continue
        steps = list(_steps(old, new, renamed.steps.get(name, {})))
        words = _differences(replace(old, steps=(), active=new.active), replace(new, steps=()))
        if name in was:
            yield Change("campaign", name, What.RENAMED, words=(f"was {was[name]}", *words))
        elif words:
            yield Change("campaign", name, What.CHANGED, words=words)
        if old.active != new.active:
            yield Change("campaign", name, What.RESUMED if new.active else What.PAUSED)
        yield from steps
    for name in before.campaigns:
        if name not in after.campaigns:
            yield Change("campaign", name, What.REMOVED)


def _steps(before: Campaign, after: Campaign, renamed: Mapping[str, str]) -> Iterator[Change]:
    old, new = dict(_placed(before.steps)), dict(_placed(after.steps))
    was = {now: then for then, now in renamed.items()}
    moved = _moved(old, new)
    for name, (step, _) in new.items():
        if name not in old:
            yield Change("step", name, What.ADDED, after.name)
            continue
        words = _step_differences(old[name][0], step)
        if name in was:
            yield Change("step", name, What.RENAMED, after.name, (f"was {was[name]}", *words))
        elif words:
            yield Change("step", name, What.CHANGED, after.name, words)
        if name in moved:
            yield Change("step", name, What.MOVED, after.name)
    for name in old:
        if name not in new:
            yield Change("step", name, What.REMOVED, after.name)


_Placed = tuple[Step, tuple[object, ...]]


def _placed(steps: Sequence[Step], arm: tuple[object, ...] = ()) -> Iterator[tuple[str, _Placed]]:
    """Every step in the order of the file, with the arms that it stands in."""
    for step in steps:
        yield step.id, (step, arm)
        for number, inner in enumerate(arms_of(step)):
            yield from _placed(inner, (*arm, step.id, number))


def _moved(before: Mapping[str, _Placed], after: Mapping[str, _Placed]) -> frozenset[str]:
    """The steps of both that have another order among each other, or stand in another arm."""
    old, new = [name for name in before if name in after], [name for name in after if name in before]
    kept: set[str] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        kept.update(old[block.a : block.a + block.size])
    return frozenset(name for name in new if name not in kept or before[name][1] != after[name][1])


def _step_differences(before: Step, after: Step) -> tuple[str, ...]:
    if type(before) is not type(after):
        return (f"{_KINDS.get(type(before).__name__, 'step')} -> {_KINDS.get(type(after).__name__, 'step')}",)
    return _differences(_without_arms(before), _without_arms(after))


def _without_arms(step: Step) -> Step:
    match step:
        case Branch(arms=arms):
            return replace(step, arms=tuple(replace(arm, steps=()) for arm in arms))
        case Split(arms=shares):
            return replace(step, arms=tuple(replace(share, steps=()) for share in shares))
        case _:
            return step


def _differences(before: object, after: object) -> tuple[str, ...]:
    """A clause for each field that differs; of what is no dataclass, whether it does."""
    if before == after:
        return ()
    if type(before) is not type(after) or not hasattr(after, "__dataclass_fields__"):
        return (f"{said(before)} -> {said(after)}",) if said(before) and said(after) else ("changed",)
    found: list[str] = []
    for one in fields(after):  # type: ignore[arg-type]  # a dataclass
        old, new = getattr(before, one.name), getattr(after, one.name)
        if one.compare and one.name not in _NOT_TOLD and old != new:
            found.append(_clause(_KEYS.get(one.name, one.name), old, new, hidden=not one.repr))
    return tuple(found)


def _clause(key: str, old: object, new: object, *, hidden: bool) -> str:
    inner = _differences(old, new) if isinstance(old, Policy) and isinstance(new, Policy) else ()
    if inner:
        return f"{key}: {', '.join(inner)}"
    if hidden:
        return f"{key} changed"
    first, second = said(old), said(new)
    return f"{key}: {first} -> {second}" if first and second else f"{key} changed"


_NOT_TOLD = frozenset({"was", "place", "name", "id"})
_KEYS = {
    "sender": "from",
    "send_window_hours": "send_between",
    "send_days": "send_on",
    "duration": "wait",
    "template": "send",
    "happenings": "for",
    "where": "where",
    "select": "sql",
    "backfill": "backfill",
    "attributes": "update",
    "leave": "update",
    "condition": "if",
}
"""How the language calls a field, where it is another word."""
_KINDS = {
    "Send": "send",
    "WaitFor": "wait",
    "WaitUntil": "wait until",
    "WaitHappening": "wait for",
    "Branch": "branch",
    "Split": "split",
    "Update": "update",
    "CallWebhook": "webhook",
    "Exit": "exit",
}
