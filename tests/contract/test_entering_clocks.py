"""Entering goes by each contact's own clock: lateness and re-entry in several zones across clock changes,
against plain Python with zoneinfo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from penfriend.domain.campaign import EventTrigger, Policy, PolicyWhen, Reentry
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Unit, from_datetime
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.looks_tables import look_zones, make_room
from tests.contract.entering_shop import EVERY, GB, Shop, campaign, contact
from tests.contract.shop_world import World

ZONES = (
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Tokyo",
    None,
    "Europe/Nowhere",
)
"""Who has none, or one that nobody knows, goes by the brand's: London's."""
SPRING, AUTUMN = "2026-03-28T01:30:00+00:00", "2026-10-24T02:30:00+00:00"
"""On the day after, London's clocks are changed, at 01:00 UTC."""
STARTS = (
    SPRING,
    AUTUMN,
    "2026-03-07T07:30:00+00:00",  # New York's spring, on the day after at 07:00 UTC
    "2026-04-03T15:30:00+00:00",  # Lord Howe's autumn, on the day after at 15:00 UTC, by half an hour
)
SHIFTS = range(-5, 6)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def moment(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text))


def days_later(at: int, days: int, zone: str | None) -> int:
    """So many days later by the zone's wall clock, in plain Python."""
    known = ZoneInfo("Europe/London" if zone in (None, "Europe/Nowhere") else zone)
    wall = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(known)
    moved = (wall.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=known)
    return round(moved.timestamp() * 1_000_000)


def shop_of(database: Database, one: object, zones: tuple[str | None, ...], **more: object) -> Shop:
    """A campaign that has long been active, and one contact for each zone."""
    people = [contact(number, timezone=zone, **more) for number, zone in enumerate(zones, 1)]
    shop = Shop(database, world=World(people))
    shop.activate(one, at=moment("2026-01-01T00:00:00+00:00"))  # type: ignore[arg-type]  # a campaign
    return shop


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("days", [1, 2])
def test_lateness_in_days_goes_by_the_contacts_clock(database: Database, start: str, days: int) -> None:
    late = Policy(max_lateness=Duration(days, Unit.DAYS))
    one = campaign(EventTrigger("seen", key="product_id"), policy=late)
    shop = shop_of(database, one, ZONES)
    now = moment(start) + days * DAY
    arrivals = {}
    for number, zone in enumerate(ZONES, 1):
        for by in SHIFTS:
            at = now - days * DAY + by * 30 * MINUTE
            arrivals[number, f"p{by}"] = at, zone
            shop.happen(len(arrivals), "seen", at, arrived=now, contact_id=number, product_id=f"p{by}")
    shop.look(now)
    too_late = {who for who, (at, zone) in arrivals.items() if days_later(at, days, zone) < now}
    assert {(row[0], row[1]) for row in shop.refused() if row[2] == "too_late"} == too_late
    assert {(row[0], row[1]) for row in shop.entered()} == arrivals.keys() - too_late
    assert {zone for _, zone in arrivals.values()} == set(ZONES)
    per_zone = {zone: sum(arrivals[who][1] == zone for who in too_late) for zone in ZONES}
    assert len(set(per_zone.values())) > 1, "no clock was changed for anybody"


@pytest.mark.parametrize("start", STARTS)
def test_reentry_in_days_goes_by_the_contacts_clock(database: Database, start: str) -> None:
    one = campaign(EventTrigger("seen"), reentry=Reentry(EVERY, Duration(3, Unit.DAYS)))
    zones = tuple(zone for zone in ZONES for _ in SHIFTS)
    shop = shop_of(database, one, zones)
    first = moment(start)
    for number in range(1, len(zones) + 1):
        shop.happen(number, "seen", first, contact_id=number)
    shop.look(first)
    shop.end_all(first + MINUTE)
    again = {}
    for number in range(1, len(zones) + 1):
        again[number] = first + 3 * DAY + SHIFTS[(number - 1) % len(SHIFTS)] * 30 * MINUTE
        shop.happen(1000 + number, "seen", again[number], contact_id=number)
    shop.look(first + 3 * DAY + 3 * HOUR)
    welcome = {who for who, at in again.items() if at >= days_later(first, 3, zones[who - 1])}
    assert {row[0] for row in shop.entered() if row[2] == 2} == welcome
    assert {row[0] for row in shop.refused() if row[2] == "too_soon"} == again.keys() - welcome


def test_the_last_when_that_holds_gives_the_lateness_by_the_same_clock(database: Database) -> None:
    longer = PolicyWhen(GB, Policy(max_lateness=Duration(3, Unit.DAYS)))
    late = Policy(max_lateness=Duration(1, Unit.DAYS), when=(longer,))
    one = campaign(EventTrigger("seen"), policy=late)
    shop = shop_of(database, one, ("Europe/London", "Asia/Tokyo"), country="GB")
    at = moment(SPRING)
    shop.happen(1, "seen", at, arrived=at, contact_id=1)
    shop.happen(2, "seen", at, arrived=at, contact_id=2)
    shop.look(at + 3 * DAY)  # of an hour less in London
    assert (shop.refused(), [row[0] for row in shop.entered()]) == ([(1, "", "too_late")], [2])


def test_late_and_false_is_late_and_suppressed_stays_suppressed(database: Database) -> None:
    shop = shop_of(database, campaign(EventTrigger("seen", condition=GB)), ("Asia/Tokyo", "Asia/Tokyo"))
    shop.execute(insert(t.suppressions).values(email_hash="h2", reason="complained", at=0))
    at = moment(SPRING)
    for who in (1, 2):
        shop.happen(who, "seen", at, arrived=at + 3 * DAY, contact_id=who)
    shop.look(at + 3 * DAY)
    assert sorted(shop.refused()) == [(1, "", "too_late"), (2, "", "suppressed")]


def test_a_look_leaves_no_clock_behind(database: Database) -> None:
    shop = shop_of(database, campaign(EventTrigger("seen")), ("Asia/Tokyo",))
    shop.happen(1, "seen", moment(SPRING))
    shop.look(moment(SPRING))
    with database.write() as connection:
        make_room(connection)
        assert connection.execute(select(look_zones)).all() == []
