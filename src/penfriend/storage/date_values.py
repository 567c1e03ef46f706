"""What the field of a date trigger holds of those whose date it is, as ranges of an index; and that index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, func, select

from penfriend.domain.calendar import Occasion, stored_days
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import FieldType
from penfriend.domain.timing import midnight, to_datetime
from penfriend.domain.triggers import DateTrigger
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.passed_moments import index_of, make_missing
from penfriend.storage.passed_moments_rows import Source, sources

Span = tuple[str, str] | tuple[int, int]
"""Dates as ISO text, or moments; both ends included."""

_DAY = timedelta(days=1)


class DateValues:
    """The values of one trigger's field."""

    def __init__(self, trigger: DateTrigger, definitions: Definitions) -> None:
        self._trigger = trigger
        self._is_date = trigger.field.type is FieldType.DATE
        segment = None if trigger.segment is None else definitions.segments[trigger.segment]
        self.sources = sources(trigger.field, segment)
        """The rows that hold them, all that can; none where the field is always missing."""

    def make_indexes(self, connection: Connection) -> list[str]:
        """Make the indexes on them that are missing; the names of those that were made."""
        wanted = [index_of(source, connection.dialect) for source in self.sources]
        return [name for one in wanted for name in make_missing(connection, one)]

    def first_day(self, connection: Connection) -> date | None:
        """No value lies before the month of this date; None where there is none at all."""
        found = [connection.execute(_lowest(source)).scalar() for source in self.sources]
        return min((self._day(lowest) for lowest in found if lowest is not None), default=None)

    def _day(self, lowest: Any) -> date:
        try:
            return date.fromisoformat(lowest) if self._is_date else to_datetime(lowest).date() - _DAY
        except (ValueError, OverflowError):  # a text that is no date, a moment out of the calendar
            return date.min

    def has_any(self, connection: Connection, spans: Sequence[Span]) -> bool:
        """Whether somebody has a value in one of these."""
        return any(
            connection.execute(_within(source), {"low": low, "high": high}).first() is not None
            for source in self.sources
            for low, high in spans
        )

    def spans(self, occasion: Occasion, zone: ZoneInfo, first: date) -> tuple[Span, ...]:
        """Whose date it is by the clock of `zone`: what their field holds. A moment counts as the date that
        their clock shows then."""
        days = stored_days(self._trigger, occasion, first)
        if self._is_date:
            return tuple((low.isoformat(), high.isoformat()) for low, high in _runs(days))
        return tuple((midnight(low, zone), midnight(high + _DAY, zone) - 1) for low, high in _runs(days))


def _runs(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last of each run of days that follow each other."""
    breaks = [place for place, (one, other) in enumerate(pairwise(days), 1) if other - one != _DAY]
    for begin, end in pairwise([0, *breaks, len(days)] if days else []):
        yield days[begin], days[end - 1]


@lru_cache(maxsize=1024)
def _within(source: Source) -> Select[Any]:
    type_ = TEXT if source.is_date else BIG
    return (
        select(source.contact)
        .select_from(source.table if source.joined is None else source.joined)
        .where(*source.where, source.value >= bindparam("low", type_=type_))
        .where(source.value <= bindparam("high", type_=type_))
        .limit(1)
    )


@lru_cache(maxsize=1024)
def _lowest(source: Source) -> Select[Any]:
    return select(func.min(source.value)).where(*source.where)
