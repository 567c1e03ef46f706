"""The figures as people read them, and what each means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from penfriend.domain.relationship.ladder import BUYERS, LOYAL_ORDERS, Step
from penfriend.domain.relationship.points import PointsMonth
from penfriend.domain.relationship.rhythm import Rhythm
from penfriend.domain.relationship.tally import CohortMonth
from penfriend.domain.timing import Moment

Flow = tuple[Step | None, Step | None]
"""From one step to another; None before somebody was known, and after they were erased."""

STEP_MEANINGS: Mapping[Step, str] = {
    Step.NEW: "known to the shop, and has not bought yet",
    Step.FIRST: "has bought once, and not too long ago",
    Step.REPEAT: f"has bought 2 to {LOYAL_ORDERS - 1} times, the last time not too long ago",
    Step.LOYAL: f"has bought {LOYAL_ORDERS} times or more, the last time not too long ago",
    Step.ADVOCATE: "has bought, the last time not too long ago, and has said 9 or 10 of 10 when last asked"
    " whether they would recommend the shop, or has brought a friend",
    Step.AT_RISK: "has bought, and is silent for longer than three of four who came back ever were",
    Step.LAPSED: "has bought, and is silent for longer than nine of ten who came back ever were",
}
"""What each step of the ladder means; a person stands on one, and the last two come before the others."""

MEANINGS: Mapping[str, str] = {
    "at_risk_after": "days without an order after which somebody is at risk: three of four repeat orders have"
    " come within them, in whole weeks; 91 where there were fewer than 100 repeat orders",
    "lapsed_after": "days without an order after which somebody has lapsed: nine of ten repeat orders have"
    " come within them, in whole weeks; 182 where there were fewer than 100 repeat orders",
    "churn_rate": "of those who had bought and had not lapsed at the end of the month before, the share that"
    " had lapsed at the end of this month",
    "repeat_rate": "of all who had ever bought by the end of the month, the share that had bought twice or"
    " more",
    "retention": "of those whose first order was in one month, the share that ordered in a later month;"
    " month 0 is the month of the first order",
    "cohort_churn": "of those whose first order was in one month, the share that had lapsed at the end of a"
    " later month",
    "lifetime_value": "what the orders of all who ever bought have come to so far, net of refunds, for each"
    " of them",
    "cohort_value": "the same of those whose first order was in one month, by the end of a later month",
    "points_earned": "points that were earned in the month",
    "points_spent": "points that were spent in the month",
    "points_expired": "points that lapsed with their last day in the month, or that the shop took back",
    "points_saved": "points that were spent in the month out of a lot after a letter of a campaign about"
    " expiring points was sent and before they expired; they are among the spent",
}
"""What each figure means. Orders given back whole count nowhere; who was erased stays in what their orders
came to. The running month is as it stands so far."""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the brand's clock."""

    month: str
    steps: Mapping[Step, int]
    """At its end."""
    flows: Mapping[Flow, int]
    churn: float | None
    """None where nobody could be lost."""
    repeat: float | None
    points: PointsMonth


@dataclass(frozen=True, slots=True)
class CohortLine:
    """Those whose first order was in one month."""

    cohort: str
    people: int
    retention: Sequence[float]
    """By months since."""
    churn: Sequence[float]
    value: Sequence[float]
    """What they have spent by then, each; ten-thousandths."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """All of it."""

    as_of: Moment
    rhythm: Rhythm
    months: Sequence[MonthLine]
    cohorts: Sequence[CohortLine]
    buyers: int
    """Who ever bought."""
    value: float | None
    """What each of them has spent so far; ten-thousandths."""

    @property
    def whole(self) -> Sequence[MonthLine]:
        """The months that are over; the last of `months` runs."""
        return self.months[:-1]


@dataclass(slots=True)
class Kept:
    """What was worked out last, as it is kept."""

    as_of: Moment
    rhythm: Rhythm
    cohorts: Sequence[CohortMonth] = ()
    steps: Sequence[tuple[str, Step, int]] = ()
    flows: Sequence[tuple[str, Step | None, Step | None, int]] = ()
    points: Mapping[str, PointsMonth] = field(default_factory=dict)


def figures_of(kept: Kept) -> Relationship:
    """The shares and values that follow from what is kept."""
    cohorts: dict[str, list[CohortMonth]] = defaultdict(list)
    for line in sorted(kept.cohorts, key=lambda one: (one.cohort, one.month)):
        cohorts[line.cohort].append(line)
    buyers = sum(lines[0].buyers for lines in cohorts.values())
    revenue = sum(line.revenue for line in kept.cohorts)
    return Relationship(
        kept.as_of,
        kept.rhythm,
        _months(kept),
        [_cohort(lines) for lines in cohorts.values()],
        buyers,
        revenue / buyers if buyers else None,
    )


def _cohort(lines: Sequence[CohortMonth]) -> CohortLine:
    people, so_far, value = lines[0].buyers, 0, []
    for line in lines:
        so_far += line.revenue
        value.append(so_far / people)
    return CohortLine(
        lines[0].cohort,
        people,
        [line.buyers / people for line in lines],
        [line.churned / people for line in lines],
        value,
    )


def _months(kept: Kept) -> list[MonthLine]:
    steps: dict[str, dict[Step, int]] = defaultdict(dict)
    flows: dict[str, dict[Flow, int]] = defaultdict(dict)
    repeated: dict[str, int] = defaultdict(int)
    bought: dict[str, int] = defaultdict(int)
    for month, step, people in kept.steps:
        steps[month][step] = people
    for month, source, target, people in kept.flows:
        flows[month][source, target] = people
    sizes = {line.cohort: line.buyers for line in kept.cohorts if line.cohort == line.month}
    for line in kept.cohorts:
        repeated[line.month] += line.repeated
        bought[line.month] += sizes[line.cohort]
    found: list[MonthLine] = []
    before: Mapping[Step, int] = {}
    for month in sorted({*steps, *flows, *bought, *kept.points}):
        could = sum(before.get(step, 0) for step in BUYERS)
        lost = sum(flows[month].get((step, Step.LAPSED), 0) for step in BUYERS)
        churn = lost / could if could else None
        again = repeated[month] / bought[month] if bought[month] else None
        points = kept.points.get(month, PointsMonth())
        found.append(MonthLine(month, steps[month], flows[month], churn, again, points))
        before = steps[month]
    return found
