"""The law of dates: hourly steps, jumps from moment to moment and one late look let in the same people at the
same moments, and they are those of a plain reading of each person's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from penfriend.domain.campaign import DateTrigger, Every, Policy, ScheduleTrigger
from penfriend.domain.moments import At
from penfriend.domain.timing import (
    DAY,
    HOUR,
    Duration,
    Moment,
    Unit,
    add_months,
    at_wall_clock,
    local_date,
    shift_date,
    zone_of,
)
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from tests.contract.entering_shop import GB, Shop, campaign, contact
from tests.contract.shop_world import Row, World, named

Came = tuple[int, str, int, str | None]
"""Who, about what, when, and why not."""

BEGIN = int(datetime(2026, 3, 27, 10, tzinfo=UTC).timestamp()) * 1_000_000
END = BEGIN + 2 * DAY + HOUR  # the clocks of Europe go forward in between
ZONES = (None, "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati")
TIMES = (time(0), time(1, 30), time(2, 30), time(9))
FOREVER = Policy(max_lateness=Duration(99, Unit.DAYS))

schedules = st.one_of(
    st.builds(
        lambda at, condition: ScheduleTrigger(f"{at.minute} {at.hour} * * *", None, condition),
        st.sampled_from(TIMES),
        st.sampled_from((None, GB)),
    ),
    st.builds(
        lambda at, zone: ScheduleTrigger(moment=At(date(2026, 3, 29), at, zone)),
        st.sampled_from(TIMES),
        st.sampled_from(ZONES),
    ),
)
dates = st.builds(
    DateTrigger,
    field=st.sampled_from((named("contact.birthday"), named("contact.subscribed_at"))),
    every=st.sampled_from((None, *Every)),
    offset=st.sampled_from((None, Duration(1, Unit.DAYS), Duration(2, Unit.WEEKS))),
    sign=st.sampled_from((-1, 1)),
    at=st.sampled_from(TIMES),
)
near = st.sampled_from((0, 1, 14, 28, 31, 365, 366, -14)).flatmap(
    lambda back: st.integers(-3, 3).map(lambda days: date(2026, 3, 28) - timedelta(days=back + days))
)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


@st.composite
def people(draw: st.DrawFn) -> list[Row]:
    return [
        contact(
            number,
            timezone=draw(st.sampled_from(ZONES)),
            country=draw(st.sampled_from(("GB", "TR"))),
            birthday=draw(st.none() | near.map(date.isoformat)),
            subscribed_at=BEGIN - draw(st.integers(-20, 800 * 24)) * HOUR,
        )
        for number in range(1, draw(st.integers(2, 6)))
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(trigger=st.one_of(schedules, dates), contacts=people())
def test_stepping_jumping_and_looking_late_let_in_the_same(
    database: Database, trigger: DateTrigger | ScheduleTrigger, contacts: list[Row]
) -> None:
    expected = sorted((one for person in contacts for one in plain(trigger, person)), key=str)
    shop = fresh(database, trigger, contacts)
    moment = shop.looks.next_moment(shop.definitions, 1, Moment(BEGIN))
    while moment is not None and moment <= END:
        shop.look(moment)
        moment = shop.looks.next_moment(shop.definitions, 1, moment)
    assert came(shop) == expected
    shop = fresh(database, trigger, contacts)
    moment = shop.looks.next_moment(shop.definitions, 1, Moment(BEGIN), Moment(END))
    while moment is not None and moment <= END:
        shop.look(moment)
        moment = shop.looks.next_moment(shop.definitions, 1, moment, Moment(END))
    assert came(shop) == expected
    shop = fresh(database, trigger, contacts)
    for at in range(BEGIN + HOUR, END + 1, HOUR):
        shop.look(at)
    assert came(shop) == expected
    shop = fresh(database, trigger, contacts)
    shop.look(END)
    assert came(shop) == expected


def fresh(database: Database, trigger: DateTrigger | ScheduleTrigger, contacts: list[Row]) -> Shop:
    """A store with these people, activated at BEGIN; the first of them is not subscribed."""
    shop = Shop(database, world=World(contacts))
    shop.execute(delete(t.subscriptions).where(t.subscriptions.c.contact_id == 1))
    shop.activate(campaign(trigger, policy=FOREVER), at=BEGIN)
    return shop


def came(shop: Shop) -> list[Came]:
    with shop.database.read() as connection:
        entered = connection.execute(select(t.enrollments)).all()
        refused = connection.execute(select(t.refusals)).all()
    inside: list[Came] = [(row.contact_id, row.occurrence, row.entered_at, None) for row in entered]
    outside: list[Came] = [(row.contact_id, row.occurrence, row.at, row.reason) for row in refused]
    return sorted(inside + outside, key=str)


def plain(trigger: DateTrigger | ScheduleTrigger, person: Row) -> Iterator[Came]:
    """The moments of one person, day by day."""
    zone = zone_of(person["timezone"] or "Europe/London")
    reason = "not_consented" if person["id"] == 1 else None
    if reason is None and trigger.condition is not None and person["country"] != "GB":
        reason = "condition_false"
    found = scheduled(trigger, zone) if isinstance(trigger, ScheduleTrigger) else dated(trigger, person, zone)
    for occurrence, at in found:
        if BEGIN < at <= END:
            yield person["id"], occurrence, at, reason


def scheduled(trigger: ScheduleTrigger, zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    if trigger.moment is not None:
        day, at, own = trigger.moment.day, trigger.moment.at or time(0), trigger.moment.zone
        yield (
            f"{day} {at:%H:%M}" + (f" {own}" if own else ""),
            at_wall_clock(day, at, zone_of(own) if own else zone),
        )
        return
    minute, hour = (trigger.cron or "").split()[:2]
    for number in range(20, 40):
        day, at = date(2026, 3, 1) + timedelta(days=number), time(int(hour), int(minute))
        yield f"{day} {at:%H:%M}", at_wall_clock(day, at, zone)


def dated(trigger: DateTrigger, person: Row, zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    stored = person[trigger.field.key]
    if stored is None:
        return
    is_date = trigger.field.key == "birthday"
    own = date.fromisoformat(stored) if is_date else local_date(stored, zone)
    for occurrence, day in anniversaries(own, trigger.every):
        moved = day if trigger.offset is None else shift_date(day, trigger.offset, trigger.sign)
        yield occurrence, at_wall_clock(moved, trigger.at, zone)


def anniversaries(own: date, every: Every | None) -> Iterator[tuple[str, date]]:
    """The date itself; or every later year's, or month's, where a day that the month lacks is its last."""
    if every is None:
        yield str(own), own
        return
    for months in range(1, 1300):
        day = add_months(own, months)
        if every is Every.MONTH:
            yield f"{day:%Y-%m}", day
        elif day.month == own.month:
            yield f"{day:%Y}", day
