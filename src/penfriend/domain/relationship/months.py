"""Months of the brand's clock, from the first that is known to the one that runs."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from zoneinfo import ZoneInfo

from penfriend.domain.timing import Moment, add_months, local_date, midnight


class Months:
    """The months from that of `first` to that of `now`, by number from 0."""

    def __init__(self, first: Moment, now: Moment, zone: ZoneInfo) -> None:
        day, last = local_date(first, zone).replace(day=1), local_date(now, zone)
        days: list[date] = []
        while day <= last:
            days.append(day)
            day = add_months(day, 1)
        self.names = [f"{day:%Y-%m}" for day in days]
        """As `2026-03`."""
        self.starts = [midnight(day, zone) for day in days]
        """The first moment of each."""
        self.end = midnight(day, zone)
        """The first moment behind the last."""

    def __len__(self) -> int:
        return len(self.names)

    def of(self, moment: Moment) -> int:
        """The number of the month with that moment; what was before the first is counted to it."""
        return max(0, bisect_right(self.starts, moment) - 1)
