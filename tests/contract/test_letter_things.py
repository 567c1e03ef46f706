"""The things that letters name: the enrollment's own, else the contact's latest, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.facts import Frozen
from tests.contract.letter_shop import ITEM, SHOWN_ITEM, cart, facts, order, put
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def test_cart_is_the_one_that_the_enrollment_is_about(world: World) -> None:
    contact = world.contact(latest_cart="new")
    world.enroll(contact, cart_key="old")
    put(world, "carts", cart(contact, "new"), cart(contact, "old", items_count=7))
    shown = facts(world, "cart")[0]["cart"]
    assert (shown["id"], shown["items_count"], shown["status"]) == ("old", 7, "open")
    assert (shown["total"], shown["updated_at"]) == ({"$money": [250_000, "GBP"]}, {"$at": NOON})
    assert shown["items"] == [SHOWN_ITEM]


def test_cart_of_an_enrollment_about_none_is_the_contacts_latest(world: World) -> None:
    contact = world.contact(latest_cart="new")
    world.enroll(contact)
    put(world, "carts", cart(contact, "new"))
    assert facts(world, "cart")[0]["cart"]["id"] == "new"


def test_cart_of_an_enrollment_about_an_order_is_the_one_that_was_ordered(world: World) -> None:
    contact = world.contact(latest_cart="new")
    world.enroll(contact, order_key="o-1")
    put(world, "carts", cart(contact, "new"), cart(contact, "old", items_count=7))
    put(world, "orders", order(contact, "o-1", cart_key="old"))
    assert facts(world, "cart")[0]["cart"]["id"] == "old"


def test_id_of_somebody_elses_thing_shows_nobodys(world: World) -> None:
    other = world.contact("other")
    world.enroll(world.contact(), cart_key="theirs", order_key="theirs")
    put(world, "carts", cart(other, "theirs"))
    put(world, "orders", order(other, "theirs"))
    (found,) = facts(world, "cart", "order")
    assert (found["cart"], found["order"]) == (None, None)


def test_total_of_an_order_is_net_of_refunds_in_its_own_currency(world: World) -> None:
    contact = world.contact(latest_order="o-1")
    world.enroll(contact)
    amounts = {"total": 900_000, "currency": "EUR", "value": 600_000, "net": 400_000}
    put(world, "orders", order(contact, "o-1", **amounts))
    assert facts(world, "order")[0]["order"]["total"] == {"$money": [600_000, "EUR"]}


@pytest.mark.parametrize("name", ["cart", "order", "reward", "purchase", "product", "event", "waited"])
def test_thing_that_is_missing_is_none_as_a_whole(world: World, name: str) -> None:
    world.person()
    assert facts(world, name)[0][name] is None


@pytest.mark.parametrize("items", [None, "nonsense", [None, 7, {"title": "Oak", "price": "a lot"}]])
def test_odd_items_keep_no_letter_back(world: World, items: Frozen) -> None:
    contact = world.contact()
    world.enroll(contact, cart_key="cart")
    put(world, "carts", cart(contact, "cart", items=items))
    shown = facts(world, "cart")[0]["cart"]["items"]
    assert [item["price"] for item in shown] == ([None] if isinstance(items, list) else [])


def test_order_has_its_items_and_moments(world: World) -> None:
    contact = world.contact()
    world.enroll(contact, order_key="o-1")
    put(
        world,
        "orders",
        {
            "contact_id": contact, "key": "o-1", "placed_at": NOON, "total": 990_000, "currency": "EUR",
            "items": [ITEM],
        },
    )  # fmt: skip
    shown = facts(world, "order")[0]["order"]
    assert (shown["total"], shown["placed_at"], shown["delivered_at"]) == (
        {"$money": [990_000, "EUR"]}, {"$at": NOON}, None,
    )  # fmt: skip
    assert shown["items"][0]["price"] == {"$money": [125_000, "EUR"]}


def test_points_are_those_of_the_lot_in_question(world: World) -> None:
    contact = world.contact(points_balance=300, points_expires_on="2026-03-09")
    world.enroll(contact)
    world.enroll(contact, occurrence="later", expires_on="2026-04-01")
    put(
        world,
        "expiries",
        {"contact_id": contact, "expires_on": "2026-03-09", "remaining": 100},
        {"contact_id": contact, "expires_on": "2026-04-01", "remaining": 200},
    )
    shown = [found["points"] for found in facts(world, "points")]
    assert [(p["expires_at"], p["remaining"], p["balance"]) for p in shown] == [
        ({"$day": "2026-03-09"}, 100, 300),
        ({"$day": "2026-04-01"}, 200, 300),
    ]


def test_reward_purchase_and_product_are_those_of_the_subject(world: World) -> None:
    contact = world.contact()
    world.enroll(contact, reward_key="r-1", product_key="p-1")
    put(
        world,
        "rewards",
        {
            "contact_id": contact,
            "key": "r-1",
            "title": "Mug",
            "cost": 100,
            "status": "available",
            "expires_at": NOON,
        },
    )
    put(
        world,
        "purchases",
        {"contact_id": contact, "product_key": "p-1", "first_at": NOON, "last_at": NOON, "count": 3},
    )
    put(
        world,
        "products",
        {"key": "p-1", "at": NOON, "title": "Oak", "price": 5, "currency": "GBP", "attributes": {"x": 1}},
    )
    (found,) = facts(world, "reward", "purchase", "product")
    assert (found["reward"]["title"], found["reward"]["expires_at"]) == ("Mug", {"$at": NOON})
    assert found["purchase"] == {"first_at": {"$at": NOON}, "last_at": {"$at": NOON}, "count": 3}
    assert found["product"]["price"] == {"$money": [5, "GBP"]}
    assert found["product"]["attributes"] == {"roast": None, "x": 1}
