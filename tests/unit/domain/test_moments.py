"""What the moments of the language mean, reckoned by a clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At, Entry, FromNow, MomentExpr, OfEntry, OfField, Weekday, reckon
from penfriend.domain.timing import Duration, Moment, Unit, from_datetime, to_datetime

LONDON = ZoneInfo("Europe/London")
DAY_1, DAYS_7, HOURS_2 = Duration(1, Unit.DAYS), Duration(7, Unit.DAYS), Duration(2, Unit.HOURS)
EXPIRES = Field("points.expires_at", "points", "expires_at", FieldType.DATE)
UPDATED = Field("cart.updated_at", "cart", "updated_at", FieldType.MOMENT)


def at(text: str, zone: ZoneInfo = LONDON) -> Moment:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=zone))


NOW = at("2026-03-30T10:00")  # a Monday, the day after the clocks went forward
ENTRY = at("2026-03-28T10:00")


def reckoned(
    expr: MomentExpr, value: Moment | date | None = None, entry: Moment | None = ENTRY
) -> Moment | None:
    return reckon(expr, now=NOW, zone=LONDON, entry=entry, read=lambda _: value)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (FromNow(DAY_1, -1), "2026-03-29T10:00"),
        (FromNow(Duration(48, Unit.HOURS), -1), "2026-03-28T09:00"),
        (FromNow(Duration(1, Unit.MONTHS), 1), "2026-04-30T10:00"),
        (Weekday(0), "2026-04-06T00:00"),
        (Weekday(1), "2026-03-31T00:00"),
        (Weekday(6), "2026-04-05T00:00"),
        (At(date(2026, 12, 24)), "2026-12-24T00:00"),
        (At(date(2026, 12, 24), time(9)), "2026-12-24T09:00"),
        (At(date(2026, 12, 24), time(9), "Asia/Tokyo"), "2026-12-24T00:00"),
        (Entry(), "2026-03-28T10:00"),
        (OfEntry(HOURS_2), "2026-03-28T12:00"),
        (OfEntry(DAY_1), "2026-03-29T10:00"),
        (OfEntry(DAY_1, -1), "2026-03-27T10:00"),
    ],
)
def test_a_moment_without_a_field(expr: MomentExpr, expected: str) -> None:
    assert reckoned(expr) == at(expected)


@pytest.mark.parametrize(
    ("expr", "value", "expected"),
    [
        (OfField(UPDATED), at("2026-03-01T08:15"), "2026-03-01T08:15"),
        (OfField(UPDATED, HOURS_2), at("2026-03-29T00:30"), "2026-03-29T03:30"),
        (OfField(UPDATED, DAYS_7, -1), at("2026-03-30T10:00"), "2026-03-23T10:00"),
        (OfField(EXPIRES), date(2026, 4, 20), "2026-04-20T00:00"),
        (OfField(EXPIRES, DAYS_7, -1), date(2026, 4, 20), "2026-04-13T00:00"),
        (OfField(EXPIRES, Duration(1, Unit.MONTHS), -1), date(2026, 3, 31), "2026-02-28T00:00"),
        (OfField(EXPIRES, HOURS_2), date(2026, 4, 20), "2026-04-20T02:00"),
    ],
)
def test_a_moment_of_a_field(expr: MomentExpr, value: Moment | date, expected: str) -> None:
    assert reckoned(expr, value) == at(expected)


def test_without_an_enrollment_entry_is_missing() -> None:
    assert reckoned(Entry(), entry=None) is None
    assert reckoned(OfEntry(DAY_1), entry=None) is None


def test_a_field_without_a_value_is_missing() -> None:
    assert reckoned(OfField(UPDATED, DAY_1), None) is None
    assert reckon(OfField(UPDATED), now=NOW, zone=LONDON) is None


@given(st.integers(0, 6), st.integers(0, 2 * 10**15).map(Moment))
def test_a_weekday_is_the_next_one_and_never_today(day: int, now: Moment) -> None:
    found = reckon(Weekday(day), now=now, zone=LONDON)
    assert found is not None
    shown = to_datetime(found, LONDON)
    today = to_datetime(now, LONDON).date()
    assert shown.weekday() == day
    assert timedelta(days=1) <= shown.date() - today <= timedelta(days=7)


@given(st.integers(0, 2 * 10**15).map(Moment), st.integers(1, 48))
def test_ago_and_in_are_each_others_way_back_for_elapsed_time(now: Moment, hours: int) -> None:
    span = Duration(hours, Unit.HOURS)
    ago = reckon(FromNow(span, -1), now=now, zone=LONDON)
    assert ago is not None
    assert reckon(FromNow(span, 1), now=ago, zone=LONDON) == now
