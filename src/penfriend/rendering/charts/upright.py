"""Charts that stand upright: lines, areas and columns over a scale, with the labels below."""

from __future__ import annotations

import math
from typing import Any

from penfriend.domain.charts import Kind, Series
from penfriend.rendering.charts.scale import Scale, scale_of
from penfriend.rendering.charts.sheet import HUE, HUES, LETTER, LINE, Layer, Sheet, cut

_LONGEST = 24
"""Letters of a label; the table has all of them."""


class Upright(Sheet):
    """A line chart, an area chart, or columns."""

    def layers(self) -> list[Layer]:
        """Lines at the values, what is drawn, and the labels below."""
        scale = scale_of(self.chart)
        marks = {
            Kind.LINE: self._lines,
            Kind.AREA: self._areas,
            Kind.BARS: self._bars,
            Kind.STACKED: self._bars,
        }[self.chart.kind](scale)
        return [self._grid(scale), self._ticks(scale), *marks, self._labels()]

    def _grid(self, scale: Scale) -> Layer:
        values = [{"v": tick, "w": 1.5 if tick == 0 else 1} for tick in scale.ticks]
        return {
            "data": {"values": values},
            "mark": {"type": "rule", "stroke": LINE},
            "encoding": {
                "y": _y(scale),
                "x": {"value": 0},
                "x2": {"value": self.width},
                "size": {"field": "w", "type": "quantitative", "scale": None},
            },
        }

    def _ticks(self, scale: Scale) -> Layer:
        written = self.chart.written
        values = [{"v": tick, "t": self.said(self.reader.short(tick, written))} for tick in scale.ticks]
        rtl = self.reader.is_rtl
        where = {"x": {"value": self.width + 8 if rtl else -8}}
        return self.text(values, "left" if rtl else "right", {"y": _y(scale), **where})

    def _lines(self, scale: Scale) -> list[Layer]:
        x, y = self._x(), _y(scale)
        layers: list[Layer] = []
        for hue, one in zip(HUES, self.chart.series, strict=False):
            if one.band:
                layers.append(self._band(hue, one, scale))
            points = [{"n": at, "v": value} for at, value in enumerate(one.values)]
            line = {
                "type": "line",
                "stroke": hue,
                "strokeWidth": 2,
                "strokeJoin": "round",
                "strokeCap": "round",
            }
            layers.append({"data": {"values": points}, "mark": line, "encoding": {"x": x, "y": y}})
            dots = [point for at, point in enumerate(points) if _stands_out(one, at)]
            dot = {"type": "point", "filled": True, "fill": hue, "size": 36, "opacity": 1}
            layers.append({"data": {"values": dots}, "mark": dot, "encoding": {"x": x, "y": y}})
        return layers

    def _band(self, hue: str, one: Series, scale: Scale) -> Layer:
        ends = [
            {"n": at, "v": pair[0] if pair else None, "u": pair[1] if pair else None}
            for at, pair in enumerate(one.band)
        ]
        return {
            "data": {"values": ends},
            "mark": {"type": "area", "fill": hue, "fillOpacity": 0.16},
            "encoding": {"x": self._x(), "y": _y(scale), "y2": {"field": "u"}},
        }

    def _areas(self, scale: Scale) -> list[Layer]:
        y = {**_y(scale), "stack": "zero"}
        return [
            {
                "data": {"values": self.values()},
                "mark": {"type": "area", "fillOpacity": 0.85},
                "encoding": {"x": self._x(), "y": y, "color": HUE, "order": {"field": "s"}},
            }
        ]

    def _bars(self, scale: Scale) -> list[Layer]:
        stacked = self.chart.kind is Kind.STACKED
        encoding = {
            "x": self._x(),
            "y": {**_y(scale), "stack": "zero" if stacked else None},
            "color": HUE,
            "description": {"field": "d"},
        }
        side_by_side = {
            "xOffset": {"field": "s", "type": "ordinal", "scale": {"reverse": self.reader.is_rtl}}
        }
        more = {"order": {"field": "s"}} if stacked else side_by_side
        return [
            {
                "data": {"values": [one for one in self.values() if one["v"]]},
                "mark": {"type": "bar", "cornerRadiusEnd": 0 if stacked else 2},
                "encoding": encoding | more,
            }
        ]

    def _labels(self) -> Layer:
        told = [self.reader.label(one, self.chart.dates, short=True) for one in self.chart.labels]
        longest = max((min(len(one), _LONGEST) for one in told), default=1) * LETTER + 14
        every = max(1, math.ceil(len(told) * longest / self.width))
        values = [
            {"n": at, "t": self.said(cut(text, _LONGEST))} for at, text in enumerate(told) if at % every == 0
        ]
        return self.text(values, "center", {"x": self._x(), "y": {"value": self.height + 14}})

    def _x(self) -> dict[str, Any]:
        scale: dict[str, Any] = {
            "domain": list(range(len(self.chart.labels))),
            "reverse": self.reader.is_rtl,
        }
        if self.chart.kind in (Kind.LINE, Kind.AREA):
            scale |= {"type": "point", "padding": 0.5 if self.chart.kind is Kind.LINE else 0}
        else:
            scale |= {"type": "band", "paddingInner": 0.25, "paddingOuter": 0.15}
        return {"field": "n", "type": "ordinal", "scale": scale}


def _stands_out(one: Series, at: int) -> bool:
    """Whether a value has a dot of its own: the last, and one without neighbours, which no line shows."""
    values = one.values
    if values[at] is None:
        return False
    before = at > 0 and values[at - 1] is not None
    behind = any(value is not None for value in values[at + 1 :])
    return not behind or not (before or values[at + 1] is not None)


def _y(scale: Scale) -> dict[str, Any]:
    return {
        "field": "v",
        "type": "quantitative",
        "scale": {"domain": [scale.low, scale.high], "nice": False},
    }
