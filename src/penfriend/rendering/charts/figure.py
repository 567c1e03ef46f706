"""The figure of a chart on a page: its title, its drawing, its legend, and the table of its numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from jinja2 import Environment
from markupsafe import Markup

from penfriend.domain.charts import Chart, Kind
from penfriend.rendering.pages import Words
from penfriend.rendering.reader import Reader


class Figures:
    """Makes the figures of one page: as a template calls it, `{{ chart(one) }}`."""

    def __init__(self, environment: Environment, words: Words, reader: Reader) -> None:
        self._template = environment.get_template("_chart.html")
        self._words, self._reader = words, reader
        self._numbers: Iterator[int] = itertools.count(1)

    def __call__(self, chart: Chart) -> Markup:
        """The figure. Where nothing can be drawn, its table is open."""
        reader = self._reader
        names = [reader.label(one.name, chart.dates) for one in chart.series]
        rows = [
            (
                reader.label(label, chart.dates),
                [reader.value(one.values[at], chart.written) for one in chart.series],
            )
            for at, label in enumerate(chart.labels)
        ]
        html = self._template.render(
            t=self._words,
            number=next(self._numbers),
            chart=chart,
            names=names,
            rows=rows,
            legend=names if len(names) > 1 and chart.kind is not Kind.HEAT else (),
            drawings=(),
        )
        return Markup(html)  # noqa: S704  # the template escapes
