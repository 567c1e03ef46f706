"""The calendar of dates and schedules: every zone, every clock change, every day once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.calendar import Occasion, next_occasion, occasions, stored_days
from penfriend.domain.cron import check_cron
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Moment, Unit, from_datetime
from penfriend.domain.triggers import DateTrigger, Every, ScheduleTrigger

BIRTHDAY = Field("contact.birthday", "contact", "birthday", FieldType.DATE)
NINE = ScheduleTrigger(cron="0 9 * * *")
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
HOURS, MINUTES = timedelta(hours=1), timedelta(minutes=1)
ZONES = sorted(available_timezones() - {"localtime"})
LONDON = ZoneInfo("Europe/London")


def utc(text: str) -> Moment:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


@lru_cache(maxsize=1)
def clocks() -> dict[tuple[tuple[datetime, timedelta], ...], ZoneInfo]:
    """Every clock of the world in 2026 and 2027: from when on it has which offset, to the minute; and a zone
    that goes by it."""
    return {_pieces(zone): zone for zone in map(ZoneInfo, ZONES)}


def _pieces(zone: ZoneInfo) -> tuple[tuple[datetime, timedelta], ...]:
    """No clock changes twice in a week."""
    found, at, week = [(BEGIN, offset(BEGIN, zone))], BEGIN, timedelta(days=7)
    while at < END:
        low, high, known = at, at + week, found[-1][1]
        if offset(high, zone) != known:
            while high - low > MINUTES:
                middle = low + (high - low) // MINUTES // 2 * MINUTES
                low, high = (middle, high) if offset(middle, zone) == known else (low, middle)
            found.append((high, offset(high, zone)))
        at += week
    return tuple(found)


def by_walking(zone: ZoneInfo, wall: time, begin: datetime, end: datetime) -> list[tuple[str, Moment]]:
    """When the clock of the zone shows `wall`, minute by minute in (begin, end]: the first time on each day;
    a time that is skipped is reckoned by the clock as it went before."""
    found: dict[date, Moment] = {}
    at, minute = begin - 2 * HOURS, MINUTES
    while at <= end:
        shown, before = ((at - back).astimezone(zone).replace(tzinfo=None) for back in (timedelta(0), minute))
        if shown.time() == wall:
            found.setdefault(shown.date(), from_datetime(at))
        for day in (before.date(), shown.date()):
            skipped = datetime.combine(day, wall)
            if before < skipped < shown:
                found.setdefault(day, from_datetime(at + (skipped - before - minute)))
        at += minute
    named = ((f"{day} {wall:%H:%M}", moment) for day, moment in found.items())
    return [(name, at) for name, at in named if from_datetime(begin) < at <= from_datetime(end)]


def told(found: list[Occasion]) -> list[tuple[str, Moment]]:
    return [(one.occurrence, one.at) for one in found]


def test_nine_in_the_morning_comes_exactly_once_each_day_in_every_zone() -> None:
    """All zones, all days of 2026 and 2027: the clock shows nine then, for the first time on that day."""
    for zone in clocks().values():
        found = occasions(NINE, zone, from_datetime(BEGIN), from_datetime(END))
        days = []
        for one in found:
            shown = datetime.fromtimestamp(one.at // 1_000_000, UTC).astimezone(zone)
            days.append(shown.date())
            assert shown.replace(tzinfo=None) == datetime.fromisoformat(one.occurrence)
            assert (shown.time(), shown.fold) == (time(9), 0), (zone, one)
        first = BEGIN.astimezone(zone)
        begin = first.date() + timedelta(days=first.time() >= time(9))
        assert days == [begin + timedelta(days=n) for n in range(730)], zone


def test_around_every_change_of_every_clock_each_wall_clock_time_comes_once() -> None:
    """Half an hour into what is skipped or comes twice, and an hour before."""
    for pieces, zone in clocks().items():
        for (_, before), (change, _) in pairwise(pieces):
            begin, end = change - 3 * HOURS, change + 4 * HOURS
            for wall in (change + before - HOURS / 2, change + before + HOURS / 2):
                trigger = ScheduleTrigger(cron=f"{wall.minute} {wall.hour} * * *")
                found = occasions(trigger, zone, from_datetime(begin), from_datetime(end))
                assert told(found) == by_walking(zone, wall.time(), begin, end), (zone, change)
    assert sum(len(pieces) > 1 for pieces in clocks()) > 20


def test_a_skipped_time_moves_forward_by_the_gap_to_where_another_is_too() -> None:
    half_past = ScheduleTrigger(cron="30 * * * *")
    found = occasions(half_past, LONDON, utc("2026-03-29 00:00"), utc("2026-03-29 02:00"))
    assert told(found) == [
        ("2026-03-29 00:30", utc("2026-03-29 00:30")),
        ("2026-03-29 01:30", utc("2026-03-29 01:30")),
        ("2026-03-29 02:30", utc("2026-03-29 01:30")),
    ]


def test_a_day_that_a_zone_skips_moves_to_the_next() -> None:
    found = occasions(NINE, ZoneInfo("Pacific/Apia"), utc("2011-12-29 00:00"), utc("2011-12-31 12:00"))
    assert told(found) == [
        ("2011-12-29 09:00", utc("2011-12-29 19:00")),
        ("2011-12-30 09:00", utc("2011-12-30 19:00")),
        ("2011-12-31 09:00", utc("2011-12-30 19:00")),
    ]


CRONS = ("* * * * *", "*/7 * * * *", "30 1 * * *", "0 9 * * 0", "0 10 1 * *", "15 2 29 2 *", "0 0 L * *")
OFFSETS = st.none() | st.builds(
    Duration, st.integers(0, 40), st.sampled_from((Unit.HOURS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS))
)
TRIGGERS = st.builds(ScheduleTrigger, cron=st.sampled_from(CRONS)) | st.builds(
    DateTrigger,
    field=st.just(BIRTHDAY),
    every=st.sampled_from((None, *Every)),
    offset=OFFSETS,
    sign=st.sampled_from((-1, 1)),
    at=st.sampled_from((time(0), time(1, 30), time(9))),
)
SOME_ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo")]
)
MOMENTS = st.integers(utc("2026-02-20 00:00") // MINUTE, utc("2026-11-10 00:00") // MINUTE).map(
    lambda minute: Moment(minute * MINUTE)
)


@given(TRIGGERS, SOME_ZONES, MOMENTS, st.lists(st.integers(1, 3 * HOUR), min_size=1, max_size=8))
def test_looking_often_and_looking_seldom_find_the_same(
    trigger: DateTrigger | ScheduleTrigger, zone: ZoneInfo, begin: Moment, steps: list[int]
) -> None:
    found, at = [], begin
    for step in steps:
        found += occasions(trigger, zone, at, Moment(at + step))
        at = Moment(at + step)
    assert found == occasions(trigger, zone, begin, at)


@given(TRIGGERS, SOME_ZONES, MOMENTS)
def test_the_next_moment_is_the_first_that_is_found(
    trigger: DateTrigger | ScheduleTrigger, zone: ZoneInfo, after: Moment
) -> None:
    at = next_occasion(trigger, zone, after)
    assert at is not None
    assert occasions(trigger, zone, Moment(at - 1), at)[0].at == at
    assert occasions(trigger, zone, after, min(Moment(at - 1), Moment(after + 3 * DAY))) == []


def test_what_comes_no_more_has_no_next_moment() -> None:
    once = ScheduleTrigger(moment=At(date(2026, 4, 2), time(10)))
    assert next_occasion(once, LONDON, utc("2026-04-02 08:59")) == utc("2026-04-02 09:00")
    assert next_occasion(once, LONDON, utc("2026-04-02 09:00")) is None


def test_a_rare_day_is_found_far_ahead() -> None:
    rare = ScheduleTrigger(cron="0 0 * 2 MON#5")  # 29 February on a Monday
    assert next_occasion(rare, ZoneInfo("UTC"), utc("2026-01-01 00:00")) == utc("2044-02-29 00:00")


def moved(trigger: DateTrigger, stored: date, year: int, month: int) -> tuple[str, date] | None:
    """A plain reading: the anniversary of a date in a month, and the day to which it is moved."""
    if trigger.every is Every.YEAR and (month != stored.month or year <= stored.year):
        return None
    if trigger.every is Every.MONTH and (year, month) <= (stored.year, stored.month):
        return None
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    day = date(year, month, min(stored.day, last))
    name = str(year) if trigger.every is Every.YEAR else f"{year}-{month:02}"
    if trigger.day is not None:
        return name, day.replace(day=min(trigger.day, last))
    if trigger.offset is not None:
        return name, day + timedelta(days=trigger.sign * trigger.offset.amount)
    return name, day


@given(
    st.sampled_from(tuple(Every)),
    st.none() | st.integers(1, 31),
    st.none() | st.integers(0, 40),
    st.sampled_from((-1, 1)),
    st.lists(st.dates(date(2022, 1, 1), date(2027, 1, 1)), min_size=1, max_size=5),
    st.dates(date(2023, 12, 1), date(2026, 12, 1)),
)
def test_anniversaries_are_those_of_a_plain_reading(
    every: Every, number: int | None, days: int | None, sign: int, stored: list[date], day: date
) -> None:
    offset_ = None if days is None or number is not None else Duration(days, Unit.DAYS)
    trigger = DateTrigger(BIRTHDAY, every, offset_, sign, number)
    at = from_datetime(datetime.combine(day, time(0), tzinfo=UTC))
    found = {
        (one.occurrence, birthday)
        for one in occasions(trigger, ZoneInfo("UTC"), Moment(at - 1), at)
        for birthday in stored_days(trigger, one, date(2022, 1, 1))
        if birthday in stored
    }
    expected = set()
    for birthday in stored:
        for index in range(2022 * 12, 2028 * 12):
            came = moved(trigger, birthday, index // 12, index % 12 + 1)
            if came is not None and came[1] == day:
                expected.add((came[0], birthday))
    assert found == expected


def test_months_of_an_offset_gather_the_days_that_a_month_lacks() -> None:
    trigger = DateTrigger(BIRTHDAY, None, Duration(1, Unit.MONTHS))
    found = occasions(trigger, ZoneInfo("UTC"), utc("2026-02-27 12:00"), utc("2026-02-28 12:00"))
    assert [one.occurrence for one in found] == ["2026-01-28", "2026-01-29", "2026-01-30", "2026-01-31"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0 9 * *", "it has 4 fields, not five (minute, hour, day, month, weekday)"),
        ("0 0 9 * * *", "it has 6 fields, not five (minute, hour, day, month, weekday)"),
        ("61 9 * * *", "bad minute"),
        ("0 9 30 2 *", "bad day-of-month"),
    ],
)
def test_a_cron_expression_that_is_none_is_refused_in_words(written: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(").replace(")", r"\)") + "$"):
        check_cron(written)


def test_a_cron_expression_that_is_one_passes() -> None:
    for written in CRONS:
        check_cron(written)
