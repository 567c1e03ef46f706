"""Moments and windows as the language writes them, before they are reckoned.

In conditions they go by the brand's clock, in triggers, steps and sending by the contact's. `now` is the
moment of the look, except where
time alone must not take anybody out (`left_segment`): there it is the moment of entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from penfriend.domain.fields import Field
from penfriend.domain.timing import (
    Duration,
    Moment,
    at_wall_clock,
    local_date,
    shift,
    shift_date,
    zone_of,
)


@dataclass(frozen=True, slots=True)
class FromNow:
    """`90 days ago` (sign -1), `in 3 days` (sign 1)."""

    duration: Duration
    sign: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """`monday`: the midnight that begins the next one, today not included. Monday is 0."""

    day: int


@dataclass(frozen=True, slots=True)
class At:
    """`2026-12-24` or `2026-12-24 09:00`; with a zone one instant for everybody."""

    day: date
    at: time | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`entry`: the moment at which the enrollment was entered."""


@dataclass(frozen=True, slots=True)
class OfField:
    """A field that holds a moment or a date; `offset` moves it: `7 days before FIELD` (sign -1), `2 hours
    after FIELD` (sign 1)."""

    field: Field
    offset: Duration | None = None
    sign: int = 1


@dataclass(frozen=True, slots=True)
class OfEntry:
    """`2 hours after entry`, `1 day before entry`."""

    offset: Duration
    sign: int = 1


MomentExpr = FromNow | Weekday | At | Entry | OfField | OfEntry

MomentOfField = Callable[[Field], "Moment | date | None"]
"""Reads a field's moment or date for the person in question; None where it has no value."""


@dataclass(frozen=True, slots=True)
class Window:
    """`last 30 days` (sign -1) or `next 30 days` (sign 1), ending or beginning now."""

    duration: Duration
    sign: int


def reckon(
    expr: MomentExpr,
    *,
    now: Moment,
    zone: ZoneInfo,
    entry: Moment | None = None,
    read: MomentOfField | None = None,
) -> Moment | None:
    """The moment that `expr` means by the clock of `zone`; None where its field or its enrollment is missing.

    A date is its midnight in `zone`; a date moved by days stays a date until then.
    """
    match expr:
        case FromNow(duration, sign):
            return shift(now, duration, zone, sign)
        case Weekday(day):
            today = local_date(now, zone)
            ahead = (day - today.weekday() - 1) % 7 + 1
            return at_wall_clock(today + timedelta(days=ahead), time(0), zone)
        case At(day, at, own_zone):
            return at_wall_clock(day, at or time(0), zone_of(own_zone) if own_zone else zone)
        case Entry():
            return entry
        case OfEntry(offset, sign):
            return None if entry is None else shift(entry, offset, zone, sign)
        case OfField(field, offset, sign):
            value = read(field) if read else None
            if value is None:
                return None
            if isinstance(value, date):
                if offset is not None and not offset.is_elapsed:
                    value, offset = shift_date(value, offset, sign), None
                value = at_wall_clock(value, time(0), zone)
            return value if offset is None else shift(value, offset, zone, sign)
