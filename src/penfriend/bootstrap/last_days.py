"""The last thirty days of every campaign, day by day: what the first page and the list of campaigns show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from penfriend.bootstrap.results import results_of
from penfriend.domain.results import Dimension, Figures
from penfriend.domain.timing import local_date, midnight

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

DAYS = 30
WEEK = 7
FEW = 50
"""Fewer mails than this say nothing about a campaign."""


@dataclass(frozen=True, slots=True)
class LastDays:
    """The figures by day and campaign; days without a mail have none."""

    days: tuple[date, ...]
    """The last is today, by the brand's clock."""
    figures: Mapping[tuple[date, str], Figures]

    def by_day(self, campaign: str | None = None) -> list[Figures]:
        """Each day's, of one campaign or of all together."""
        found: dict[date, Figures] = defaultdict(Figures)
        for (day, name), one in self.figures.items():
            if campaign in (None, name):
                found[day] += one
        return [found[day] for day in self.days]

    def by_campaign(self) -> dict[str, Figures]:
        """Those of the thirty days, by campaign."""
        found: dict[str, Figures] = defaultdict(Figures)
        for (_, name), one in self.figures.items():
            found[name] += one
        return dict(found)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a campaign's mails of thirty days bring in, and what they cost in patience."""

    name: str
    figures: Figures

    @property
    def revenue(self) -> float:
        """For a hundred mails, in ten-thousandths of the brand's currency."""
        return self._for(100, self.figures.revenue)

    @property
    def orders(self) -> float:
        """Goals reached, for a hundred mails."""
        return self._for(100, self.figures.converted)

    @property
    def gone(self) -> float:
        """People who left a topic or called it spam, for a thousand mails."""
        return self._for(1000, self.figures.unsubscribed + self.figures.complained)

    @property
    def is_few(self) -> bool:
        """Whether there are too few mails to say anything."""
        return self.figures.sent < FEW

    def _for(self, mails: int, what: int) -> float:
        return what * mails / self.figures.sent if self.figures.sent else 0.0


def last_days(house: House) -> LastDays:
    """The figures of the thirty days that end today."""
    zone = house.definitions().brand.zone
    today = local_date(house.clock.now(), zone)
    days = tuple(today - timedelta(days=back) for back in reversed(range(DAYS)))
    lines = results_of(house, (Dimension.DAY, Dimension.CAMPAIGN), midnight(days[0], zone))
    return LastDays(days, {(date.fromisoformat(one.key[0]), one.key[1]): one.figures for one in lines})


def balances(found: LastDays) -> list[Balance]:
    """Every campaign that has mailed, who earns most first, those with too few mails behind the others."""
    all_of_them = [Balance(name, one) for name, one in found.by_campaign().items() if one.sent]
    return sorted(all_of_them, key=lambda one: (one.is_few, -one.revenue, -one.orders, one.name))


def earns_most(found: list[Balance]) -> Balance | None:
    """The one that brings in most for a hundred mails: money, or goals where no goal is an order."""
    return _most(found, lambda one: (one.revenue, one.orders))


def annoys_most(found: list[Balance]) -> Balance | None:
    """The one from which most people run for a thousand mails."""
    return _most(found, lambda one: (one.gone, 0))


def _most(found: list[Balance], by: Callable[[Balance], tuple[float, float]]) -> Balance | None:
    known = [one for one in found if not one.is_few]
    best = max(known, key=by, default=None)
    return best if best is not None and any(by(best)) else None
