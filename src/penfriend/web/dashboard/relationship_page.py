"""The page of how people stand with the shop: the loyalty ladder and who moved on it, who comes back and who
is lost, what people are worth, points. It reads what was worked out once a day, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from penfriend.bootstrap.keeping import relationship_of
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import Chart, Dates, Kind, Series, Written
from penfriend.domain.relationship.figures import MonthLine, Relationship
from penfriend.domain.relationship.ladder import LOYAL_ORDERS, Step
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

MONTHS = 13
"""So many are drawn: a year, and the same month of the year before."""
COHORTS = 13
POINTS = ("earned", "spent", "expired", "saved")

Texts = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder, as it stands now."""

    step: Step
    people: int
    before: int
    """At the end of the month before."""
    came: int
    """Who came to it this month."""
    went: int
    """Who went from it this month."""
    course: tuple[float | None, ...]
    """By month."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A share of the last month that is over, and of the one before."""

    month: date | None
    now: float | None
    before: float | None


class RelationshipPage:
    """The page of `/relationship`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/relationship", Right.LOOK, self.show)]

    def show(self, ask: Ask) -> Response:
        """The figures of the last day on which they were worked out."""
        found = relationship_of(self._desk.house)
        if found is None or not found.months:
            return self._desk.page(ask, "relationship", found=None)
        texts = self._desk.pages.words(ask.request.headers.get("accept-language", "")).plain
        months = found.months[-MONTHS:]
        return self._desk.page(
            ask,
            "relationship",
            found=found,
            month=_date(months[-1].month),
            ladder=[_rung(step, months) for step in Step],
            churn=_trend(months, lambda one: one.churn),
            repeat=_trend(months, lambda one: one.repeat),
            charts=_charts(found, months, texts),
            loyal=LOYAL_ORDERS,
        )


def _rung(step: Step, months: Sequence[MonthLine]) -> Rung:
    last, before = months[-1], months[-2].steps if len(months) > 1 else {}
    return Rung(
        step,
        last.steps.get(step, 0),
        before.get(step, 0),
        sum(people for (_, target), people in last.flows.items() if target is step),
        sum(people for (source, _), people in last.flows.items() if source is step),
        tuple(one.steps.get(step, 0) for one in months),
    )


def _trend(months: Sequence[MonthLine], of: Callable[[MonthLine], float | None]) -> Trend:
    over = months[:-1]  # the last one runs
    if not over:
        return Trend(None, None, None)
    return Trend(_date(over[-1].month), of(over[-1]), of(over[-2]) if len(over) > 1 else None)


def _charts(found: Relationship, months: Sequence[MonthLine], texts: Texts) -> dict[str, Chart]:
    return {
        "steps": _by_month(
            texts("relationship_steps"),
            months,
            Kind.AREA,
            {texts(f"relationship_{step}"): _people(step) for step in Step if step is not Step.NEW},
        ),
        "flows": _flows(months, texts),
        "churn": _by_month(
            texts("relationship_churn_title"),
            months,
            Kind.LINE,
            {texts("relationship_churn_title"): lambda one: one.churn},
            Written.PERCENT,
        ),
        "repeat": _by_month(
            texts("relationship_repeat_title"),
            months,
            Kind.LINE,
            {texts("relationship_repeat_title"): lambda one: one.repeat},
            Written.PERCENT,
        ),
        "retention": _retention(found, texts),
        "value": _value(found, texts),
        "points": _by_month(
            texts("relationship_points"),
            months,
            Kind.BARS,
            {texts(f"relationship_points_{name}"): _points(name) for name in POINTS},
        ),
    }


def _people(step: Step) -> Callable[[MonthLine], float | None]:
    return lambda one: one.steps.get(step, 0)


def _points(name: str) -> Callable[[MonthLine], float | None]:
    return lambda one: getattr(one.points, name)


def _by_month(
    title: str,
    months: Sequence[MonthLine],
    kind: Kind,
    series: dict[str, Callable[[MonthLine], float | None]],
    written: Written = Written.NUMBER,
) -> Chart:
    return Chart(
        kind,
        title,
        tuple(_date(one.month) for one in months),
        tuple(Series(name, tuple(of(one) for one in months)) for name, of in series.items()),
        written,
        Dates.MONTH,
    )


def _flows(months: Sequence[MonthLine], texts: Texts) -> Chart:
    """From which step people went to which, this month and the one before: the running one may be short."""
    moved = [one.flows for one in months[-2:]]
    steps = list(Step)
    return Chart(
        Kind.HEAT,
        texts("relationship_flows"),
        tuple(texts(f"relationship_{step}") for step in steps if step is not Step.NEW),
        tuple(
            Series(
                texts(f"relationship_{source}"),
                tuple(
                    sum(flows.get((source, target), 0) for flows in moved) or None
                    for target in steps
                    if target is not Step.NEW
                ),
            )
            for source in steps
        ),
        along=texts("relationship_from"),
    )


def _retention(found: Relationship, texts: Texts) -> Chart:
    cohorts = found.cohorts[-COHORTS:]
    ages = max((len(one.retention) for one in cohorts), default=1)
    return Chart(
        Kind.HEAT,
        texts("relationship_retention"),
        tuple(texts("relationship_later", number=age) for age in range(1, min(ages, COHORTS))),
        tuple(
            Series(_date(one.cohort), _padded(one.retention[1:COHORTS], min(ages, COHORTS) - 1))
            for one in cohorts
        ),
        Written.PERCENT,
        Dates.MONTH,
        texts("relationship_since"),
    )


def _padded(values: Sequence[float], length: int) -> tuple[float | None, ...]:
    return (*values, *[None] * (length - len(values)))


def _value(found: Relationship, texts: Texts) -> Chart:
    cohorts = found.cohorts[-COHORTS:]
    return Chart(
        Kind.BARS,
        texts("relationship_value"),
        tuple(_date(one.cohort) for one in cohorts),
        (Series(texts("relationship_value_name"), tuple(one.value[-1] for one in cohorts)),),
        Written.MONEY,
        Dates.MONTH,
        texts("relationship_cohort"),
    )


def _date(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
