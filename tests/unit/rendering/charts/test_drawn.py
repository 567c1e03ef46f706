"""Charts as vl-convert draws them: every form, every reader, and the texts of attackers as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.domain.charts import Chart, Dates, Kind, Series, Value, Written
from penfriend.domain.plain_text import one_line
from penfriend.rendering.charts.draughtsman import Draughtsman
from penfriend.rendering.charts.drawing import PATIENCE, Drawings
from penfriend.rendering.charts.figure import Figures
from penfriend.rendering.charts.scale import scale_of
from penfriend.rendering.charts.sheet import NARROW, WIDE
from penfriend.rendering.charts.svg import UnfitDrawing, fit_for_page
from penfriend.rendering.charts.vega import document
from penfriend.rendering.pages import Words, environment_of, read_texts
from penfriend.rendering.reader import Reader
from tests.support.attacks import attacks
from tests.support.skeleton import outline, words_of

DAYS = tuple(date(2026, 3, 1) + timedelta(days) for days in range(30))
ISOLATES = str.maketrans("", "", "\u2068\u2069")


@pytest.fixture(scope="module")
def draughtsman() -> Iterator[Draughtsman]:
    made = Draughtsman(PATIENCE * 5)
    yield made
    made.end()


def reader(language: str = "en") -> Reader:
    return Reader(Locale(language), ZoneInfo("Europe/London"), "EUR")


def drawn(draughtsman: Draughtsman, chart: Chart, language: str = "en", width: int = WIDE) -> ET.Element:
    svg = draughtsman.draw(document(chart, reader(language), width))
    return ET.fromstring(fit_for_page(svg, width))


def texts(svg: ET.Element) -> list[str]:
    return [(one.text or "").translate(ISOLATES) for one in svg.iter("text")]


def chart(kind: Kind, *values: Value, written: Written = Written.NUMBER) -> Chart:
    return Chart(kind, "Sent", DAYS[: len(values)], (Series("Mails", values),), written)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_form_is_drawn_in_the_colours_of_the_page(
    draughtsman: Draughtsman, kind: Kind, language: str
) -> None:
    for width in (WIDE, NARROW):
        svg = drawn(draughtsman, chart(kind, 3, None, 12, 7), language, width)
        used = {value for one in svg.iter() for key, value in one.items() if key in ("fill", "stroke")}
        assert "var(--hue-1)" in used
        assert {one for one in used if not one.startswith("var(--")} <= {"none", "transparent"}
        assert not any(key in ("style", "id", "href") for one in svg.iter() for key in one.attrib)


def test_numbers_and_dates_stand_there_as_the_reader_writes_them(draughtsman: Draughtsman) -> None:
    said = texts(drawn(draughtsman, chart(Kind.BARS, 0, 90_000_000, written=Written.MONEY), "tr"))
    assert {"1 Mar", "10\u00a0B\u00a0€", "0\u00a0€"} <= set(said)
    said = texts(drawn(draughtsman, chart(Kind.LINE, 0.1, 0.25, written=Written.PERCENT), "ar"))
    assert {"1 مارس", "30%"} <= set(said)


def test_a_chart_begins_where_people_begin_to_read(draughtsman: Draughtsman) -> None:
    def places(language: str) -> list[float]:
        svg = drawn(draughtsman, chart(Kind.BARS, 1, 2, 3), language)
        bars = [one for one in svg.iter("path") if one.find("title") is not None]
        return [float((one.get("d") or "M0").removeprefix("M").partition(",")[0]) for one in bars]

    assert places("en") == sorted(places("en"))
    assert places("ar") == sorted(places("ar"), reverse=True)


def test_a_bar_says_what_it_is_where_a_pointer_rests(draughtsman: Draughtsman) -> None:
    svg = drawn(draughtsman, chart(Kind.BARS, 1234))
    assert [one.text for one in svg.iter("title")] == ["Mar 1, 2026: 1,234"]


def test_a_gap_is_a_gap(draughtsman: Draughtsman) -> None:
    def begins(*values: Value) -> int:
        svg = drawn(draughtsman, chart(Kind.LINE, *values))
        lines = [one.get("d") or "" for one in svg.iter("path") if one.get("stroke") == "var(--hue-1)"]
        return sum(one.count("M") for one in lines)

    assert begins(1, 2, 3, 4) == 1
    assert begins(1, 2, None, 3, 4) == 2


STRINGS = [one for family in ("xss", "templates") for one in attacks(family)]


def attacked(kind: Kind, strings: Sequence[str]) -> Chart:
    """A chart of these texts alone."""
    values = (1,) * len(strings)
    return Chart(kind, strings[0], tuple(strings), (Series(strings[-1], values),) * 2, along=strings[1])


@pytest.mark.parametrize("kind", [Kind.BARS, Kind.ROWS, Kind.HEAT])
def test_texts_of_attackers_are_text_in_the_drawing(draughtsman: Draughtsman, kind: Kind) -> None:
    for at in range(0, len(STRINGS) - 40, 40):
        svg = drawn(draughtsman, attacked(kind, STRINGS[at : at + 40]))
        assert {one.tag for one in svg.iter()} <= {"svg", "g", "path", "line", "text", "title"}


def test_texts_of_attackers_are_text_in_the_figure() -> None:
    words, environment = Words(read_texts("en", "dashboard")), environment_of("dashboard")

    class Quick:
        def draw(self, _: object) -> str:
            return "<svg/>"

        def end(self) -> None: ...

        def stop(self) -> None: ...

    drawings = Drawings(Quick())

    def figure(strings: Sequence[str]) -> str:
        return Figures(environment, words, reader(), drawings, wait=60)(attacked(Kind.BARS, strings))

    plain = outline(figure(["x"] * 40))
    assert "<svg>" in dict(plain)
    for at in range(0, len(STRINGS) - 40, 40):
        some = STRINGS[at : at + 40]
        assert outline(figure(some)) == plain
        assert all(one_line(one) in words_of(figure(some)) for one in some)
    drawings.end()


@pytest.mark.parametrize(
    ("svg", "why"),
    [
        ("<svg><script/></svg>", "an element 'script'"),
        ("<svg><foreignObject/></svg>", "an element 'foreignObject'"),
        ('<svg><rect fill="url(http://a.example/)"/></svg>', "the value"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "a declaration"),
        ("<svg>", "no XML"),
    ],
)
def test_what_no_chart_has_is_refused(svg: str, why: str) -> None:
    with pytest.raises(UnfitDrawing, match=why):
        fit_for_page(svg, WIDE)


def test_what_is_not_on_the_list_is_left_out() -> None:
    svg = fit_for_page('<svg onload="x" style="x" id="x"><g class="x"><text>&lt;b&gt;</text></g></svg>', WIDE)
    assert svg == '<svg class="at-820" direction="ltr" aria-hidden="true"><g><text>&lt;b&gt;</text></g></svg>'


@pytest.mark.parametrize(
    ("kind", "values", "written", "ticks"),
    [
        (Kind.BARS, (0, 87), Written.NUMBER, (0, 25, 50, 75, 100)),
        (Kind.BARS, (1,), Written.NUMBER, (0, 1)),
        (Kind.LINE, (-40, 55), Written.NUMBER, (-50, -25, 0, 25, 50, 75)),
        (Kind.LINE, (0.031,), Written.PERCENT, (0, 0.01, 0.02, 0.03, 0.04)),
        (Kind.LINE, (None,), Written.NUMBER, (0, 1)),
    ],
)
def test_a_scale_has_round_lines_and_zero(
    kind: Kind, values: tuple[Value, ...], written: Written, ticks: tuple[float, ...]
) -> None:
    assert scale_of(chart(kind, *values, written=written)).ticks == ticks


def test_a_scale_has_room_for_columns_upon_each_other_and_for_intervals() -> None:
    two = (Series("a", (60,)), Series("b", (60,), ((50, 110),)))
    assert scale_of(Chart(Kind.STACKED, "x", ("x",), two)).high >= 120
    assert scale_of(Chart(Kind.LINE, "x", ("x",), two)).high == 150
    assert scale_of(Chart(Kind.LINE, "x", ("x",), (two[0],))).high == 60


def test_months_are_months(draughtsman: Draughtsman) -> None:
    cohorts = Chart(Kind.HEAT, "x", ("0",), (Series(DAYS[0], (1,)),), Written.PERCENT, Dates.MONTH)
    assert "Mar 2026" in texts(drawn(draughtsman, cohorts))
