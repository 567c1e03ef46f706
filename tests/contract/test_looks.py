"""Looks: who joins and leaves, from which moment, and that a look costs by what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert, select, update

from penfriend.domain.segment import All, Narrow, Op, Things
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment, from_datetime
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.looks_store import LookStore
from tests.contract.looks_shop import (
    DAYS,
    HOURS,
    NOW,
    Shop,
    ago,
    cart,
    check,
    contact,
    definitions_of,
    following,
    last,
    members_of,
    order,
    seen,
    touch,
)
from tests.contract.shop_world import World

ABANDONED = All(
    (check("cart.updated_at", Op.BEFORE, ago(1, HOURS)), check("cart.updated_at", Op.AFTER, ago(3, DAYS)))
)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def test_a_cart_joins_from_the_moment_that_its_hour_has_passed(database: Database) -> None:
    shop = Shop(database, definitions_of(ABANDONED, Things.CARTS), World([contact()], [cart(1, NOW)]))
    assert shop.look(NOW + HOUR - 1) == {}
    assert shop.look(NOW + 2 * HOUR) == {(1, "k1"): NOW + HOUR}


def test_time_takes_a_cart_out_of_the_segment(database: Database) -> None:
    shop = Shop(database, definitions_of(ABANDONED, Things.CARTS), World([contact()], [cart(1, NOW)]))
    shop.look(NOW + HOUR)
    # three days by the clock of London, over the night that loses an hour
    assert shop.look(NOW + 3 * DAY - HOUR - 1) != {}
    assert shop.look(NOW + 3 * DAY - HOUR) == {}


def test_a_touched_contact_joins_from_the_arrival(database: Database) -> None:
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), World([contact()]))

    def change(connection: Connection) -> None:
        connection.execute(update(t.contacts).values(country="GB"))
        touch(connection, NOW + 5 * MINUTE)

    shop.write(change)
    assert shop.look(NOW + HOUR) == {(1, ""): NOW + 5 * MINUTE}


def test_an_arrival_after_the_look_began_is_dated_by_the_look(database: Database) -> None:
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), World([contact()]))

    def change(connection: Connection) -> None:
        connection.execute(update(t.contacts).values(country="GB"))
        touch(connection, NOW + HOUR + 5)

    shop.write(change)
    assert shop.look(NOW + HOUR) == {(1, ""): NOW + HOUR}


def test_an_arrival_that_was_committed_late_is_not_dated_before_the_last_look(database: Database) -> None:
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), World([contact()]))
    shop.look(NOW + HOUR)

    def change(connection: Connection) -> None:
        connection.execute(update(t.contacts).values(country="GB"))
        touch(connection, NOW + HOUR - 5)

    shop.write(change)
    assert shop.look(NOW + 2 * HOUR) == {(1, ""): NOW + HOUR}


def test_a_contact_whose_fact_is_gone_leaves(database: Database) -> None:
    world = World([contact(country="GB")])
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), world)
    assert members_of(database) == {(1, ""): NOW}

    def change(connection: Connection) -> None:
        connection.execute(update(t.contacts).values(country=None))
        touch(connection, NOW + 5)

    shop.write(change)
    assert shop.look(NOW + HOUR) == {}


def test_who_was_not_touched_is_not_asked(database: Database) -> None:
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), World([contact()]))
    shop.write(lambda connection: connection.execute(update(t.contacts).values(country="GB")))
    assert shop.look(NOW + HOUR) == {}


def test_the_daily_full_look_mends_and_counts_what_was_missed(database: Database) -> None:
    world = World([contact(1), contact(2, country="GB"), contact(3, country="GB")])
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), world)

    def change(connection: Connection) -> None:
        connection.execute(update(t.contacts).where(t.contacts.c.id == 1).values(country="GB"))
        connection.execute(update(t.contacts).where(t.contacts.c.id != 1).values(country=None))
        touch(connection, NOW + 5, contact_id=3)  # the next look will see to this one: no fault

    shop.write(change)
    assert shop.looks.refresh_members(shop.definitions, 1, Moment(NOW + HOUR)) == 2
    assert set(members_of(database)) == {(1, ""), (3, "")}
    assert shop.looks.refresh_members(shop.definitions, 1, Moment(NOW + HOUR)) == 0


def test_points_join_at_the_midnight_of_the_brands_clock(database: Database) -> None:
    world = World([contact()], expiries=[{"contact_id": 1, "expires_on": "2026-05-02", "remaining": 10}])
    shop = Shop(
        database,
        definitions_of(check("points.expires_at", Op.WITHIN, following(30, DAYS)), Things.POINTS),
        world,
    )
    begins = from_datetime(datetime(2026, 4, 1, 23, 0, tzinfo=UTC))  # 2026-04-02 00:00 in London
    assert shop.next_moment(NOW) == begins
    assert shop.look(begins - 1) == {}
    assert shop.look(begins + 5 * HOUR) == {(1, "2026-05-02"): begins}


def test_a_count_in_a_window_changes_when_an_order_leaves_it(database: Database) -> None:
    few = check("orders.count", Op.AT_MOST, 0, Narrow(within=last(10, DAYS)))
    shop = Shop(database, definitions_of(few), World([contact()], orders=[order(1, NOW - DAY)]))
    out = (
        NOW + 9 * DAY - HOUR + 1
    )  # both ends are included: a microsecond after ten days, one of them an hour short
    assert shop.next_moment(NOW) == out
    assert shop.look(out - 1) == {}
    assert shop.look(out + HOUR) == {(1, ""): out}


def test_the_latest_event_by_key_is_the_thing(database: Database) -> None:
    old = check("event.at", Op.BEFORE, ago(2, HOURS))
    world = World([contact()], events=[seen(1, NOW - HOUR, product_id="p1"), seen(2, NOW, product_id="p2")])
    shop = Shop(database, definitions_of(old, Things.EVENTS, key="product_id"), world)
    assert shop.look(NOW + 3 * HOUR) == {(1, "p1"): NOW + HOUR, (1, "p2"): NOW + 2 * HOUR}

    def again(connection: Connection) -> None:
        connection.execute(insert(t.events).values(seen(3, NOW + 3 * HOUR, product_id="p1")))
        touch(connection, NOW + 3 * HOUR)

    shop.write(again)
    assert shop.look(NOW + 4 * HOUR) == {(1, "p2"): NOW + 2 * HOUR}


def test_two_commits_that_overlap_lose_nothing(database: Database) -> None:
    """A row of `touched` with a lower id that is committed after the look is there for the next one."""
    world = World([contact(1), contact(2)])
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), world)

    def second(connection: Connection) -> None:
        connection.execute(update(t.contacts).where(t.contacts.c.id == 2).values(country="GB"))
        connection.execute(insert(t.touched).values(id=20, contact_id=2, at=NOW + 2))

    def first(connection: Connection) -> None:
        connection.execute(update(t.contacts).where(t.contacts.c.id == 1).values(country="GB"))
        connection.execute(insert(t.touched).values(id=10, contact_id=1, at=NOW + 1))

    shop.write(second)
    assert set(shop.look(NOW + MINUTE)) == {(2, "")}
    shop.write(first)
    assert set(shop.look(NOW + 2 * MINUTE)) == {(1, ""), (2, "")}
    with database.read() as connection:
        assert connection.execute(select(t.touched)).all() == []


@pytest.mark.postgresql
def test_a_commit_during_a_look_is_kept_for_the_next(postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        with database.write() as connection:
            t.metadata.create_all(connection)
        world = World([contact(1), contact(2)])
        shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), world)
        with database.write() as slow:
            slow.execute(update(t.contacts).where(t.contacts.c.id == 1).values(country="GB"))
            touch(slow, NOW + 1, contact_id=1)

            def quick(connection: Connection) -> None:
                connection.execute(update(t.contacts).where(t.contacts.c.id == 2).values(country="GB"))
                touch(connection, NOW + 2, contact_id=2)

            shop.write(quick)
            assert set(shop.look(NOW + MINUTE)) == {(2, "")}
        assert set(shop.look(NOW + 2 * MINUTE)) == {(1, ""), (2, "")}


def test_a_look_reads_a_batch_and_says_that_there_is_more(database: Database) -> None:
    world = World([contact(number) for number in range(1, 6)])
    definitions = definitions_of(check("contact.country", Op.EQUAL, "GB"))
    Shop(database, definitions, world)
    looks = LookStore(database, batch=2)

    def change(connection: Connection) -> None:
        connection.execute(update(t.contacts).values(country="GB"))
        for number in range(1, 6):
            touch(connection, NOW + number, contact_id=number)

    with database.write() as connection:
        change(connection)
    done = [looks.look(definitions, 1, Moment(NOW + MINUTE)) for _ in range(3)]
    assert [(one.joined, one.more) for one in done] == [(2, True), (2, True), (1, False)]
    assert members_of(database) == {(number, ""): NOW + number for number in range(1, 6)}


def test_an_enrollment_is_woken_by_the_first_touch_of_its_contact(database: Database) -> None:
    enrollment = {
        "id": 1, "campaign": "other", "contact_id": 1, "occurrence": "", "entry": 1, "entered_at": NOW,
        "began_at": NOW, "status": "active",
    }  # fmt: skip
    world = World([contact(1), contact(2)], enrollments=[enrollment, enrollment | {"id": 2, "contact_id": 2}])
    shop = Shop(database, definitions_of(check("contact.country", Op.EQUAL, "GB")), world)

    def change(connection: Connection) -> None:
        touch(connection, NOW + 7)
        touch(connection, NOW + 5)

    shop.write(change)
    shop.look(NOW + MINUTE)
    with database.read() as connection:
        rows = connection.execute(select(t.enrollments).order_by(t.enrollments.c.id)).all()
    assert [(row.woken, row.woken_at) for row in rows] == [(1, NOW + 5), (0, None)]
