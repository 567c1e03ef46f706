"""The results of one campaign as one document: what `penfriend report --json` and the API say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from penfriend.domain.money import SCALE
from penfriend.domain.results.attribution import Credit
from penfriend.domain.results.figures import MEANINGS, Dimension, Figures, GroupFigures, Outcomes, ResultLine
from penfriend.domain.results.splits import SplitResult
from penfriend.domain.statistics import Interval, Lift

Document = dict[str, object]
METRICS = tuple(one.name for one in fields(Figures))
BREAKDOWNS = tuple(one for one in Dimension if one is not Dimension.CAMPAIGN)
"""What the results of one campaign are broken down by."""
GROUP_MEANINGS: Mapping[str, str] = {
    "treated": "everybody who entered and was not held out by lot, whether or not a mail reached them",
    "held_out": "those who entered and were held out by lot: they get no mail, and show what happens without",
    "people": "entries of days on which the time for the goal is over for everybody",
    "waiting": "entries of days on which it is not over yet: they are in neither group",
    "lift": (
        "how many more of a hundred treated people reach the goal than of a hundred held out, and how much "
        "more they bring: between the two numbers with a confidence of 95 %, for one look"
    ),
}
"""What the two groups are, to be read after their names."""
SPLITS_MEANING = (
    "how the arms of each split do, and whether one is surely better: that anything said of a split is wrong "
    "has a chance of at most 5 %, however often one looks"
)


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day of the brand's calendar, both included; None is without an end."""

    first: date | None
    last: date | None
    timezone: str

    def as_json(self) -> Document:
        """As it stands in documents."""
        return {
            "from": None if self.first is None else self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(),
            "timezone": self.timezone,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a campaign."""

    campaign: str
    period: Period
    currency: str
    """The brand's."""
    credit: tuple[Credit, ...]
    total: Figures
    by: tuple[Dimension, ...]
    lines: Sequence[ResultLine]
    weeks: Sequence[tuple[date, Figures]]
    """By the Monday of each week from the first with a mail to the last, also of those without."""
    groups: GroupFigures
    lift: Lift
    """How the two groups of `groups` differ."""
    said: str
    """What is to be said of the lift, in English."""
    said_of_revenue: str | None = None
    splits: Sequence[tuple[SplitResult, Sequence[str]]] = ()
    """The splits of the live campaign, each with what is to be said of it, in English."""

    def as_json(self) -> Document:
        """The document. Money is in units of the currency, rates are shares from 0 to 1."""
        return {
            "campaign": self.campaign,
            **self.period.as_json(),
            "currency": self.currency,
            "credit": [one.value for one in self.credit],
            "total": figures_document(self.total),
            "by": [one.value for one in self.by],
            "lines": [
                dict(zip((one.value for one in self.by), line.key, strict=True))
                | figures_document(line.figures)
                for line in self.lines
            ],
            "weeks": [{"week": week.isoformat()} | figures_document(figures) for week, figures in self.weeks],
            "groups": groups_document(self.groups),
            "lift": {
                "said": self.said,
                "kind": self.lift.sentence.kind.value,
                "more_per_hundred": _in_document(self.lift.seen),
                "interval": _interval_document(self.lift.interval),
                "said_of_revenue": self.said_of_revenue,
                "revenue_per_hundred": _in_document(self.lift.revenue_seen, SCALE),
                "revenue_interval": _interval_document(self.lift.revenue_interval, SCALE),
            },
            "splits": [split.as_json(said) for split, said in self.splits],
            "meanings": {**MEANINGS, **GROUP_MEANINGS},
        }


def figures_document(figures: Figures) -> Document:
    """The counts, and the rate of each that is a share."""
    counts: Document = {name: getattr(figures, name) for name in METRICS}
    rates = {name: figures.share(name) for name in METRICS if name not in ("sent", "revenue", "refused")}
    return {
        **counts,
        "revenue": figures.revenue / SCALE,
        "rates": {name: None if rate is None else round(rate, 6) for name, rate in rates.items()},
    }


def groups_document(groups: GroupFigures) -> Document:
    """Both groups, and how many are in neither."""
    return {
        "from": None if groups.first is None else groups.first.isoformat(),
        "to": None if groups.last is None else groups.last.isoformat(),
        "treated": _outcomes_document(groups.treated),
        "held_out": _outcomes_document(groups.held_out),
        "waiting": groups.waiting,
    }


def _in_document(value: float | None, unit: int = 1) -> float | None:
    return None if value is None else round(value / unit, 4)


def _interval_document(interval: Interval | None, unit: int = 1) -> list[float] | None:
    return None if interval is None else [round(interval.low / unit, 4), round(interval.high / unit, 4)]


def _outcomes_document(outcomes: Outcomes) -> Document:
    return {
        "people": outcomes.people,
        "converted": outcomes.converted,
        "share": round(outcomes.converted / outcomes.people, 6) if outcomes.people else None,
        "revenue": outcomes.revenue / SCALE,
        "revenue_each": round(outcomes.revenue / SCALE / outcomes.people, 4) if outcomes.people else None,
    }
