"""Who enters by date: whose it is, at which moment and about what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from penfriend.domain.campaign import DateTrigger, Every, Reentry
from penfriend.domain.segment import Op, Segment, Things
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import DAY, HOUR, Duration, Moment, Unit
from penfriend.storage import dates as dates_module
from penfriend.storage.database import Database, open_database
from tests.contract.entering_shop import ALWAYS, NOW, SEGMENTS, Shop, campaign, utc, world
from tests.contract.shop_world import Row, named

BIRTHDAY = DateTrigger(named("contact.birthday"), Every.YEAR, at=time(9))


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def order(number: int, delivered: str, contact_id: int = 1, placed_at: int = 0) -> Row:
    return {
        "id": number, "contact_id": contact_id, "key": f"o{number}", "cart_key": None,
        "placed_at": placed_at + number, "net": 0, "refunded": 0, "delivered_at": utc(delivered),
    }  # fmt: skip


def test_a_birthday_comes_each_year_by_the_persons_clock(database: Database) -> None:
    people = world(
        {"birthday": "1990-06-02", "timezone": "Asia/Tokyo"},
        {"birthday": "1961-06-02"},
        {"birthday": "1990-06-03"},
        {"birthday": "2026-06-02"},  # born today
        {"birthday": "2030-06-02"},  # not yet
        {},
    )
    shop = Shop(database, campaign(BIRTHDAY), world=people)
    shop.look(NOW + DAY)
    assert shop.entered() == [
        (1, "2026", 1, utc("2026-06-02 00:00")),
        (2, "2026", 1, utc("2026-06-02 08:00")),
    ]
    assert shop.refused() == []


def test_a_day_that_a_month_lacks_is_its_last(database: Database) -> None:
    people = world({"birthday": "2000-02-29"}, {"birthday": "1999-02-28"}, {"birthday": "1999-03-01"})
    shop = Shop(database, world=people)
    shop.activate(campaign(BIRTHDAY), at=utc("2026-02-27 12:00"))
    shop.look(utc("2026-02-28 12:00"))
    assert [row[0] for row in shop.entered()] == [1, 2]
    shop.activate(at=utc("2026-06-01 00:00"))
    shop.activate(campaign(BIRTHDAY), at=utc("2028-02-27 12:00"))
    shop.look(utc("2028-02-29 12:00"))
    assert [(row[0], row[1], row[3]) for row in shop.entered()[2:]] == [
        (2, "2028", utc("2028-02-28 09:00")),
        (1, "2028", utc("2028-02-29 09:00")),
    ]


def test_an_anniversary_moves_by_its_offset_and_keeps_its_year(database: Database) -> None:
    trigger = DateTrigger(named("contact.birthday"), Every.YEAR, Duration(3, Unit.DAYS), -1)
    shop = Shop(database, world=world({"birthday": "1990-01-02"}))
    shop.activate(campaign(trigger), at=utc("2026-12-29 12:00"))
    shop.look(utc("2026-12-30 12:00"))
    assert shop.entered() == [(1, "2027", 1, utc("2026-12-30 00:00"))]


def test_a_day_of_the_month_stands_for_all_dates_in_it(database: Database) -> None:
    trigger = DateTrigger(named("contact.birthday"), Every.YEAR, day=1)
    people = world({"birthday": "1990-07-01"}, {"birthday": "1990-07-31"}, {"birthday": "1990-08-01"})
    shop = Shop(database, campaign(trigger), world=people)
    shop.look(utc("2026-07-01 12:00"))
    assert [row[:2] for row in shop.entered()] == [(1, "2026"), (2, "2026")]


def test_a_month_goes_by_since_the_date_itself(database: Database) -> None:
    trigger = DateTrigger(named("contact.created_at"), Every.MONTH, at=time(12))
    created = ("2026-05-31 10:00", "2026-04-30 10:00", "2026-06-30 09:00", "2026-01-29 10:00")
    shop = Shop(database, campaign(trigger), world=world(*({"created_at": utc(at)} for at in created)))
    shop.look(utc("2026-06-30 12:00"))
    assert {row for row in shop.entered() if row[1] == "2026-06"} == {
        (1, "2026-06", 1, utc("2026-06-30 11:00")),
        (2, "2026-06", 1, utc("2026-06-30 11:00")),
        (4, "2026-06", 1, utc("2026-06-29 11:00")),
    }
    assert all(row[0] != 3 for row in shop.entered())


def test_of_a_moment_the_date_by_the_persons_clock_counts(database: Database) -> None:
    trigger = DateTrigger(named("contact.created_at"), None, Duration(1, Unit.DAYS), at=time(9))
    late = utc("2026-06-01 16:00")  # 01:00 of the 2nd in Tokyo
    people = world({"created_at": late, "timezone": "Asia/Tokyo"}, {"created_at": late})
    shop = Shop(database, campaign(trigger), world=people)
    shop.look(NOW + 2 * DAY)
    assert shop.entered() == [
        (2, "2026-06-01", 1, utc("2026-06-02 08:00")),
        (1, "2026-06-02", 1, utc("2026-06-03 00:00")),
    ]


def test_a_date_without_every_comes_once(database: Database) -> None:
    trigger = DateTrigger(named("contact.tier_until"), None, Duration(30, Unit.DAYS), -1)
    people = world({"tier_until": "2026-07-02"}, {"tier_until": "2027-07-02"})
    shop = Shop(database, campaign(trigger), world=people)
    shop.look(NOW + DAY)
    assert shop.entered() == [(1, "2026-07-02", 1, utc("2026-06-01 23:00"))]


def test_hours_of_an_offset_are_elapsed_time(database: Database) -> None:
    trigger = DateTrigger(named("contact.tier_until"), None, Duration(6, Unit.HOURS), at=time(23))
    shop = Shop(database, world=world({"tier_until": "2026-03-28"}))
    shop.activate(campaign(trigger), at=utc("2026-03-28 12:00"))
    shop.look(utc("2026-03-29 12:00"))
    assert shop.entered() == [(1, "2026-03-28", 1, utc("2026-03-29 05:00"))]


def test_an_attribute_may_be_the_date(database: Database) -> None:
    trigger = DateTrigger(named("contact.attributes.due_on"))
    people = world({"attributes": {"due_on": "2026-06-02"}}, {"attributes": {"due_on": 7}}, {})
    shop = Shop(database, campaign(trigger), world=people)
    shop.look(NOW + DAY)
    assert [row[:2] for row in shop.entered()] == [(1, "2026-06-02")]


def test_a_singular_is_the_latest_where_the_segment_is_of_none(database: Database) -> None:
    trigger = DateTrigger(named("order.delivered_at"), None, Duration(1, Unit.DAYS))
    people = world({}, {})
    people.orders = [
        order(1, "2026-06-01 12:00"),
        order(2, "2026-05-01 12:00"),
        order(3, "2026-06-01 12:00", contact_id=2),
    ]
    shop = Shop(database, campaign(trigger), world=people)
    shop.look(NOW + DAY)
    assert [row[:2] for row in shop.entered()] == [(2, "2026-06-01")]


def test_a_singular_is_the_thing_where_the_segment_is_of_such_things(database: Database) -> None:
    segments = {
        **SEGMENTS,
        "orders": Segment("orders", FieldTest(named("order.total"), Op.AT_LEAST, 0), Things.ORDERS),
    }
    trigger = DateTrigger(named("order.delivered_at"), None, Duration(1, Unit.DAYS), segment="orders")
    people = world({})
    people.orders = [order(1, "2026-06-01 12:00"), order(2, "2026-05-01 12:00"), order(3, "2026-06-01 13:00")]
    shop = Shop(database, world=people)
    shop.activate(campaign(trigger), segments=segments)
    shop.look(NOW + DAY)
    assert [row[:2] for row in shop.entered()] == [(1, "2026-06-01 o1"), (1, "2026-06-01 o3")]
    assert shop.refused() == []


def test_many_birthdays_come_in_batches_and_each_of_them_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates_module, "ROOM", 3)
    born = ("1990-06-02", "1991-06-02", "1992-06-03")
    people = world(*({"birthday": born[number % 3]} for number in range(12)))
    shop = Shop(database, campaign(BIRTHDAY, reentry=Reentry(ALWAYS)), world=people)
    looks = 1
    while shop.look(NOW + DAY).more:
        looks += 1
    assert looks == 3
    assert sorted(row[0] for row in shop.entered()) == [1, 2, 4, 5, 7, 8, 10, 11]


def test_who_asks_for_the_next_moment_till_some_day_is_spared_the_days_that_are_nobodys(
    database: Database,
) -> None:
    people = world({"birthday": "1990-08-05", "timezone": "Asia/Tokyo"}, {"birthday": "1990-06-01"}, {})
    shop = Shop(database, campaign(BIRTHDAY), world=people)

    def after(until: int | None) -> Moment | None:
        passing = None if until is None else Moment(until)
        return shop.looks.next_moment(shop.definitions, 1, Moment(NOW), passing)

    assert after(None) == utc("2026-06-02 00:00")
    assert after(NOW + 90 * DAY) == utc("2026-08-05 00:00")
    assert after(utc("2026-07-01 00:00")) == utc("2026-07-01 00:00")  # from there on, any
    assert after(NOW + HOUR) == utc("2026-06-02 00:00")
