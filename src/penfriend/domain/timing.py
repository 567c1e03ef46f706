"""Moments, durations, zones and sending windows.

A moment is an integer: microseconds since 1970-01-01 UTC. Days, weeks and months keep the wall-clock time
across a clock change,
minutes and hours are elapsed time. A wall-clock time that a zone skips moves forward by the gap; one that
comes twice means the first.
A day that a month lacks is its last.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

Moment = NewType("Moment", int)
"""Microseconds since 1970-01-01T00:00:00 UTC."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unit(StrEnum):
    """The units that the language knows."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_ELAPSED = {Unit.SECONDS: SECOND, Unit.MINUTES: MINUTE, Unit.HOURS: HOUR}


@dataclass(frozen=True, slots=True)
class Duration:
    """So many of a unit, as a person says it: `2 days`, `6 months`."""

    amount: int
    unit: Unit

    @property
    def is_elapsed(self) -> bool:
        """Minutes and hours are elapsed time; days and longer go by the wall clock."""
        return self.unit in _ELAPSED

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value[:-1] if self.amount == 1 else self.unit.value}"


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ZoneInfoNotFoundError or ValueError for a name that is none."""
    return ZoneInfo(name)


def from_datetime(value: datetime) -> Moment:
    """The moment of an aware datetime."""
    delta = value - _EPOCH
    return Moment((delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds)


def to_datetime(moment: Moment, zone: ZoneInfo | None = None) -> datetime:
    """The aware datetime of a moment, in `zone` or UTC."""
    value = _EPOCH + timedelta(microseconds=moment)
    return value.astimezone(zone) if zone else value


def iso_utc(moment: Moment) -> str:
    """ISO 8601 in UTC, such as `2026-03-02T10:00:00Z`."""
    return to_datetime(moment).isoformat().replace("+00:00", "Z")


def at_wall_clock(day: date, at: time, zone: ZoneInfo) -> Moment:
    """The moment at which the clock of `zone` shows `day` and `at`; a skipped time moves forward by the gap,
    a doubled one is the first."""
    wall = datetime.combine(
        day, at, tzinfo=zone
    )  # fold=0: before a gap this reads the old offset, which moves it by the gap
    return from_datetime(wall)


def midnight(day: date, zone: ZoneInfo) -> Moment:
    """The moment at which `day` begins in `zone`."""
    return at_wall_clock(day, time(0), zone)


def local_date(moment: Moment, zone: ZoneInfo) -> date:
    """The date that the calendar of `zone` shows at `moment`."""
    return to_datetime(moment, zone).date()


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months; a day that the month lacks is its last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def shift_date(day: date, duration: Duration, sign: int = 1) -> date:
    """`day` moved by days, weeks, months or years. Raises ValueError for elapsed units."""
    amount = sign * duration.amount
    match duration.unit:
        case Unit.DAYS:
            return day + timedelta(days=amount)
        case Unit.WEEKS:
            return day + timedelta(weeks=amount)
        case Unit.MONTHS:
            return add_months(day, amount)
        case Unit.YEARS:
            return add_months(day, 12 * amount)
        case _:
            raise ValueError(f"a date cannot be moved by {duration}")


def shift(moment: Moment, duration: Duration, zone: ZoneInfo, sign: int = 1) -> Moment:
    """`moment` moved by `duration` (back where `sign` is -1), by the clock of `zone` for days and longer."""
    if duration.is_elapsed:
        return Moment(moment + sign * duration.amount * _ELAPSED[duration.unit])
    wall = to_datetime(moment, zone)
    moved = shift_date(wall.date(), duration, sign)
    return at_wall_clock(moved, wall.time(), zone)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """The hours and weekdays in which marketing mail may go out, by the contact's clock.

    `opens` is included, `closes` is not. A window whose `closes` is not after its `opens` goes over midnight
    and belongs to the day on
    which it opened. `days` are Python's weekdays, Monday is 0.
    """

    opens: time = time(0)
    closes: time = time(0)
    days: frozenset[int] = frozenset(range(7))

    @property
    def is_always_open(self) -> bool:
        """No hour and no day is left out."""
        return self.opens == self.closes and len(self.days) == 7

    def next_open(self, moment: Moment, zone: ZoneInfo) -> Moment:
        """`moment` where the window is open then, else the moment at which it next opens."""
        if self.is_always_open:
            return moment
        today = local_date(moment, zone)
        for offset in range(-1, 9):
            day = today + timedelta(days=offset)
            if day.weekday() not in self.days:
                continue
            start = at_wall_clock(day, self.opens, zone)
            end_day = day if self.closes > self.opens else day + timedelta(days=1)
            end = at_wall_clock(end_day, self.closes, zone)
            if moment < end:
                return max(moment, start)
        raise ValueError("a sending window needs at least one day")


@dataclass(frozen=True, slots=True)
class Cap:
    """`at_most: 3 per 7 days`: so many marketing mails within so long."""

    mails: int
    per: Duration

    def since(self, now: Moment, zone: ZoneInfo) -> Moment:
        """The moment from which mails count at `now`; a mail of exactly that moment does not count any
        more."""
        return shift(now, self.per, zone, -1)
