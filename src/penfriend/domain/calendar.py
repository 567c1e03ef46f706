"""When the moments of `date` and `schedule` triggers come, zone by zone: the calendar of a campaign.

A moment is reckoned from the wall-clock time that names it, each wall-clock time once: one that a zone skips
moves forward by the gap (so it may fall on the same moment as a later one), one that comes twice means the
first.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from penfriend.domain.cron import cron_walls
from penfriend.domain.moments import At
from penfriend.domain.timing import (
    DAY,
    HOUR,
    Duration,
    Moment,
    at_wall_clock,
    shift,
    shift_date,
    to_datetime,
    zone_of,
)
from penfriend.domain.triggers import DateTrigger, Every, ScheduleTrigger

DatedTrigger = DateTrigger | ScheduleTrigger
"""Triggers whose moments come by the clock alone."""

_LOOK_AHEAD = (HOUR, 2 * DAY, 62 * DAY, 5 * 366 * DAY, 42 * 366 * DAY)
"""How far to look for the next moment, in turn: frequent ones are found without counting the rare."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class Occasion:
    """A moment at which people enter, and what the enrollment is about.

    `days`: whose date, before it is moved, it is then. Empty for a schedule, which is for everybody.
    """

    at: Moment
    occurrence: str
    days: tuple[date, ...] = ()


def occasions(trigger: DatedTrigger, zone: ZoneInfo, after: Moment, until: Moment) -> list[Occasion]:
    """The occasions of people in `zone` in (after, until], in their order."""
    if until <= after:
        return []
    found = _scheduled if isinstance(trigger, ScheduleTrigger) else _dated
    return sorted(found(trigger, zone, after, until))  # type: ignore[arg-type]  # chosen by the kind


def next_occasion(trigger: DatedTrigger, zone: ZoneInfo, after: Moment) -> Moment | None:
    """The first moment after `after` at which somebody in `zone` may enter; None where none comes any
    more."""
    if isinstance(trigger, ScheduleTrigger) and trigger.moment is not None:
        at = _instant(trigger.moment, zone)
        return at if at > after else None
    low = after
    for ahead in _LOOK_AHEAD:
        until = Moment(after + ahead)
        found = occasions(trigger, zone, low, until)
        if found:
            return found[0].at
        low = until
    return None


def stored_days(trigger: DateTrigger, occasion: Occasion, first: date) -> list[date]:
    """The dates, as they stand in the field, of those whose occasion it is; not before the month of `first`.

    An anniversary begins a year (a month) after the date itself.
    """
    if trigger.every is None:
        return list(occasion.days)
    found = {
        day
        for anniversary in occasion.days
        for year, month in _months_before(anniversary, first, trigger.every)
        for day in _days_that_fall_on(anniversary, year, month)
    }
    return sorted(found)


def _scheduled(trigger: ScheduleTrigger, zone: ZoneInfo, after: Moment, until: Moment) -> Iterator[Occasion]:
    if trigger.moment is not None:
        at = _instant(trigger.moment, zone)
        if after < at <= until:
            yield Occasion(at, _said(trigger.moment))
    elif trigger.cron is not None:
        for wall in cron_walls(trigger.cron, *_walls_about(zone, after, until)):
            at = at_wall_clock(wall.date(), wall.time(), zone)
            if after < at <= until:
                yield Occasion(at, wall.isoformat(" ", "minutes"))


def _instant(moment: At, zone: ZoneInfo) -> Moment:
    return at_wall_clock(moment.day, moment.at or time(0), zone_of(moment.zone) if moment.zone else zone)


def _said(moment: At) -> str:
    wall = datetime.combine(moment.day, moment.at or time(0)).isoformat(" ", "minutes")
    return f"{wall} {moment.zone}" if moment.zone else wall


def _dated(trigger: DateTrigger, zone: ZoneInfo, after: Moment, until: Moment) -> Iterator[Occasion]:
    """Each day has its moment; those whose date it is are found by `stored_days`."""
    elapsed = _elapsed(trigger, zone)
    low, high = Moment(after - elapsed), Moment(until - elapsed)
    first, last = _walls_about(zone, low, high)
    day = first.date()
    while day <= last.date():
        at = at_wall_clock(day, trigger.at, zone)
        if low < at <= high:
            for occurrence, days in _before_the_move(trigger, day).items():
                yield Occasion(Moment(at + elapsed), occurrence, tuple(days))
        day += _DAY


def _elapsed(trigger: DateTrigger, zone: ZoneInfo) -> int:
    """What an offset in hours or minutes adds to the moment, in microseconds."""
    if trigger.offset is None or not trigger.offset.is_elapsed:
        return 0
    return shift(Moment(0), trigger.offset, zone, trigger.sign)


def _before_the_move(trigger: DateTrigger, day: date) -> dict[str, list[date]]:
    """The dates that offset and `day` take to this day, by occurrence."""
    found: dict[str, list[date]] = {}
    offset = trigger.offset if trigger.offset is not None and not trigger.offset.is_elapsed else None
    starts = [day] if offset is None else _starts(day, offset, trigger.sign)
    for start in starts:
        for one in [start] if trigger.day is None else _taken_to(start, trigger.day):
            found.setdefault(_occurrence(one, trigger.every), []).append(one)
    return found


def _starts(day: date, offset: Duration, sign: int) -> Iterator[date]:
    """Several where a month is shorter: 31 January and 28 January both come to 28 February."""
    about = shift_date(day, offset, -sign)
    for near in range(-3, 4):
        start = about + near * _DAY
        if shift_date(start, offset, sign) == day:
            yield start


def _taken_to(day: date, number: int) -> list[date]:
    """The dates of a month that are taken to this one, where it is day `number` or the last before."""
    last = monthrange(day.year, day.month)[1]
    if day.day != min(number, last):
        return []
    return [day.replace(day=each) for each in range(1, last + 1)]


def _occurrence(day: date, every: Every | None) -> str:
    text = day.isoformat()
    return {None: text, Every.YEAR: text[:4], Every.MONTH: text[:7]}[every]


def _months_before(anniversary: date, first: date, every: Every) -> Iterator[tuple[int, int]]:
    if every is Every.YEAR:
        yield from ((year, anniversary.month) for year in range(first.year, anniversary.year))
        return
    begin, end = (day.year * 12 + day.month - 1 for day in (first, anniversary))
    yield from ((month // 12, month % 12 + 1) for month in range(begin, end))


def _days_that_fall_on(anniversary: date, year: int, month: int) -> Iterator[date]:
    """The days of an earlier month whose anniversary it is: a day that its month lacks is its last."""
    is_last = anniversary.day == monthrange(anniversary.year, anniversary.month)[1]
    days: Iterable[int] = range(anniversary.day, 32) if is_last else (anniversary.day,)
    there = monthrange(year, month)[1]
    yield from (date(year, month, day) for day in days if day <= there)


def _walls_about(zone: ZoneInfo, after: Moment, until: Moment) -> tuple[datetime, datetime]:
    """Wall-clock times (beyond the first, up to the second) among which all are that mean a moment in
    (after, until].

    A skipped time goes by the offset before the gap, which is a day wide at most.
    """
    begin, end = to_datetime(Moment(after - 25 * HOUR)), to_datetime(until)
    offsets = [end.astimezone(zone).utcoffset() or timedelta(0)]
    while begin < end:
        offsets.append(begin.astimezone(zone).utcoffset() or timedelta(0))
        begin += timedelta(hours=12)
    low = to_datetime(after).replace(tzinfo=None) + min(offsets)
    return low, end.replace(tzinfo=None) + max(offsets)
