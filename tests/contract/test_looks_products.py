"""A moment of a product passes for those who have to do with it, by whatever names the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from penfriend.domain.segment import Narrow, Op, Things
from penfriend.domain.timing import DAY, HOUR, midnight
from penfriend.storage.database import Database, open_database
from tests.contract.looks_shop import (
    HOURS,
    NOW,
    Shop,
    ago,
    cart,
    check,
    contact,
    definitions_of,
    order,
    seen,
)
from tests.contract.shop_world import Row, World

PASSES = NOW + 2 * HOUR
ATTRIBUTES = {"renews_at": PASSES - HOUR}
ONE_HOUR_AGO = ago(1, HOURS)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def item(kind: str, contact_id: int) -> Row:
    return {
        "kind": kind, "thing_id": contact_id, "position": 0, "contact_id": contact_id,
        "product_key": f"p{contact_id}",
    }  # fmt: skip


def world_of(attributes: Row) -> World:
    """Two people, each with a cart, an order and an event about a product; the first one's has a moment."""
    listed = [[{"product_id": f"p{who}", "quantity": 1}] for who in (1, 2)]
    return World(
        contacts=[contact(1), contact(2)],
        carts=[cart(who, NOW - DAY, who) for who in (1, 2)],
        orders=[order(who, NOW - DAY, who) for who in (1, 2)],
        items=[item(kind, who) for kind in ("cart", "order") for who in (1, 2)],
        events=[seen(who, NOW - DAY, who, product_id=f"p{who}", items=listed[who - 1]) for who in (1, 2)],
        products=[{"key": "p1", "at": 0, "attributes": attributes}, {"key": "p2", "at": 0, "attributes": {}}],
    )


@pytest.mark.parametrize(
    ("name", "of", "occurrence"),
    [
        ("product.attributes.renews_at", Things.CONTACTS, ""),
        ("product.attributes.renews_at", Things.PURCHASES, "p1"),
        ("product.attributes.renews_at", Things.EVENTS, "p1"),
        ("items.attributes.renews_at", Things.CONTACTS, ""),
        ("order.items.attributes.renews_at", Things.CONTACTS, ""),
        ("order.items.attributes.renews_at", Things.ORDERS, "o1"),
        ("cart.items.attributes.renews_at", Things.CARTS, "k1"),
        ("event.items.attributes.renews_at", Things.EVENTS, "p1"),
    ],
)
def test_a_look_wakes_when_a_products_moment_passes(
    database: Database, name: str, of: Things, occurrence: str
) -> None:
    where = check(name, Op.BEFORE, ONE_HOUR_AGO)
    definitions = definitions_of(where, of, key="product_id" if of is Things.EVENTS else "")
    shop = Shop(database, definitions, world_of(ATTRIBUTES))
    assert shop.next_moment(NOW) == PASSES
    assert shop.look(PASSES - 1) == {}
    assert shop.look(PASSES) == {(1, occurrence): PASSES}


@pytest.mark.parametrize(
    ("counted", "inner"),
    [
        ("orders.count", "order.items.attributes.renews_at"),
        ("events.seen.count", "event.items.attributes.renews_at"),
    ],
)
def test_a_count_wakes_when_a_moment_of_what_it_counts_passes(
    database: Database, counted: str, inner: str
) -> None:
    where = check(counted, Op.AT_LEAST, 1, Narrow(where=check(inner, Op.BEFORE, ONE_HOUR_AGO)))
    shop = Shop(database, definitions_of(where), world_of(ATTRIBUTES))
    assert shop.next_moment(NOW) == PASSES
    assert shop.look(PASSES) == {(1, ""): PASSES}


def test_a_products_date_passes_at_its_midnight_by_the_brands_clock(database: Database) -> None:
    definitions = definitions_of(check("product.attributes.due_on", Op.BEFORE, ago(1, HOURS)))
    zone = definitions.brand.zone
    shop = Shop(database, definitions, world_of({"due_on": "2026-03-30"}))
    passes = midnight(date(2026, 3, 30), zone) + HOUR  # the night before had a clock change
    assert shop.next_moment(NOW) == passes
    assert shop.look(passes - 1) == {}
    assert shop.look(passes) == {(1, ""): passes}
