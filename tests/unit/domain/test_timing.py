"""Laws of time: gaps and folds of every zone, months, sending windows, limits."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from penfriend.domain.timing import (
    DAY,
    HOUR,
    MINUTE,
    Cap,
    Duration,
    Moment,
    SendWindow,
    Unit,
    add_months,
    at_wall_clock,
    from_datetime,
    local_date,
    midnight,
    shift,
    shift_date,
    to_datetime,
    zone_of,
)

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1975, 1, 1), date(2036, 12, 31))
times = st.times().map(lambda at: at.replace(fold=0))
moments = st.integers(0, 2_000_000_000_000_000).map(Moment)

LONDON, WARSAW, ISTANBUL = ZoneInfo("Europe/London"), ZoneInfo("Europe/Warsaw"), ZoneInfo("Europe/Istanbul")


@cache
def clock_changes() -> list[tuple[ZoneInfo, date]]:
    """Every zone with each day of 2026 and 2027 on which its offset changes."""
    found = []
    for zone in map(ZoneInfo, ZONES):
        noons = [datetime(2026, 1, 1, 12, tzinfo=zone) + timedelta(days=n) for n in range(731)]
        offsets = [noon.utcoffset() for noon in noons]
        found += [(zone, noons[n].date()) for n in range(1, 731) if offsets[n] != offsets[n - 1]]
    return found


changing = st.deferred(
    lambda: st.tuples(st.sampled_from(clock_changes()), st.integers(-1, 1)).map(
        lambda drawn: (drawn[0][0], drawn[0][1] + timedelta(days=drawn[1]))
    )
)
places = st.one_of(st.tuples(zones, days), changing)
"""A zone and a day: any, or near a change of its clock."""


def at(text: str, zone: ZoneInfo) -> Moment:
    """The moment of a wall-clock time with its offset spelled out by Python's own reading of UTC."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC))


def offset_at(moment: Moment, zone: ZoneInfo) -> timedelta:
    offset = to_datetime(moment, zone).utcoffset()
    assert offset is not None
    return offset


@given(moments, zones)
def test_a_moment_survives_the_way_through_any_zone(moment: Moment, zone: ZoneInfo) -> None:
    assert from_datetime(to_datetime(moment, zone)) == moment


def test_there_are_clock_changes_to_look_at() -> None:
    assert len(clock_changes()) > 500


@settings(max_examples=500)
@given(places, times)
def test_a_wall_clock_time_is_shown_again_or_was_skipped(place: tuple[ZoneInfo, date], wall: time) -> None:
    """The rule of gaps: what the zone skips moves forward by the gap, so the clock shows a later time."""
    zone, day = place
    moment = at_wall_clock(day, wall, zone)
    shown = to_datetime(moment, zone).replace(tzinfo=None, fold=0)
    wanted = datetime.combine(day, wall)
    if shown == wanted:
        return
    gap = offset_at(moment, zone) - offset_at(Moment(moment - DAY), zone)
    assert shown - wanted == gap > timedelta(0)


@settings(max_examples=500)
@given(places, times)
def test_a_time_that_comes_twice_means_the_first(place: tuple[ZoneInfo, date], wall: time) -> None:
    zone, day = place
    moment = at_wall_clock(day, wall, zone)
    for back in range(15, 181, 15):
        earlier = to_datetime(Moment(moment - back * MINUTE), zone).replace(tzinfo=None)
        assert earlier != datetime.combine(day, wall)


def fold_and_gap_cases() -> list[tuple[str, str, str, str]]:
    return [
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:30:00+00:00"),
        ("Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30:00+00:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00+00:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00+00:00"),
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T22:00:00+00:00"),
        ("America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00:00+00:00"),
    ]


@pytest.mark.parametrize(("zone", "day", "wall", "expected"), fold_and_gap_cases())
def test_known_gaps_and_folds(zone: str, day: str, wall: str, expected: str) -> None:
    moment = at_wall_clock(date.fromisoformat(day), time.fromisoformat(wall), ZoneInfo(zone))
    assert to_datetime(moment) == datetime.fromisoformat(expected)


@given(days, zones)
def test_midnight_begins_its_day(day: date, zone: ZoneInfo) -> None:
    begin = midnight(day, zone)
    assert local_date(Moment(begin - 1), zone) < day
    assert local_date(begin, zone) >= day  # later where the zone skipped the whole day


@given(moments, st.integers(1, 10_000), zones)
def test_hours_and_minutes_are_elapsed_time(moment: Moment, amount: int, zone: ZoneInfo) -> None:
    assert shift(moment, Duration(amount, Unit.HOURS), zone) - moment == amount * HOUR
    assert moment - shift(moment, Duration(amount, Unit.MINUTES), zone, -1) == amount * MINUTE


@given(places, times, st.integers(1, 400))
def test_days_keep_the_wall_clock_time(place: tuple[ZoneInfo, date], wall: time, amount: int) -> None:
    zone, day = place
    start = at_wall_clock(day, wall, zone)
    assume(to_datetime(start, zone).replace(tzinfo=None, fold=0) == datetime.combine(day, wall))
    moved = shift(start, Duration(amount, Unit.DAYS), zone)
    assert moved == at_wall_clock(day + timedelta(days=amount), wall, zone)


