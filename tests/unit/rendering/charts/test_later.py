"""Charts that a page does not wait for: they come behind it, and the page has their tables at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.domain.charts import Chart, Kind, Series
from penfriend.rendering.charts.draughtsman import NotDrawn
from penfriend.rendering.charts.drawing import Drawings
from penfriend.rendering.charts.figure import Figures
from penfriend.rendering.dashboard_pages import DashboardPages
from penfriend.rendering.pages import Words, environment_of, read_texts
from penfriend.rendering.reader import Reader

CHART = Chart(Kind.BARS, "Sent", ("a", "b"), (Series("Mails", (1, 2)),))
LONG = 60.0


@dataclass
class Slow:
    """Draws when it may."""

    may: threading.Event = field(default_factory=threading.Event)
    fails: bool = False

    def draw(self, _: object) -> str:
        assert self.may.wait(LONG)
        if self.fails:
            raise NotDrawn("no")
        return "<svg/>"

    def end(self) -> None: ...

    def stop(self) -> None:
        self.may.set()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def drawings(slow: Slow) -> Iterator[Drawings]:
    made = Drawings(slow)
    yield made
    made.end()


def figure(drawings: Drawings, wait: float) -> str:
    words, environment = Words(read_texts("en", "dashboard")), environment_of("dashboard")
    reader = Reader(Locale("en"), ZoneInfo("Europe/London"), "EUR")
    return Figures(environment, words, reader, drawings, "/mail", wait)(CHART)


def keys_in(html: str) -> list[str]:
    found = re.search(
        r'hx-get="/mail/dashboard/drawings/([0-9a-f]{64})/([0-9a-f]{64})" hx-trigger="load"', html
    )
    return list(found.groups()) if found else []


def test_a_drawing_that_is_not_there_comes_behind_the_page(slow: Slow, drawings: Drawings) -> None:
    first = figure(drawings, 0)
    assert "<details open>" in first
    assert "<svg" not in first
    slow.may.set()
    drawn = DashboardPages(drawings).drawn(keys_in(first))
    assert drawn is not None
    assert drawn.count("<svg") == 2


def test_the_next_look_has_the_drawing_in_the_page(slow: Slow, drawings: Drawings) -> None:
    slow.may.set()
    assert figure(drawings, LONG) == figure(drawings, 0)
    again = figure(drawings, 0)
    assert (again.count("<svg"), keys_in(again), "<details open>" in again) == (2, [], False)


def test_nothing_is_awaited_that_cannot_be_drawn(slow: Slow, drawings: Drawings) -> None:
    slow.fails = True
    slow.may.set()
    html = figure(drawings, LONG)
    assert keys_in(html) == []
    assert "<details open>" in html


def test_a_drawing_that_nobody_asked_for_is_not_there(drawings: Drawings) -> None:
    assert DashboardPages(drawings).drawn(["0" * 64, "1" * 64]) is None
