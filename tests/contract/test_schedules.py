"""Who enters by schedule: at which moment, about what, who does not; and what holds for dates as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

import pytest
from sqlalchemy import insert, select, update

from penfriend.domain.campaign import Policy, Reentry, ScheduleTrigger, SegmentTrigger
from penfriend.domain.moments import At
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Moment, Unit
from penfriend.storage import dates as dates_module
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from tests.contract.entering_shop import ALWAYS, EVERY, GB, NOW, Shop, campaign, contact, utc, world
from tests.contract.shop_world import World

NINE = ScheduleTrigger(cron="0 9 * * *")


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def test_everybody_enters_at_that_moment_of_their_own_clock(database: Database) -> None:
    zones = ("Asia/Tokyo", "America/New_York", None)  # none: the brand's, London
    shop = Shop(database, campaign(NINE), world=world(*({"timezone": zone} for zone in zones)))
    report = shop.look(NOW + DAY)  # 2026-06-02 10:00 UTC
    assert report.entered == 3
    assert shop.entered() == [
        (2, "2026-06-01 09:00", 1, utc("2026-06-01 13:00")),
        (1, "2026-06-02 09:00", 1, utc("2026-06-02 00:00")),
        (3, "2026-06-02 09:00", 1, utc("2026-06-02 08:00")),
    ]


def test_a_moment_lets_in_once_whoever_looks_how_often(database: Database) -> None:
    shop = Shop(database, campaign(NINE))
    for at in (NOW + HOUR, NOW + 22 * HOUR, NOW + 22 * HOUR, NOW + 23 * HOUR, NOW + DAY):
        shop.look(at)
    assert len(shop.entered()) == 3
    assert shop.refused() == []


def test_nobody_enters_for_a_moment_that_was_past_at_the_activation(database: Database) -> None:
    shop = Shop(database, campaign(ScheduleTrigger(cron="0 11 * * *")))  # 10:00 UTC, the very moment
    shop.look(NOW + HOUR)
    assert (shop.entered(), shop.refused()) == ([], [])


def test_what_becomes_dated_by_a_new_revision_begins_then(database: Database) -> None:
    shop = Shop(database, campaign(SegmentTrigger("british")))
    shop.activate(campaign(ScheduleTrigger(cron="0 12 * * *")), at=NOW + 2 * HOUR)
    shop.look(NOW + 3 * HOUR)
    assert shop.entered() == []
    shop.activate(campaign(SegmentTrigger("british")), at=NOW + 4 * HOUR)
    shop.activate(campaign(ScheduleTrigger(cron="0 15 * * *")), at=NOW + 6 * HOUR)
    shop.look(NOW + 7 * HOUR)
    assert shop.entered() == []


def test_a_moment_with_a_zone_is_one_instant_for_everybody(database: Database) -> None:
    at = At(date(2026, 6, 2), time(10), "Europe/Berlin")
    zones = world({"timezone": "Asia/Tokyo"}, {"timezone": "America/New_York"}, {})
    shop = Shop(database, campaign(ScheduleTrigger(moment=at)), world=zones)
    shop.look(NOW + DAY)
    expected = [(n, "2026-06-02 10:00 Europe/Berlin", 1, utc("2026-06-02 08:00")) for n in (1, 2, 3)]
    assert sorted(shop.entered()) == expected


def test_a_moment_comes_by_each_clock(database: Database) -> None:
    shop = Shop(
        database,
        campaign(ScheduleTrigger(moment=At(date(2026, 6, 2)))),
        world=world({"timezone": "Asia/Tokyo"}, {"timezone": "Europe/London"}),
    )
    shop.look(NOW + DAY)
    assert shop.entered() == [
        (1, "2026-06-02 00:00", 1, utc("2026-06-01 15:00")),
        (2, "2026-06-02 00:00", 1, utc("2026-06-01 23:00")),
    ]


def test_a_zone_that_is_not_known_goes_by_the_brands_clock(database: Database) -> None:
    shop = Shop(database, campaign(NINE), world=world({"timezone": "Europe/Atlantis"}))
    shop.look(NOW + DAY)
    assert shop.entered() == [(1, "2026-06-02 09:00", 1, utc("2026-06-02 08:00"))]


def test_what_is_older_than_max_lateness_is_too_late(database: Database) -> None:
    shop = Shop(database, campaign(NINE, policy=Policy(max_lateness=Duration(12, Unit.HOURS))))
    shop.look(NOW + 2 * DAY + HOUR)
    assert {row[1] for row in shop.entered()} == {"2026-06-03 09:00"}
    assert shop.refused() == [(n, "2026-06-02 09:00", "too_late") for n in (1, 2, 3)]


def test_a_pause_is_passed_over_and_on_record(database: Database) -> None:
    shop = Shop(database, campaign(NINE))
    shop.activate(campaign(NINE, active=False), at=NOW)
    shop.look(NOW + DAY)
    assert shop.refused() == [(n, "2026-06-02 09:00", "campaign_paused") for n in (1, 2, 3)]
    shop.activate(campaign(NINE), at=NOW + DAY)
    shop.look(NOW + DAY + HOUR)
    assert shop.entered() == []


def test_who_joins_during_a_pause_does_not_enter(database: Database) -> None:
    shop = Shop(database, campaign(SegmentTrigger("british")))
    shop.activate(campaign(SegmentTrigger("british"), active=False), at=NOW)
    shop.be(1, "GB", NOW + 5)
    shop.look(NOW + MINUTE)
    assert (shop.entered(), shop.refused()) == ([], [(1, "", "campaign_paused")])


def test_consent_suppression_and_condition_are_asked_at_the_moment(database: Database) -> None:
    people = world({"country": "GB"}, {"country": "GB"}, {"country": "TR"}, {"country": "GB"})
    shop = Shop(database, campaign(ScheduleTrigger(cron="0 9 * * *", condition=GB)), world=people)
    shop.execute(insert(t.suppressions).values(email_hash="h1", reason="complained", at=0))
    shop.execute(update(t.subscriptions).where(t.subscriptions.c.contact_id == 2).values(subscribed=0))
    shop.look(NOW + DAY)
    assert [row[:2] for row in shop.entered()] == [(4, "2026-06-02 09:00")]
    assert [(row[0], row[2]) for row in shop.refused()] == [
        (1, "suppressed"),
        (2, "not_consented"),
        (3, "condition_false"),
    ]


def test_a_schedules_segment_is_asked_at_the_moment(database: Database) -> None:
    people = world({"country": "GB"}, {})
    shop = Shop(database, campaign(ScheduleTrigger(cron="0 9 * * *", segment="british")), world=people)
    shop.look(NOW + DAY)
    assert [row[0] for row in shop.entered()] == [1]
    assert shop.refused() == [(2, "2026-06-02 09:00", "condition_false")]


def test_each_thing_of_a_schedules_segment_enters(database: Database) -> None:
    carts = [
        {"id": n, "contact_id": 1, "key": f"cart-{n}", "status": status, "status_at": 0, "updated_at": 0,
         "value": 0}
        for n, status in ((1, "open"), (2, "open"), (3, "ordered"))
    ]  # fmt: skip
    at = ScheduleTrigger(moment=At(date(2026, 6, 2), time(10)), segment="carts")
    shop = Shop(database, campaign(at), world=World([contact(1), contact(2)], carts))
    shop.look(NOW + DAY)
    moment = utc("2026-06-02 09:00")
    assert sorted(shop.entered()) == [
        (1, "2026-06-02 10:00 cart-1", 1, moment),
        (1, "2026-06-02 10:00 cart-2", 1, moment),
    ]
    assert shop.refused() == [(2, "2026-06-02 10:00", "condition_false")]
    with database.read() as connection:
        assert set(connection.execute(select(t.enrollments.c.cart_key)).scalars()) == {"cart-1", "cart-2"}


def test_who_was_not_known_yet_does_not_come(database: Database) -> None:
    moment = utc("2026-06-02 08:00")
    people = world({"created_at": moment}, {"created_at": moment + 1})
    shop = Shop(database, campaign(NINE), world=people)
    shop.look(NOW + DAY)
    assert ([row[0] for row in shop.entered()], shop.refused()) == ([1], [])


def test_the_erased_do_not_come(database: Database) -> None:
    shop = Shop(database, campaign(NINE), world=world({"erased_at": 1}, {}))
    shop.look(NOW + DAY)
    assert ([row[0] for row in shop.entered()], shop.refused()) == ([2], [])


def test_re_entry_is_reckoned_from_moment_to_moment(database: Database) -> None:
    every = Reentry(EVERY, Duration(2, Unit.DAYS))
    shop = Shop(database, campaign(NINE, reentry=every, policy=Policy(max_lateness=Duration(9, Unit.DAYS))))
    shop.look(NOW + 4 * DAY)
    assert [row[1] for row in shop.entered() if row[0] == 1] == ["2026-06-02 09:00", "2026-06-04 09:00"]
    assert [row[1:] for row in shop.refused() if row[0] == 1] == [
        ("2026-06-03 09:00", "too_soon"),
        ("2026-06-05 09:00", "too_soon"),
    ]


def test_a_skipped_wall_clock_time_moves_by_the_gap_and_a_double_one_comes_once(database: Database) -> None:
    shop = Shop(database, world=world({}))
    shop.activate(campaign(ScheduleTrigger(cron="30 1 * * *")), at=utc("2026-03-28 12:00"))
    shop.look(utc("2026-03-29 12:00"))
    shop.activate(at=utc("2026-06-01 00:00"))
    shop.activate(campaign(ScheduleTrigger(cron="30 1 * * *")), at=utc("2026-10-24 12:00"))
    shop.look(utc("2026-10-25 12:00"))
    assert [row[3] for row in shop.entered()] == [utc("2026-03-29 01:30"), utc("2026-10-25 00:30")]


def test_many_come_in_batches_and_all_of_them_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates_module, "ROOM", 3)
    people = world(
        *({"timezone": zone} for zone in ("Europe/London", "Europe/Lisbon", None, "Asia/Tokyo") * 3)
    )
    shop = Shop(database, campaign(NINE, reentry=Reentry(ALWAYS)), world=people)
    looks = 1
    while shop.look(NOW + DAY).more:
        looks += 1
    assert looks == 4  # three in Tokyo, then nine in Britain and Portugal
    assert sorted(row[0] for row in shop.entered()) == list(range(1, 13))
    assert shop.refused() == []


def test_the_next_moment_is_the_next_that_anybody_has(database: Database) -> None:
    shop = Shop(database, campaign(NINE), world=world({"timezone": "America/New_York"}, {}))
    found: list[int] = [NOW]
    for _ in range(3):
        found.append(shop.looks.next_moment(shop.definitions, 1, Moment(found[-1])) or 0)
    assert found[1:] == [utc("2026-06-01 13:00"), utc("2026-06-02 08:00"), utc("2026-06-02 13:00")]


def test_after_the_last_moment_none_is_next(database: Database) -> None:
    shop = Shop(database, campaign(ScheduleTrigger(moment=At(date(2026, 6, 2)))))
    assert shop.looks.next_moment(shop.definitions, 1, Moment(NOW)) == utc("2026-06-01 23:00")
    assert shop.looks.next_moment(shop.definitions, 1, Moment(NOW + DAY)) is None


def test_a_removed_campaign_lets_nobody_in(database: Database) -> None:
    shop = Shop(database, campaign(NINE))
    shop.activate(at=NOW + HOUR)
    shop.look(NOW + DAY)
    assert (shop.entered(), shop.refused()) == ([], [])
