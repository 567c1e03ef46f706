"""Charts as values: what is to be seen, in which order, and how its numbers are written.

A chart knows nothing of colours, sizes or languages. Its title and the names of its series are already in the
reader's language; dates and numbers are written in the reader's locale where the chart is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_SERIES = 8
"""So many colours can be told apart; a heat map has a row for each series, and takes MOST_ROWS."""
MOST_ROWS = 60
MOST_LABELS = 400
"""Places along a chart: more than a year of days."""


class Kind(StrEnum):
    """The form of a chart."""

    LINE = "line"
    """Something over time; where a value is missing, the line has a gap."""
    AREA = "area"
    """Parts of a whole over time, one upon the other."""
    BARS = "bars"
    """Columns, those of one place side by side."""
    STACKED = "stacked"
    """Columns, those of one place one upon the other."""
    ROWS = "rows"
    """Bars that lie: for names that are long, and for a funnel."""
    HEAT = "heat"
    """A field for each series and label, the stronger the more: cohorts, hours of a week."""


class Written(StrEnum):
    """How the values are written."""

    NUMBER = "number"
    PERCENT = "percent"
    """The values are shares: 0.25 is a quarter."""
    MONEY = "money"
    """The values are ten-thousandths of the brand's currency, as everywhere here."""


class Dates(StrEnum):
    """What a date among the labels stands for."""

    DAY = "day"
    WEEK = "week"
    """Told by its first day."""
    MONTH = "month"


Label = str | date
"""A name in the reader's language, or a date."""
Value = float | None
"""None where there is none: nothing is drawn, and the table has a dash."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line, or the bars of one colour, or a row of a heat map."""

    name: Label
    values: tuple[Value, ...]
    """One for each label of the chart."""
    band: tuple[tuple[float, float] | None, ...] = ()
    """Of a line: from where to where each value may lie as well (an interval); empty for none."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, and its table: both have the same numbers."""

    kind: Kind
    title: str
    labels: tuple[Label, ...]
    """Along the chart, from its beginning: a right-to-left page begins at the right."""
    series: tuple[Series, ...]
    written: Written = Written.NUMBER
    dates: Dates = Dates.DAY
    along: str = ""
    """What the labels are, as the head of the table's first column; empty where it is plain."""

    def __post_init__(self) -> None:
        """Raises ValueError for one that cannot be drawn: that is a mistake of ours, never of data."""
        most = MOST_ROWS if self.kind is Kind.HEAT else MOST_SERIES
        if len(self.series) > most or len(self.labels) > MOST_LABELS:
            raise ValueError(f"a chart has at most {most} series and {MOST_LABELS} labels: {self.title}")
        for one in self.series:
            if len(one.values) != len(self.labels) or len(one.band) not in (0, len(self.labels)):
                raise ValueError(f"{one.name} has not one value for each label of the chart: {self.title}")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see: no value, or none but zero."""
        return not any(value for one in self.series for value in one.values)
