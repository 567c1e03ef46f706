"""The loyalty ladder: on which step somebody stands, and when they came to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from penfriend.domain.relationship.rhythm import Rhythm
from penfriend.domain.timing import DAY, Moment

LOYAL_ORDERS = 4
"""From so many orders on somebody is loyal."""
PROMOTER = 9
"""The lowest answer, of 0 to 10, of somebody who recommends the shop."""


class Step(StrEnum):
    """The steps, from the ground up, and the two by which people go."""

    NEW = "new"
    FIRST = "first_purchase"
    REPEAT = "repeat"
    LOYAL = "loyal"
    ADVOCATE = "advocate"
    AT_RISK = "at_risk"
    LAPSED = "lapsed"


ACTIVE = (Step.FIRST, Step.REPEAT, Step.LOYAL, Step.ADVOCATE)
"""Who has bought and is heard of."""
BUYERS = (*ACTIVE, Step.AT_RISK)
"""Who has bought and has not lapsed: those who can be lost."""


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of one person. Everything is before now and in its order."""

    since: Moment
    """Since when they are known."""
    orders: Sequence[tuple[Moment, int]] = ()
    """When each was placed and what it came to, net of refunds; not those given back whole."""
    answers: Sequence[tuple[Moment, int]] = ()
    """To the question whether they would recommend the shop, 0 to 10."""
    friend_at: Moment | None = None
    """When they first brought a friend."""
    erased_at: Moment | None = None


def climb(life: Life, rhythm: Rhythm, now: Moment) -> Iterator[tuple[Moment, Step | None]]:
    """The moments at which the person came to a step, also to the same again; None once they are erased."""
    placed = [at for at, _ in life.orders]
    yield min([life.since, *placed[:1]]), Step.NEW
    if placed:
        answered = [at for at, _ in life.answers]
        for at in sorted(_turns(life, placed, rhythm, now)):
            orders = bisect_right(placed, at)
            answers = bisect_right(answered, at)
            said = life.answers[answers - 1][1] if answers else 0
            brought = life.friend_at is not None and life.friend_at <= at
            yield at, step_of(rhythm, orders, at - placed[orders - 1], brought or said >= PROMOTER)
    if life.erased_at is not None:
        yield life.erased_at, None


def _turns(life: Life, placed: Sequence[Moment], rhythm: Rhythm, now: Moment) -> Iterator[Moment]:
    """The moments at which the step of somebody who has bought can become another."""
    ends = Moment(now + 1) if life.erased_at is None else life.erased_at
    for at, following in pairwise([*placed, ends]):
        yield at
        for days in (rhythm.quiet, rhythm.gone):
            if at + days * DAY < following:
                yield Moment(at + days * DAY)
    others = [at for at, _ in life.answers] + ([] if life.friend_at is None else [life.friend_at])
    yield from (at for at in others if placed[0] < at < ends)


def step_of(rhythm: Rhythm, orders: int, silence: int, recommends: bool) -> Step:
    """The step of somebody with so many orders, the last so long ago (microseconds)."""
    if silence >= rhythm.gone * DAY:
        return Step.LAPSED
    if silence >= rhythm.quiet * DAY:
        return Step.AT_RISK
    if recommends:
        return Step.ADVOCATE
    if orders >= LOYAL_ORDERS:
        return Step.LOYAL
    return Step.REPEAT if orders > 1 else Step.FIRST
