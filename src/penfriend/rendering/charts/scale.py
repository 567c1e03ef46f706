"""The scale of a chart: from where to where, and at which values there is a line."""

from __future__ import annotations

import math
from dataclasses import dataclass

from penfriend.domain.charts import Chart, Kind, Written

_STEPS = (1, 2, 2.5, 5, 10)
_STACKED = (Kind.AREA, Kind.STACKED)


@dataclass(frozen=True, slots=True)
class Scale:
    """The lines of a chart, from the lowest to the highest, which are its ends too."""

    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """Where the chart begins."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """Where it ends."""
        return self.ticks[-1]


def scale_of(chart: Chart, lines: int = 4) -> Scale:
    """A scale that has all values of the chart, and zero, with about as many lines. People and mails come
    whole, and so do its steps where the values do."""
    low, high = _ends(chart)
    step = _step((high - low) / lines)
    if chart.written is Written.NUMBER and _is_whole(chart):
        step = max(1, step)
    first, last = math.floor(round(low / step, 9)), math.ceil(round(high / step, 9))
    return Scale(tuple(round(step * number, 9) for number in range(first, max(last, first + 1) + 1)))


def _ends(chart: Chart) -> tuple[float, float]:
    values = [value for one in chart.series for value in one.values if value is not None]
    values += [end for one in chart.series for ends in one.band if ends for end in ends]
    if chart.kind in _STACKED:
        columns = zip(*(one.values for one in chart.series), strict=True)
        values += [sum(value or 0 for value in column) for column in columns]
    return min(0, *values, 0), max(0, *values, 0)


def _step(wanted: float) -> float:
    if wanted <= 0:
        return 1
    size = 10.0 ** math.floor(math.log10(wanted))
    return next(size * one for one in _STEPS if size * one >= wanted * 0.999)


def _is_whole(chart: Chart) -> bool:
    return all(value is None or float(value).is_integer() for one in chart.series for value in one.values)
