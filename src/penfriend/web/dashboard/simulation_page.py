"""The next 30 days, drawn: what the last simulation came to, for everybody; and a button for a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus

from starlette.responses import Response

from penfriend.bootstrap.future_page import MOST_BYTES, Future, FutureDesk
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import MOST_SERIES, Chart, Kind, Series
from penfriend.rendering.pages import Words
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

RELOADS = 4
"""Seconds after which a page that waits looks again by itself, also without a script."""
_LISTS = {
    "not_entered": ("door",),
    "skipped": ("skip", "end"),
    "postponed": ("wait",),
    "ended": ("end",),
}
"""By what is counted, in which of the closed lists its reasons stand."""


class SimulationPage:
    """The page of `/simulation`."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._futures = desk, FutureDesk(desk.house)

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/simulation", Right.LOOK, self.show),
            Route("POST", "/simulation", Right.PREVIEW, self.begin),
        ]

    def show(self, ask: Ask, fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        """The last one, and how far the one is that is under way."""
        progress, future = self._futures.progress(), self._futures.known()
        page = self._desk.page(
            ask,
            "simulation",
            status,
            future=future,
            progress=progress,
            is_old=future is not None and future.revision != self._desk.house.revision_number(),
            charts=() if future is None else (chart_of(future, self._desk.words(ask)),),
            busiest=None if future is None else _busiest(future),
            reasons=[] if future is None else _reasons(future),
            limit=MOST_BYTES // 1024**3,
            fault=fault,
            why=self._futures.fault,
        )
        if progress is not None:
            page.headers["Refresh"] = f"{RELOADS}; url={self._desk.root}/simulation"
        return page

    def begin(self, ask: Ask) -> Response:
        """Ask for a new one."""
        if self._futures.is_too_large():
            return self.show(ask, "simulation_too_large", HTTPStatus.CONFLICT)
        if not self._futures.begin():
            return self.show(ask, "simulation_busy", HTTPStatus.CONFLICT)
        return self._desk.to("/simulation")


def chart_of(future: Future, words: Words) -> Chart:
    """The campaigns with the most mails, and the others together."""
    sending = sorted(
        ((name, one.mails) for name, one in future.campaigns.items() if any(one.mails)),
        key=lambda pair: (-sum(pair[1]), pair[0]),
    )
    shown = sending if len(sending) <= MOST_SERIES else sending[: MOST_SERIES - 1]
    series = [Series(name, mails) for name, mails in shown]
    if len(shown) < len(sending):
        rest = _together(mails for _, mails in sending[len(shown) :])
        series.append(Series(words.plain("simulation_others"), rest))
    title, along = words.plain("simulation_chart"), words.plain("simulation_day")
    return Chart(Kind.STACKED, title, future.days, tuple(series), along=along)


def _together(many: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sum(of_day) for of_day in zip(*many, strict=True))


def _busiest(future: Future) -> tuple[object, int] | None:
    """The first day with the most mails, and how many."""
    whole = _together(one.mails for one in future.campaigns.values()) if future.campaigns else ()
    if not any(whole):
        return None
    most = max(whole)
    return future.days[whole.index(most)], most


def _reasons(future: Future) -> list[tuple[str, tuple[str, ...], list[tuple[str, int]]]]:
    """By what is counted: the key of its heading, the lists of its reasons, each reason with how many."""
    found = []
    for what, lists in _LISTS.items():
        total: Counter[str] = Counter()
        for one in future.campaigns.values():
            total.update(getattr(one, what))
        if total:
            found.append((f"simulation_{what}", lists, total.most_common()))
    return found
