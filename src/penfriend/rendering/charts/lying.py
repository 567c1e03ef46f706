"""Charts that lie: bars beside their names, and the fields of a heat map."""

from __future__ import annotations

import math

from penfriend.rendering.charts.scale import scale_of
from penfriend.rendering.charts.sheet import HUE, HUES, INK_TEXT, LETTER, Layer, Sheet, cut

_FAINT, _STRONG, _LEVELS = 0.06, 0.55, 6
"""Of a heat map: the ink is read on the strongest too."""
_LONGEST = 22
"""Letters of the name of a row of it; the table has all of them."""


class Rows(Sheet):
    """Bars beside their names."""

    def layers(self) -> list[Layer]:
        """Each name, its bar, and behind the bar its value."""
        chart, reader, rtl = self.chart, self.reader, self.reader.is_rtl
        scale = scale_of(chart)
        room = min(
            self.width * 0.42, max(len(reader.label(one, chart.dates)) for one in chart.labels) * LETTER
        )
        marked = self.values()
        ends = [room + 10, self.width - max(len(one["t"]) for one in marked) * LETTER - 10]
        across = {
            "domain": [scale.low, scale.high],
            "range": [self.width - one for one in ends] if rtl else ends,
        }
        x = {"field": "v", "type": "quantitative", "scale": across, "stack": None}
        y = {"field": "n", "type": "ordinal", "scale": {"domain": list(range(len(chart.labels)))}}
        offset = {"yOffset": {"field": "s", "type": "ordinal"}}
        names = [
            {"n": at, "t": self.said(cut(reader.label(one, chart.dates), int(room / LETTER)))}
            for at, one in enumerate(chart.labels)
        ]
        bar = {"type": "bar", "cornerRadiusEnd": 2, "height": {"band": 0.7}}
        beside = {"dx": -6 if rtl else 6}
        return [
            {
                "data": {"values": marked},
                "mark": bar,
                "encoding": {"x": x, "y": y, "color": HUE, "description": {"field": "d"}, **offset},
            },
            self.text(marked, "right" if rtl else "left", {"x": x, "y": y, **offset}, beside),
            self.text(
                names,
                "right" if rtl else "left",
                {"x": {"value": self.width if rtl else 0}, "y": y},
                INK_TEXT,
            ),
        ]


class Heat(Sheet):
    """A heat map."""

    def layers(self) -> list[Layer]:
        """A field for each value, its row's name before it, its column's above."""
        chart, reader, rtl = self.chart, self.reader, self.reader.is_rtl
        names = [cut(reader.label(one.name, chart.dates), _LONGEST) for one in chart.series]
        room = max((len(one) for one in names), default=1) * LETTER + 12
        ends = [self.width - room, 0] if rtl else [room, self.width]
        x = {
            "field": "n",
            "type": "ordinal",
            "scale": {"domain": list(range(len(chart.labels))), "range": ends},
        }
        y = {"field": "s", "type": "ordinal", "scale": {"domain": list(range(len(names)))}}
        fields = [one | {"o": self._strength(one["v"])} for one in self.values() if one["v"] is not None]
        heads = [reader.label(one, chart.dates, short=True) for one in chart.labels]
        each = (self.width - room) / max(1, len(heads))
        every = max(1, math.ceil((max((len(one) for one in heads), default=1) * LETTER + 6) / each))
        above = [{"n": at, "t": self.said(one)} for at, one in enumerate(heads) if at % every == 0]
        before = [{"s": at, "t": self.said(one)} for at, one in enumerate(names)]
        edge = {"x": {"value": self.width if rtl else 0}}
        layers = [
            {
                "data": {"values": fields},
                "mark": {
                    "type": "rect",
                    "fill": HUES[0],
                    "stroke": None,
                    "width": {"band": 0.96},
                    "height": {"band": 0.92},
                },
                "encoding": {
                    "x": x,
                    "y": y,
                    "fillOpacity": {"field": "o", "type": "quantitative", "scale": None},
                    "description": {"field": "d"},
                },
            },
            self.text(above, "center", {"x": x, "y": {"value": -8}}),
            self.text(before, "right" if rtl else "left", {**edge, "y": y}, INK_TEXT),
        ]
        if each >= max((len(one["t"]) for one in fields), default=1) * LETTER:
            layers.append(self.text(fields, "center", {"x": x, "y": y}, INK_TEXT))
        return layers

    def _strength(self, value: float) -> float:
        values = [abs(one) for series in self.chart.series for one in series.values if one is not None]
        share = abs(value) / (max(values) or 1)
        return round(_FAINT + (_STRONG - _FAINT) * math.ceil(share * _LEVELS) / _LEVELS, 3)
