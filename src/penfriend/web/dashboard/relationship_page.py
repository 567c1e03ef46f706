"""The page of how people stand with the shop: the loyalty ladder and who moved on it, who comes back and who
is lost, what people are worth, points. It reads what was worked out once a day, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from starlette.responses import Response

from penfriend.bootstrap.keeping import relationship_of
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import Chart, Dates, Kind, Series, Written
from penfriend.domain.relationship.figures import MonthLine, Relationship
from penfriend.domain.relationship.ladder import LOYAL_ORDERS, Step
from penfriend.rendering.reader import Reader
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

MONTHS = 13
"""So many are drawn: a year, and the same month of the year before."""
COHORTS = 13
MOVES = 12
"""So many moves are drawn, the largest first."""
POINTS = ("earned", "spent", "expired", "saved")

Texts = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder, as it stands now."""

    step: Step
    people: int
    came: int
    """Who came to it in the last month that is over."""
    went: int
    """Who went from it in that month."""
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
        texts = self._desk.words(ask).plain
        months = found.months[-MONTHS:]
        moved_in = self._month_name(ask, months)
        return self._desk.page(
            ask,
            "relationship",
            found=found,
            moved_in=moved_in,
            ladder=[_rung(step, months) for step in Step],
            churn=_trend(months, lambda one: one.churn),
            repeat=_trend(months, lambda one: one.repeat),
            charts=_charts(found, months, moved_in, texts),
            loyal=LOYAL_ORDERS,
        )

    def _month_name(self, ask: Ask, months: Sequence[MonthLine]) -> str:
        """Of the last month that is over, as the reader writes it."""
        locale = self._desk.pages.locale(ask.request.headers.get("accept-language", ""))
        return Reader(locale, ZoneInfo("UTC"), "").day(_date(_over(months).month), "yMMMM")


def _over(months: Sequence[MonthLine]) -> MonthLine:
    """The last month that is over; the running one where there is no other."""
    return months[-2] if len(months) > 1 else months[-1]


def _rung(step: Step, months: Sequence[MonthLine]) -> Rung:
    flows = _over(months).flows
    return Rung(
        step,
        months[-1].steps.get(step, 0),
        sum(people for (_, target), people in flows.items() if target is step),
        sum(people for (source, _), people in flows.items() if source is step),
        tuple(one.steps.get(step, 0) for one in months),
    )


def _trend(months: Sequence[MonthLine], of: Callable[[MonthLine], float | None]) -> Trend:
    over = months[:-1]  # the last one runs
    if not over:
        return Trend(None, None, None)
    return Trend(_date(over[-1].month), of(over[-1]), of(over[-2]) if len(over) > 1 else None)


def _charts(found: Relationship, months: Sequence[MonthLine], month: str, texts: Texts) -> dict[str, Chart]:
    over = months[:-1] or months  # a share of a month that runs would be too small
    return {
        "steps": _by_month(
            texts("relationship_steps"),
            months,
            Kind.AREA,
            {texts(f"relationship_{step}"): _people(step) for step in Step if step is not Step.NEW},
        ),
        "flows": _flows(_over(months), month, texts),
        "churn": _by_month(
            texts("relationship_churn_title"),
            over,
            Kind.LINE,
            {texts("relationship_churn_title"): lambda one: one.churn},
            Written.PERCENT,
        ),
        "repeat": _by_month(
            texts("relationship_repeat_title"),
            over,
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


def _flows(over: MonthLine, month: str, texts: Texts) -> Chart:
    """From which step most people went to which."""
    moved = [
        (source, target, people)
        for (source, target), people in over.flows.items()
        if source is not None and target is not None
    ]
    most = sorted(moved, key=lambda one: -one[2])[:MOVES]
    return Chart(
        Kind.ROWS,
        texts("relationship_flows", month=month),
        tuple(
            texts(
                "relationship_move",
                source=texts(f"relationship_{source}"),
                target=texts(f"relationship_{target}"),
            )
            for source, target, _ in most
        ),
        (Series(texts("relationship_people"), tuple(people for _, _, people in most)),),
        along=texts("relationship_from_to"),
    )


def _retention(found: Relationship, texts: Texts) -> Chart:
    """Without the month that runs: most who will order in it have not yet."""
    cohorts = [one for one in found.cohorts[-COHORTS - 1 :] if len(one.retention) > 2]
    ages = max((len(one.retention) - 1 for one in cohorts), default=1)
    return Chart(
        Kind.HEAT,
        texts("relationship_retention"),
        tuple(f"+{age}" for age in range(1, min(ages, COHORTS))),
        tuple(
            Series(_date(one.cohort), _padded(one.retention[1:-1][: COHORTS - 1], min(ages, COHORTS) - 1))
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
