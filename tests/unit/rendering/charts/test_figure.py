"""The figure of a chart: its table is written as its reader writes, and its small lines run right."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.domain.charts import Chart, Dates, Kind, Series, Written
from penfriend.rendering.charts.spark import spark
from penfriend.rendering.reader import Reader


def reader(language: str) -> Reader:
    return Reader(Locale(language), ZoneInfo("Europe/London"), "EUR")


@pytest.mark.parametrize(
    ("language", "written", "value", "told"),
    [
        ("en", Written.NUMBER, 1234.5, "1,234.5"),
        ("tr", Written.NUMBER, 1234.5, "1.234,5"),
        ("en", Written.PERCENT, 0.256, "26%"),
        ("en", Written.PERCENT, 0.0123, "1.2%"),
        ("tr", Written.PERCENT, 0.256, "%26"),
        ("pl", Written.MONEY, 1_234_500, "123,45\u00a0€"),
        ("ar", Written.NUMBER, -3, "\u200e-3"),
        ("en", Written.NUMBER, None, "–"),
    ],
)
def test_a_value_is_written_as_its_reader_writes(
    language: str, written: Written, value: float | None, told: str
) -> None:
    assert reader(language).value(value, written) == told


@pytest.mark.parametrize(
    ("dates", "language", "told"),
    [(Dates.DAY, "en", "Mar 2, 2026"), (Dates.MONTH, "en", "Mar 2026"), (Dates.MONTH, "ar", "مارس 2026")],
)
def test_a_date_is_written_as_what_it_stands_for(dates: Dates, language: str, told: str) -> None:
    assert reader(language).label(date(2026, 3, 2), dates) == told


def test_a_chart_with_a_value_too_few_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="one value for each label"):
        Chart(Kind.LINE, "Sent", ("a", "b"), (Series("Mails", (1,)),))


def test_a_chart_has_no_more_colours_than_can_be_told_apart() -> None:
    with pytest.raises(ValueError, match="at most 8 series"):
        Chart(Kind.LINE, "Sent", ("a",), (Series("Mails", (1,)),) * 9)


def test_a_spark_line_runs_from_its_first_value_to_its_last() -> None:
    html = spark((0, 5, None, 10), "Sent <each> day")
    assert 'points="3,25 41,14 117,3"' in html
    assert 'cx="117" cy="3"' in html
    assert 'aria-label="Sent &lt;each&gt; day"' in html


def test_a_spark_line_begins_at_the_right_where_people_read_from_there() -> None:
    assert 'points="117,25 3,3"' in spark((0, 10), "x", mirrored=True)


def test_one_value_has_no_course() -> None:
    assert spark((4, None), "x") == ""
