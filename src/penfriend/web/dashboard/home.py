"""The first page: which campaign earns and which annoys, this week against the last, what needs a look, what
comes in the next hours, and what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from penfriend.bootstrap.coming_hours import ComingHours, coming_hours
from penfriend.bootstrap.concerns import concerns_of
from penfriend.bootstrap.counting import comments_of
from penfriend.bootstrap.last_days import (
    WEEK,
    LastDays,
    annoys_most,
    balances,
    earns_most,
    last_days,
)
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import MOST_SERIES, Chart, Kind, Series, Written
from penfriend.domain.masking import mask_addresses
from penfriend.domain.results import Figures
from penfriend.domain.timing import to_datetime
from penfriend.engine.live import Live
from penfriend.rendering.dashboard_pages import called
from penfriend.rendering.wall import WallNote, wall
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

TILES = (
    ("sent", Written.NUMBER),
    ("clicked", Written.NUMBER),
    ("converted", Written.NUMBER),
    ("revenue", Written.MONEY),
)
"""The figures of the week, in the order in which they stand."""
SAME = 0.005
"""A change by less than this is none."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of this week against the same of the last."""

    metric: str
    written: Written
    now: int
    before: int
    days: tuple[int, ...]
    """Of both weeks."""

    @property
    def change(self) -> float | None:
        """As a share of the last week's; None where that had none."""
        return None if not self.before else self.now / self.before - 1

    @property
    def word(self) -> str:
        """`up`, `down`, `same`, `new`: what became of it."""
        if self.change is None:
            return "new" if self.now else "same"
        return "same" if abs(self.change) < SAME else "up" if self.change > 0 else "down"


class HomePage:
    """The page of `/`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/", Right.LOOK, self.show)]

    def show(self, ask: Ask) -> Response:
        """The page; where nothing is live, what to do first."""
        live = self._desk.live()
        values: dict[str, Any] = {"live": self._desk.house.revision_number(), "wall": self._wall(ask, live)}
        return self._desk.page(ask, "home", **values if live is None else values | self._values(ask, live))

    def _values(self, ask: Ask, live: Live) -> dict[str, Any]:
        house = self._desk.house
        found = last_days(house)
        balance = balances(found)
        return {
            "now": house.clock.now(),
            "tiles": tiles(found),
            "balances": balance,
            "aiming": live.definitions.aiming,
            "best": earns_most(balance),
            "worst": annoys_most(balance),
            "most": max((one.revenue for one in balance), default=0),
            "most_orders": max((one.orders for one in balance), default=0),
            "most_gone": max((one.gone for one in balance), default=0),
            "concerns": concerns_of(house, frozenset(live.definitions.campaigns)),
            "plain": mask_addresses,
            "coming": self._coming(ask, coming_hours(house, live)),
        }

    def _coming(self, ask: Ask, coming: ComingHours) -> Mapping[str, object]:
        """The chart of the next hours, with those words that go with it."""
        words = self._desk.words(ask)
        zone = self._desk.house.definitions().brand.zone
        begin = to_datetime(coming.begin, zone)
        labels = tuple(f"{begin + timedelta(hours=hour):%H:%M}" for hour in range(24))
        names, rest = list(coming.mails)[: MOST_SERIES - 1], list(coming.mails)[MOST_SERIES - 1 :]
        series = [Series(called(name), tuple(coming.mails[name])) for name in names]
        if rest:
            sums = tuple(sum(coming.mails[name][hour] for name in rest) for hour in range(24))
            series.append(Series(words.plain("coming_others"), sums))
        title = words.plain("coming_title")
        drawn = Chart(Kind.STACKED, title, labels, tuple(series), along=words.plain("coming_hour"))
        return {"chart": drawn, "total": coming.total, "is_all": coming.is_all}

    def _wall(self, ask: Ask, live: Live | None) -> list[WallNote] | None:
        """The newest comments; None where nobody was asked for any."""
        comments = comments_of(self._desk.house.db)
        if live is None or not (comments or live.definitions.surveys):
            return None
        accepted = ask.request.headers.get("accept-language", "")
        return wall(comments, live.definitions, live.renderer, self._desk.pages.locale(accepted))


def tiles(found: LastDays) -> list[Tile]:
    """The figures of the last seven days, today's among them, against those of the seven before."""
    days = found.by_day()[-2 * WEEK :]
    return [
        Tile(name, written, _sum(days[WEEK:], name), _sum(days[:WEEK], name), _each(days, name))
        for name, written in TILES
    ]


def _each(days: list[Figures], metric: str) -> tuple[int, ...]:
    return tuple(getattr(one, metric) for one in days)


def _sum(days: list[Figures], metric: str) -> int:
    return sum(_each(days, metric))
