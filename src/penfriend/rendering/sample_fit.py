"""What has to be true of those who get a letter, as far as its campaign says it plainly: who is told that an
answer was bad has not given a nine.

Only tests that must all hold are looked at, and of them those that compare a number or a moment. What a
sample person is made for (cart, order, points) is left as it is: they are at the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from penfriend.domain.campaign import Campaign, Send
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field
from penfriend.domain.moments import FromNow, reckon
from penfriend.domain.segment import All, Condition, InSegment, Op, Test
from penfriend.domain.steps import Branch, Step, arms_of
from penfriend.domain.timing import from_datetime, to_datetime, zone_of

_GROUPS = frozenset({"survey", "reward", "orders"})
Read = Callable[[Field], object]
"""What the sample person has in a field."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Tests that hold of everybody who gets the letter."""

    tests: tuple[Test, ...] = ()

    @classmethod
    def of(cls, definitions: Definitions, campaign: Campaign, step: Send) -> Fit:
        """Those of the campaign's segment, of the branches that lead to the step, and of the step."""
        trigger = campaign.trigger
        first = (getattr(trigger, "condition", None), *(_way(campaign.steps, step) or ()), step.only_if)
        segment = definitions.segments.get(trigger.segment or "")
        conditions = (*((segment.where,) if segment is not None else ()), *first)
        found = (test for one in conditions if one is not None for test in _certain(one, definitions))
        return cls(tuple(test for test in found if test.field.group in _GROUPS and test.narrow is None))

    def fitted(self, path: tuple[str, ...], value: object, now: datetime, read: Read) -> object:
        """The value of a name, or the nearest for which the tests hold."""
        for test in self.tests:
            if (test.field.group, test.field.key) == (path[0], path[-1]):
                value = _fitted(test, value, now, read)
        return value


def _way(steps: tuple[Step, ...], wanted: Send) -> tuple[Condition, ...] | None:
    """The conditions of the arms that lead to a step; None where it is not among these."""
    for step in steps:
        if step == wanted:
            return ()
        conditions = [arm.condition for arm in step.arms] if isinstance(step, Branch) else []
        for number, inner in enumerate(arms_of(step)):
            way = _way(inner, wanted)
            if way is not None:
                own = conditions[number] if conditions else None
                return way if own is None else (own, *way)
    return None


def _certain(condition: Condition, definitions: Definitions, depth: int = 0) -> Iterator[Test]:
    match condition:
        case Test():
            yield condition
        case All(of):
            for one in of:
                yield from _certain(one, definitions, depth)
        case InSegment(name) if name in definitions.segments and depth < 5:
            yield from _certain(definitions.segments[name].where, definitions, depth + 1)
        case _:
            pass


def _fitted(test: Test, value: object, now: datetime, read: Read) -> object:
    if isinstance(value, datetime):
        return _moment(test, value, now)
    bound = read(test.value) if isinstance(test.value, Field) else test.value
    if not _is_count(value) or not _is_count(bound):
        return value
    above = bound // 100 * 100 + 100 if isinstance(test.value, Field) else bound + 1
    match test.op:
        case Op.AT_LEAST:
            return max(value, bound)
        case Op.AT_MOST:
            return min(value, bound)
        case Op.MORE_THAN:
            return value if value > bound else above
        case Op.LESS_THAN:
            return min(value, bound - 1)
        case Op.EQUAL:
            return bound
        case _:
            return value


def _moment(test: Test, value: datetime, now: datetime) -> datetime:
    """Not later than `before: 90 days ago` says."""
    if test.op is not Op.BEFORE or not isinstance(test.value, FromNow):
        return value
    latest = reckon(test.value, now=from_datetime(now), zone=zone_of("UTC"))
    return value if latest is None else min(value, to_datetime(latest, zone_of("UTC")))


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
