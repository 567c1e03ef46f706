"""A chart as a Vega-Lite document, at one width.

Everything that is written stands in the data, put into the reader's words before: no text of anybody becomes
an expression of Vega, and Vega writes no number of its own. Colours are the ones of HUES, which stand for
variables of the style sheet (`penfriend.rendering.charts.svg`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penfriend.domain.charts import Chart, Kind
from penfriend.rendering.charts.lying import Heat, Rows
from penfriend.rendering.charts.sheet import FONT, LETTER_SIZE, QUIET, WIDE
from penfriend.rendering.charts.upright import Upright
from penfriend.rendering.reader import Reader

_ROW, _FIELD = 30, 26
"""The height, in pixels, of a bar with its room, and of a field of a heat map."""
_HEIGHTS = {True: 240, False: 210}
"""Of what stands upright, in a wide drawing and in a narrow one."""


def document(chart: Chart, reader: Reader, width: int) -> Mapping[str, Any]:
    """The Vega-Lite document; one chart at one width for one reader always gives the same."""
    forms: Mapping[Kind, type[Rows | Heat]] = {Kind.ROWS: Rows, Kind.HEAT: Heat}
    sheet: type[Rows | Heat | Upright] = forms.get(chart.kind, Upright)
    height = _height(chart, width)
    return {
        "width": width,
        "height": height,
        "padding": 4,
        "layer": sheet(chart, reader, width, height).layers(),
        "resolve": {"scale": {"color": "independent"}},
        "config": {
            "background": None,
            "view": {"stroke": None},
            "axis": {"disable": True},
            "legend": {"disable": True},
            "text": {"font": FONT, "fontSize": LETTER_SIZE, "fill": QUIET},
            "font": FONT,
        },
    }


def _height(chart: Chart, width: int) -> int:
    if chart.kind is Kind.ROWS:
        return max(1, len(chart.labels) * len(chart.series)) * _ROW
    return max(1, len(chart.series)) * _FIELD if chart.kind is Kind.HEAT else _HEIGHTS[width == WIDE]