def test_a_day_across_the_clock_change_has_23_or_25_hours() -> None:
    spring, autumn = at("2026-03-28T10:00", LONDON), at("2026-10-24T10:00", LONDON)
    one_day = Duration(1, Unit.DAYS)
    assert shift(spring, one_day, LONDON) - spring == 23 * HOUR
    assert shift(autumn, one_day, LONDON) - autumn == 25 * HOUR
    summer_everywhere = shift(at("2026-03-28T10:00", ISTANBUL), one_day, ISTANBUL)
    assert summer_everywhere - at("2026-03-28T10:00", ISTANBUL) == 24 * HOUR


@given(days, st.integers(-200, 200))
def test_months_keep_the_day_or_take_the_last(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    last = calendar.monthrange(moved.year, moved.month)[1]
    assert moved.day == min(day.day, last)


@given(days, st.integers(1, 50))
def test_weeks_and_years_are_days_and_months(day: date, amount: int) -> None:
    assert shift_date(day, Duration(amount, Unit.WEEKS)) == day + timedelta(days=7 * amount)
    assert shift_date(day, Duration(amount, Unit.YEARS), -1) == add_months(day, -12 * amount)


def test_a_date_is_not_moved_by_hours() -> None:
    with pytest.raises(ValueError, match="2 hours"):
        shift_date(date(2026, 1, 1), Duration(2, Unit.HOURS))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2028-02-29", 12, "2029-02-28")],
)
def test_a_day_that_a_month_lacks_is_its_last(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


windows = st.builds(
    SendWindow,
    times.map(lambda at: at.replace(second=0, microsecond=0)),
    times.map(lambda at: at.replace(second=0, microsecond=0)),
    st.frozensets(st.integers(0, 6), min_size=1),
)


def test_nine_oclock_comes_once_on_every_day_of_every_zone_whose_clock_changes() -> None:
    for zone, day in clock_changes():
        three = [at_wall_clock(day + timedelta(days=n), time(9), zone) for n in (-1, 0, 1)]
        assert [to_datetime(moment, zone).time() for moment in three] == [time(9)] * 3
        assert three == sorted(set(three))


@given(windows, moments, zones)
def test_a_window_opens_now_or_later_and_is_open_then(
    window: SendWindow, moment: Moment, zone: ZoneInfo
) -> None:
    opens = window.next_open(moment, zone)
    assert moment <= opens <= moment + 10 * DAY
    assert window.next_open(opens, zone) == opens


def is_open(window: SendWindow, moment: Moment, zone: ZoneInfo) -> bool:
    """By the clock alone: inside the hours of an allowed day; over midnight they belong to the day before."""
    shown = to_datetime(moment, zone)
    wall, today = shown.time(), shown.weekday()
    if window.opens < window.closes:
        return window.opens <= wall < window.closes and today in window.days
    late = wall >= window.opens and today in window.days
    early = wall < window.closes and (today - 1) % 7 in window.days
    return late or early


@given(
    windows,
    st.integers(10**15, 2 * 10**15).map(Moment),
    st.sampled_from(["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Africa/Lagos"]).map(ZoneInfo),
)
def test_a_window_is_open_by_the_clock(window: SendWindow, moment: Moment, zone: ZoneInfo) -> None:
    """In zones without clock changes the wall clock alone decides."""
    assert (window.next_open(moment, zone) == moment) == is_open(window, moment, zone)


def test_a_window_opens_after_the_gap_that_swallowed_its_opening() -> None:
    window = SendWindow(time(1, 30), time(20))
    assert window.next_open(at("2026-03-29T00:30", LONDON), LONDON) == at("2026-03-29T02:30", LONDON)


def test_a_window_that_ends_at_midnight_is_open_until_then() -> None:
    window = SendWindow(time(9), time(0))
    late = at("2026-06-01T23:59", WARSAW)
    assert window.next_open(late, WARSAW) == late
    assert window.next_open(at("2026-06-02T00:00", WARSAW), WARSAW) == at("2026-06-02T09:00", WARSAW)


def test_a_window_without_limits_is_always_open() -> None:
    assert SendWindow().is_always_open
    assert SendWindow().next_open(Moment(5), LONDON) == 5


def test_on_sunday_a_window_of_weekdays_opens_on_monday() -> None:
    window = SendWindow(time(9), time(20), frozenset(range(6)))
    assert window.next_open(at("2026-06-07T12:00", LONDON), LONDON) == at("2026-06-08T09:00", LONDON)


def test_a_limit_looks_back_by_the_contacts_calendar() -> None:
    cap = Cap(3, Duration(7, Unit.DAYS))
    assert cap.since(at("2026-04-02T10:00", LONDON), LONDON) == at("2026-03-26T10:00", LONDON)


def test_a_duration_is_written_as_people_write_it() -> None:
    assert [str(Duration(n, Unit.DAYS)) for n in (1, 2)] == ["1 day", "2 days"]


def test_a_zone_that_is_none_is_an_error_of_its_own() -> None:
    with pytest.raises((KeyError, ValueError)):
        zone_of("Europe/Lodnon")
