"""The metrics of mails and of people who entered, each with its definition in words.

Each mail counts on the day on which it went out, by the brand's clock, whatever comes of it later: so the
counts of a line are about the same mails, and a share of them is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a number of mails."""

    sent: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    answered: int = 0
    converted: int = 0
    revenue: int = 0
    """Ten-thousandths of the brand's currency."""
    refused: int = 0
    """So many of `bounced` were refused while the receiving side was asked: they are not among `sent`."""

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)))

    def share(self, metric: str) -> float | None:
        """The share that a metric has, 0 to 1: of mails that went out, and for `bounced` of those that were
        tried; None where there are none, or where the metric is no count."""
        if metric in ("sent", "revenue"):
            return None
        of = self.sent + self.refused if metric in ("bounced", "refused") else self.sent
        return getattr(self, metric) / of if of else None


MEANINGS: Mapping[str, str] = {
    "sent": "mails that a mail server has taken from us, on the day on which it did",
    "delivered": (
        "of the sent mails, those that a provider has reported as delivered; where it reported none of its "
        "mails of that day, those that did not come back"
    ),
    "bounced": "mails that came back, or that the receiving side refused for good while it was asked",
    "complained": "mails that their reader has called spam, as far as providers tell",
    "opened": "mails that a person has opened: each once; what machines do does not count, who clicks opens",
    "clicked": "mails in which a person has followed a link: each once; what machines do does not count",
    "unsubscribed": "mails through whose links, or over whose provider, their reader has left a topic",
    "answered": "mails whose survey was answered",
    "converted": (
        "goals that people reached in time, each counted once over all campaigns: for the mail that was "
        "clicked last before, or else opened last, or else sent last"
    ),
    "revenue": (
        "what the orders among these goals are worth, less what was refunded, in the brand's currency; "
        "goals that are no orders are worth nothing"
    ),
    "refused": "of the bounced mails, those that were refused at once and so are not among the sent",
}
"""Each metric with its definition, to be read after its name."""


class Dimension(StrEnum):
    """What figures are broken down by."""

    CAMPAIGN = "campaign"
    STEP = "step"
    VARIANT = "variant"
    """The split and the arm whose step it is: `split/arm`; empty for a step outside all splits."""
    TEMPLATE = "template"
    LOCALE = "locale"
    """In which the mail was written; empty where that is not known."""
    TRANSPORT = "transport"
    WEEK = "week"
    """The Monday on which it began, as an ISO date."""
    DAY = "day"
    """An ISO date, by the brand's clock."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """The figures of one group of mails: `key` has a value for each dimension that was asked for."""

    key: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a group of people who entered has done until its time was over."""

    people: int = 0
    """Entries: who entered twice counts twice."""
    converted: int = 0
    """Of them, those who reached the goal in time, whatever mail it is credited to, if any."""
    revenue: int = 0
    """Ten-thousandths of the brand's currency, of the orders that were the goal, less refunds."""
    revenue_squares: int = 0
    """The sum of the squares of what each has brought in."""

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Outcomes)))


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The two groups that the lift compares: who could get mails, and who was held out by lot."""

    treated: Outcomes = field(default_factory=Outcomes)
    held_out: Outcomes = field(default_factory=Outcomes)
    first: date | None = None
    """The first day and the last day on which somebody of them entered."""
    last: date | None = None
    waiting: int = 0
    """Entries whose time for the goal is not over yet: they are in neither group."""
