"""The figure of a chart on a page: its title, its drawing, its legend, and the table of its numbers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

from jinja2 import Environment
from markupsafe import Markup

from penfriend.domain.charts import Chart, Kind
from penfriend.rendering.charts.drawing import Drawings
from penfriend.rendering.charts.sheet import NARROW, WIDE
from penfriend.rendering.charts.vega import document
from penfriend.rendering.pages import Words
from penfriend.rendering.reader import Reader

WAIT = 1.5
"""Seconds that a page waits for its drawings, all of them together. They take 40 ms each, and half a second
more where none was made in the last minute; those of a page that was looked at before are there."""


class Figures:
    """Makes the figures of one page: as a template calls it, `{{ chart(one) }}`."""

    def __init__(self, environment: Environment, words: Words, reader: Reader, drawings: Drawings) -> None:
        self._template = environment.get_template("_chart.html")
        self._words, self._reader, self._drawings = words, reader, drawings
        self._numbers: Iterator[int] = itertools.count(1)
        self._left = WAIT

    def __call__(self, chart: Chart) -> Markup:
        """The figure. Where nothing can be drawn, its table is open."""
        names = [self._reader.label(one.name, chart.dates) for one in chart.series]
        html = self._template.render(
            t=self._words,
            number=next(self._numbers),
            chart=chart,
            names=names,
            rows=self._rows(chart),
            legend=names if len(names) > 1 and chart.kind is not Kind.HEAT else (),
            drawings=[] if chart.is_empty else self._drawn(chart),
        )
        return Markup(html)  # noqa: S704  # the template escapes

    def _rows(self, chart: Chart) -> list[tuple[str, list[str]]]:
        """Of the table: each label with the values that stand there."""
        columns = [[self._reader.value(value, chart.written) for value in one.values] for one in chart.series]
        heads = [self._reader.label(one, chart.dates) for one in chart.labels]
        return [(head, [column[at] for column in columns]) for at, head in enumerate(heads)]

    def _drawn(self, chart: Chart) -> list[Markup]:
        """One drawing for wide places and one for narrow ones; none where one is not there in time."""
        documents = {width: document(chart, self._reader, width) for width in (WIDE, NARROW)}
        asked = [self._drawings.ask(one, width) for width, one in documents.items()]
        begun = time.monotonic()
        found = [one.within(self._left - (time.monotonic() - begun)) for one in asked]
        self._left -= time.monotonic() - begun
        return [Markup(one) for one in found if one] if all(found) else []  # noqa: S704  # fit_for_page
