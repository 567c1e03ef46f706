"""Who joined and left is counted by the brand's day, in the transaction that changes the members."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, insert, select

from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import Op, Things
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.erasing import erase
from penfriend.storage.ingest_merge import merge_rows
from penfriend.storage.looks_store import LookStore
from penfriend.storage.segment_moves import sizes
from tests.contract.looks_shop import HOURS, NOW, Shop, ago, cart, check, contact, definitions_of
from tests.contract.shop_world import World

LATE = check("cart.updated_at", Op.BEFORE, ago(1, HOURS))
FRIDAY, SATURDAY = "2026-03-27", "2026-03-28"


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def moves(database: Database) -> dict[str, tuple[int, int, int]]:
    """Of the segment `tested` by day: joined, left, redefined."""
    m = t.segment_moves.c
    with database.read() as connection:
        rows = connection.execute(select(t.segment_moves).where(m.segment == "tested")).all()
    return {row.day: (row.joined, row.left, row.redefined) for row in rows}


def size(database: Database) -> int:
    with database.read() as connection:
        counted = select(func.count()).where(t.members.c.segment == "tested")
        return connection.execute(counted).scalar_one()


def test_who_joins_and_leaves_is_counted_on_the_day_of_the_look(database: Database) -> None:
    world = World([contact(1), contact(2)], [cart(1, NOW), cart(2, NOW, 2)])
    shop = Shop(database, definitions_of(LATE, Things.CARTS), world)
    shop.look(NOW + MINUTE)
    assert moves(database) == {}, "a look that moves nobody leaves no row"
    shop.look(NOW + 2 * HOUR)
    assert moves(database) == {FRIDAY: (2, 0, 0)}
    with database.write() as connection:
        connection.execute(t.carts.update().where(t.carts.c.id == 1).values(updated_at=NOW + DAY))
        connection.execute(insert(t.touched).values(contact_id=1, at=NOW + DAY))
    shop.look(NOW + DAY)
    assert moves(database) == {FRIDAY: (2, 0, 0), SATURDAY: (0, 1, 0)}
    assert size(database) == 1


def test_a_day_is_the_brands(database: Database) -> None:
    tokyo = definitions_of(LATE, Things.CARTS, zone="Asia/Tokyo")
    shop = Shop(database, tokyo, World([contact()], [cart(1, NOW)]))
    shop.look(NOW + 8 * HOUR)  # 18:00 in London, and the next day in Tokyo
    assert moves(database) == {SATURDAY: (1, 0, 0)}


def test_a_new_definition_moves_nobody_and_its_difference_is_kept_apart(database: Database) -> None:
    world = World([contact(1), contact(2)], [cart(1, NOW - 2 * HOUR), cart(2, NOW, 2)])
    Shop(database, definitions_of(LATE, Things.CARTS), world)
    assert moves(database) == {FRIDAY: (0, 0, 1)}
    wider = definitions_of(check("cart.updated_at", Op.EXISTS, True), Things.CARTS)
    LookStore(database).activate(wider, 1, NOW)
    assert moves(database) == {FRIDAY: (0, 0, 2)}
    narrower = definitions_of(check("cart.updated_at", Op.EXISTS, False), Things.CARTS)
    LookStore(database).activate(narrower, 1, NOW)
    assert moves(database) == {FRIDAY: (0, 0, 0)}
    assert size(database) == 0


def test_a_segment_that_no_campaign_looks_at_any_more_is_empty_in_the_counts_too(database: Database) -> None:
    Shop(database, definitions_of(LATE, Things.CARTS), World([contact()], [cart(1, NOW - 2 * HOUR)]))
    LookStore(database).activate(Definitions(), 1, Moment(NOW + DAY))
    assert moves(database) == {FRIDAY: (0, 0, 1), SATURDAY: (0, 0, -1)}
    assert size(database) == 0


def test_what_the_daily_full_look_mends_is_counted_like_what_a_look_finds(database: Database) -> None:
    world = World([contact(1), contact(2)], [cart(1, NOW - 2 * HOUR), cart(2, NOW - 2 * HOUR, 2)])
    definitions = definitions_of(LATE, Things.CARTS)
    Shop(database, definitions, world)
    with database.write() as connection:  # as if looks had been wrong about both
        connection.execute(t.members.delete().where(t.members.c.contact_id == 1))
        connection.execute(t.carts.update().where(t.carts.c.id == 2).values(updated_at=NOW + DAY))
    assert LookStore(database).refresh_members(definitions, 0, Moment(NOW + HOUR)) == 2
    assert moves(database) == {FRIDAY: (1, 1, 2)}


def test_who_is_erased_or_joined_with_another_has_left(database: Database) -> None:
    people = [contact(number, email_hash=f"hash-{number}") for number in (1, 2, 3)]
    world = World(people, [cart(number, NOW - 2 * HOUR, number) for number in (1, 2, 3)])
    Shop(database, definitions_of(LATE, Things.CARTS), world)
    with database.write() as connection:
        erase(connection, 1, Moment(NOW + DAY), None)
        merge_rows(connection, 2, 3, Moment(NOW + DAY))
    assert moves(database) == {FRIDAY: (0, 2, 3)}
    assert size(database) == 1
    with database.read() as connection:
        assert sizes(connection) == {"tested": 1}
