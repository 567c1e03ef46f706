"""How a moment that is relative to now moves while the clock goes on: which values it passes, and when.

A bound such as `90 days ago` runs behind the clock at a constant distance, but for the pieces that a clock
change or the end of a month makes; `monday` stands still and jumps. So between two looks it sweeps over
ranges of values, and each range is one range of an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from penfriend.domain.moments import FromNow, Weekday, reckon
from penfriend.domain.timing import HOUR, Moment, local_date, midnight

Moving = FromNow | Weekday
_STEP = 12 * HOUR


@dataclass(frozen=True, slots=True)
class Sweep:
    """The values in (low, high] are passed: value `v` at `v - offset`, or all of them at `at`.

    `back`: the bound went back over them, as it does where a clock change repeats an hour: what had turned
    turns back.
    """

    low: int
    high: int
    offset: int = 0
    at: int | None = None
    back: bool = False

    def moment(self, value: int) -> int:
        """When `value` is passed."""
        return value - self.offset if self.at is None else self.at


def sweeps(expr: Moving, start: int, end: int, zone: ZoneInfo, strict: bool) -> tuple[Sweep, ...]:
    """What the bound passes at moments in (start, end], in their order.

    A value is passed when the bound reaches it; where `strict`, when the bound is beyond it, a microsecond
    later.
    """
    if end <= start:
        return ()
    found = _path(expr, start, end, zone)
    if not strict:
        return found
    return tuple(Sweep(one.low - 1, one.high - 1, one.offset - 1, one.at, one.back) for one in found)


@lru_cache(maxsize=512)
def _path(expr: Moving, start: int, end: int, zone: ZoneInfo) -> tuple[Sweep, ...]:
    if isinstance(expr, Weekday):
        return tuple(_jumps(expr, start, end, zone))
    if expr.duration.is_elapsed:
        offset = _offset(expr, end, zone)
        return (Sweep(start + offset, end + offset, offset),)
    return tuple(_pieces(expr, start, end, zone))


def bound_at(expr: Moving, at: int, zone: ZoneInfo) -> int:
    """The value of the bound at a moment."""
    moment = reckon(expr, now=Moment(at), zone=zone)
    if moment is None:
        raise ValueError(f"{expr} is not relative to now")
    return moment


def _offset(expr: Moving, at: int, zone: ZoneInfo) -> int:
    return bound_at(expr, at, zone) - at


def _pieces(expr: FromNow, start: int, end: int, zone: ZoneInfo) -> Iterator[Sweep]:
    begin, offset = start, _offset(expr, start, zone)
    step = start
    while step < end:
        step = min(step + _STEP, end)
        while (change := _first_change(expr, begin, step, offset, zone)) is not None:
            if change - 1 > begin:
                yield Sweep(begin + offset, change - 1 + offset, offset)
            after = _offset(expr, change, zone)
            low, high = change - 1 + offset, change + after
            yield Sweep(min(low, high), max(low, high), at=change, back=high < low)
            begin, offset = change, after
    if end > begin:
        yield Sweep(begin + offset, end + offset, offset)


def _first_change(expr: FromNow, begin: int, end: int, offset: int, zone: ZoneInfo) -> int | None:
    """The first moment in (begin, end] at which the distance is another; steps are short enough not to
    hide a pair of changes."""
    low = max(begin, end - _STEP)
    if _offset(expr, end, zone) == offset:
        return None
    high = end
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(expr, middle, zone) == offset:
            low = middle
        else:
            high = middle
    return high


def _jumps(expr: Weekday, start: int, end: int, zone: ZoneInfo) -> Iterator[Sweep]:
    day, last = local_date(Moment(start), zone), local_date(Moment(end), zone)
    while day <= last:
        at = midnight(day, zone)
        if day.weekday() == expr.day and start < at <= end:
            yield Sweep(bound_at(expr, at - 1, zone), bound_at(expr, at, zone), at=at)
        day += timedelta(days=1)


def days_in(sweep: Sweep, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """The dates whose midnight is passed, and when."""
    day = local_date(Moment(sweep.low), zone)
    last = local_date(Moment(sweep.high), zone)
    while day <= last:
        begins = midnight(day, zone)
        if sweep.low < begins <= sweep.high:
            yield day, sweep.moment(begins)
        day += timedelta(days=1)
