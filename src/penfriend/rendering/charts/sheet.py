"""What all forms of charts are drawn upon: the values of a chart in one reader's words, as data for Vega."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penfriend.domain.charts import Chart, Series
from penfriend.rendering.reader import Reader

HUES = tuple(f"#0101{number:02x}" for number in range(1, 9))
"""In place of --hue-1 to --hue-8."""
INK, QUIET, LINE = "#010201", "#010202", "#010203"
"""In place of --ink, --quiet and --line."""
WIDE, NARROW = 820, 400
"""The widths, in pixels, of the two drawings of a chart."""
FONT = "Helvetica Neue, Helvetica, Arial, Noto Sans Arabic, sans-serif"
LETTER_SIZE = 12
LETTER = 6.6
"""The width of a letter, about, in pixels."""
_APART, _END = "\u2068", "\u2069"
"""First strong isolate: text has the direction of its first letter (UAX 9)."""

Layer = dict[str, Any]
"""Of Vega-Lite."""
INK_TEXT = {"fill": INK}
HUE: Mapping[str, Any] = {"field": "c", "type": "nominal", "scale": None}
"""The colour of a value is that of its series."""


class Sheet:
    """One chart at one width for one reader."""

    def __init__(self, chart: Chart, reader: Reader, width: int, height: int) -> None:
        self.chart, self.reader, self.width, self.height = chart, reader, width, height

    def values(self) -> list[dict[str, Any]]:
        """Each value: its place, its series, itself, and what it is in words."""
        chart, reader = self.chart, self.reader
        return [
            {
                "n": at,
                "s": number,
                "v": value,
                "c": HUES[number % len(HUES)],
                "t": self.said(reader.value(value, chart.written)),
                "d": _told(reader, chart, one, at),
            }
            for number, one in enumerate(chart.series)
            for at, value in enumerate(one.values)
        ]

    def text(
        self,
        values: list[dict[str, Any]],
        align: str,
        where: Mapping[str, Any],
        more: Mapping[str, Any] | None = None,
    ) -> Layer:
        """What is written: the words of each value, there."""
        mark = {"type": "text", "align": align, "baseline": "middle", **(more or {})}
        text = {"text": {"field": "t", "type": "nominal"}}
        return {"data": {"values": values}, "mark": mark, "encoding": {**where, **text}}

    def said(self, text: str) -> str:
        """Text keeps the direction of its own in a drawing, which begins at the left."""
        return f"{_APART}{text}{_END}" if self.reader.is_rtl else text


def _told(reader: Reader, chart: Chart, one: Series, at: int) -> str:
    label = reader.label(chart.labels[at], chart.dates)
    value = reader.value(one.values[at], chart.written)
    name = f"{reader.label(one.name, chart.dates)}, " if len(chart.series) > 1 else ""
    return f"{name}{label}: {value}"


def cut(text: str, most: int) -> str:
    """The text, or its beginning where it is longer."""
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"
