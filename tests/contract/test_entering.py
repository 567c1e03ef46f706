"""Who enters a campaign and who does not, and why; activation, backfill, and removed campaigns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, update

from penfriend.domain.campaign import (
    EventTrigger,
    Kind,
    Policy,
    Reentry,
    SegmentTrigger,
)
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Unit
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from tests.contract.entering_shop import (
    ALWAYS,
    BRITISH,
    GB,
    NOW,
    ORDERED,
    Shop,
    campaign,
    contact,
    touch,
)
from tests.contract.shop_world import World, named


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def test_who_joins_enters_at_the_moment_of_joining(database: Database) -> None:
    shop = Shop(database, BRITISH)
    shop.be(1, "GB", NOW + 5)
    assert shop.look(NOW + MINUTE).entered == 1
    assert shop.entered() == [(1, "", 1, NOW + 5)]
    with database.read() as connection:
        row = connection.execute(select(t.enrollments)).one()
    assert (row.status, row.began_at, row.due_at, row.revision) == ("active", NOW + 5, NOW + 5, 1)


def test_a_look_that_is_repeated_enters_nobody_twice(database: Database) -> None:
    shop = Shop(database, campaign(EventTrigger("order_placed"), reentry=Reentry(ALWAYS)))
    shop.happen(1, "order_placed", NOW + 5)
    shop.look(NOW + MINUTE)
    shop.end_all(NOW + MINUTE)
    with database.write() as connection:
        touch(connection, NOW + 5, 1, 1)
    shop.look(NOW + 2 * MINUTE)
    assert len(shop.entered()) == 1


def test_the_suppressed_do_not_enter(database: Database) -> None:
    shop = Shop(database, BRITISH)
    shop.execute(insert(t.suppressions).values(email_hash="h1", reason="complained", at=0))
    shop.execute(t.subscriptions.delete())  # suppression is asked first
    shop.be(1, "GB", NOW + 5)
    shop.look(NOW + MINUTE)
    assert (shop.entered(), shop.refused()) == ([], [(1, "", "suppressed")])


def test_who_is_not_subscribed_does_not_enter(database: Database) -> None:
    shop = Shop(database, BRITISH)
    shop.execute(update(t.subscriptions).where(t.subscriptions.c.contact_id == 1).values(subscribed=0))
    shop.be(1, "GB", NOW + 5)
    shop.look(NOW + MINUTE)
    assert (shop.entered(), shop.refused()) == ([], [(1, "", "not_consented")])


def test_what_is_owed_asks_for_no_consent(database: Database) -> None:
    owed = campaign(EventTrigger("order_placed", key="order_id"), kind=Kind.TRANSACTIONAL, topic=None)
    shop = Shop(database, owed)
    shop.execute(t.subscriptions.delete())
    shop.execute(insert(t.suppressions).values(email_hash="h1", reason="complained", at=0))
    shop.happen(1, "order_placed", NOW + 5, order_id="o1")
    shop.look(NOW + MINUTE)
    assert shop.entered() == [(1, "o1", 1, NOW + 5)]


def test_what_is_owed_does_not_go_to_a_dead_address(database: Database) -> None:
    owed = campaign(EventTrigger("order_placed", key="order_id"), kind=Kind.TRANSACTIONAL, topic=None)
    shop = Shop(database, owed)
    shop.execute(insert(t.suppressions).values(email_hash="h1", reason="dead_address", at=0))
    shop.happen(1, "order_placed", NOW + 5, order_id="o1")
    shop.look(NOW + MINUTE)
    assert shop.refused() == [(1, "o1", "suppressed")]


def test_a_join_older_than_max_lateness_is_too_late(database: Database) -> None:
    shop = Shop(
        database, campaign(SegmentTrigger("british"), policy=Policy(max_lateness=Duration(12, Unit.HOURS)))
    )
    shop.be(1, "GB", NOW + 5)
    shop.be(2, "GB", NOW + HOUR)
    shop.look(NOW + 12 * HOUR + 6)
    assert shop.refused() == [(1, "", "too_late")]
    assert [row[0] for row in shop.entered()] == [2]


def test_an_event_older_than_two_days_is_too_late_by_default(database: Database) -> None:
    shop = Shop(database, ORDERED)
    shop.happen(1, "order_placed", NOW + 5, arrived=NOW + 3 * DAY, order_id="o1")
    shop.look(NOW + 3 * DAY)
    assert shop.refused() == [(1, "o1", "too_late")]


def test_an_event_from_before_the_activation_is_passed_over(database: Database) -> None:
    shop = Shop(database, ORDERED)
    shop.happen(1, "order_placed", NOW - 5, arrived=NOW + 5, order_id="o1")
    shop.look(NOW + MINUTE)
    assert (shop.entered(), shop.refused()) == ([], [])


def test_the_triggers_condition_is_asked_on_entering(database: Database) -> None:
    shop = Shop(database, campaign(EventTrigger("order_placed", condition=GB)))
    shop.happen(1, "order_placed", NOW + 5)
    shop.be(2, "GB", NOW + 5)
    shop.happen(2, "order_placed", NOW + 6, contact_id=2)
    shop.look(NOW + MINUTE)
    assert shop.refused() == [(1, "", "condition_false")]
    assert shop.entered() == [(2, "", 1, NOW + 6)]


def test_an_event_must_be_as_where_says(database: Database) -> None:
    wanted = FieldTest(named("event.color"), Op.EQUAL, "red")
    shop = Shop(database, campaign(EventTrigger("seen", where=wanted, key="product_id")))
    shop.happen(1, "seen", NOW + 5, color="red", product_id="p1")
    shop.happen(2, "seen", NOW + 6, color="blue", product_id="p2")
    shop.look(NOW + MINUTE)
    assert (shop.entered(), shop.refused()) == ([(1, "p1", 1, NOW + 5)], [])


def test_each_thing_of_an_events_segment_enters(database: Database) -> None:
    carts = [
        {
            "id": n,
            "contact_id": 1,
            "key": f"k{n}",
            "status": status,
            "status_at": 0,
            "updated_at": NOW,
            "value": 0,
        }
        for n, status in ((1, "open"), (2, "open"), (3, "ordered"))
    ]
    world = World([contact(1), contact(2)], carts)
    shop = Shop(database, campaign(EventTrigger("seen", segment="carts")), world=world)
    shop.happen(1, "seen", NOW + 5)
    shop.happen(2, "seen", NOW + 6, contact_id=2)
    shop.look(NOW + MINUTE)
    assert sorted(shop.entered()) == [(1, "k1", 1, NOW + 5), (1, "k2", 1, NOW + 5)]
    assert shop.refused() == [(2, "", "condition_false")]


def test_an_enrollment_knows_what_it_is_about(database: Database) -> None:
    order = {
        "id": 1,
        "contact_id": 1,
        "key": "o1",
        "cart_key": "k1",
        "placed_at": NOW,
        "net": 0,
        "refunded": 0,
        "delivered_at": None,
    }
    shop = Shop(
        database,
        campaign(EventTrigger("order_delivered", key="order_id")),
        world=World([contact(1)], orders=[order]),
    )
    shop.happen(1, "order_delivered", NOW + 5, order_id="o1")
    shop.look(NOW + MINUTE)
    with database.read() as connection:
        row = connection.execute(select(t.enrollments)).one()
    assert (row.order_key, row.cart_key, row.event_id) == ("o1", "k1", 1)
