"""The figure of a chart on a page: its title, its drawing, its legend, and the table of its numbers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

from jinja2 import Environment
from markupsafe import Markup

from penfriend.domain.charts import Chart, Kind
from penfriend.rendering.charts.drawing import Drawing, Drawings, key_of
from penfriend.rendering.charts.sheet import NARROW, WIDE
from penfriend.rendering.charts.vega import document
from penfriend.rendering.pages import Words
from penfriend.rendering.reader import Reader

WAIT = 0.05
"""Seconds that a page waits for its drawings, all of them together. They take 40 ms each, and half a second
more where none was made in the last minute: what is not there by then comes behind the page. Those of a page
that was looked at before are there."""
LATER = 20.0
"""Seconds that what comes behind the page waits for a drawing."""


class Figures:
    """Makes the figures of one page: as a template calls it, `{{ chart(one) }}`."""

    def __init__(
        self,
        environment: Environment,
        words: Words,
        reader: Reader,
        drawings: Drawings,
        root: str = "",
        wait: float = WAIT,
    ) -> None:
        self._template = environment.get_template("_chart.html")
        self._words, self._reader, self._drawings = words, reader, drawings
        self._numbers: Iterator[int] = itertools.count(1)
        self._left, self._root = wait, root

    def __call__(self, chart: Chart) -> Markup:
        """The figure. Where nothing can be drawn, or is not there yet, its table is open."""
        names = [self._reader.label(one.name, chart.dates) for one in chart.series]
        drawn, later = ([], "") if chart.is_empty else self._drawn(chart)
        html = self._template.render(
            t=self._words,
            number=next(self._numbers),
            chart=chart,
            names=names,
            rows=self._rows(chart),
            legend=names if len(names) > 1 and chart.kind is not Kind.HEAT else (),
            drawings=drawn,
            later=later,
        )
        return Markup(html)  # noqa: S704  # the template escapes

    def _rows(self, chart: Chart) -> list[tuple[str, list[str]]]:
        """Of the table: each label with the values that stand there."""
        columns = [[self._reader.value(value, chart.written) for value in one.values] for one in chart.series]
        heads = [self._reader.label(one, chart.dates) for one in chart.labels]
        return [(head, [column[at] for column in columns]) for at, head in enumerate(heads)]

    def _drawn(self, chart: Chart) -> tuple[list[Markup], str]:
        """One drawing for wide places and one for narrow ones, or where they will be; neither where there is
        nothing to wait for."""
        documents = {width: document(chart, self._reader, width) for width in (WIDE, NARROW)}
        asked = [self._drawings.ask(one, width) for width, one in documents.items()]
        begun = time.monotonic()
        found = marked(asked, self._left)
        self._left -= time.monotonic() - begun
        if found or any(one.is_done and one.within(0) is None for one in asked):
            return found, ""
        return [], "/".join(
            (self._root, "dashboard", "drawings", *(key_of(one) for one in documents.values()))
        )


def marked(asked: Sequence[Drawing], seconds: float) -> list[Markup]:
    """These drawings as HTML; none where one is not there in that time, or cannot be drawn."""
    until = time.monotonic() + seconds
    found = [one.within(until - time.monotonic()) for one in asked]
    return [Markup(one) for one in found if one] if all(found) else []  # noqa: S704  # fit_for_page
