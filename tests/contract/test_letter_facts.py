"""What templates can name about a person, gathered from the store, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from penfriend.domain.campaign import Send
from penfriend.domain.definitions import DataTypes, Definitions, Survey
from penfriend.domain.facts import Frozen
from penfriend.domain.fields import FieldType
from penfriend.domain.letter import Needs
from penfriend.domain.timing import HOUR, Moment
from penfriend.storage import tables as t
from penfriend.storage.letter_facts import gather
from tests.support.mail_pieces import LETTER, NOON, campaign, definitions, with_id
from tests.support.mail_world import KINDS, World, shared_url, worlds

SHOP = Definitions(
    brand=definitions().brand,
    topics=definitions().topics,
    data=DataTypes(
        contact={"shoe_size": FieldType.NUMBER, "since": FieldType.DATE, "seen": FieldType.MOMENT},
        events={"product_viewed": {"price": FieldType.AMOUNT}},
        product={"roast": FieldType.TEXT},
    ),
    campaigns={"welcome": campaign(LETTER, with_id(LETTER, "second"))},
    surveys={"nps": Survey("nps", "nps", "How?")},
)
ITEM = {"product_id": "p-1", "title": "Oak", "price": 12.5}
SHOWN_ITEM = {
    "product_id": "p-1", "title": "Oak", "price": {"$money": [125_000, "GBP"]}, "quantity": 1, "url": None,
    "image": None, "category": None, "stock": None, "attributes": {},
}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_url(request, tmp_path_factory.mktemp("store"))


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def put(world: World, table: str, *rows: dict[str, Any]) -> None:
    with world.db.write() as connection:
        for row in rows:
            connection.execute(insert(t.metadata.tables[table]), row)


def facts(world: World, *needs: str) -> list[dict[str, Frozen]]:
    """The facts of every enrollment, in order."""
    rows = world.enrollments.claim(NOON, "facts", Moment(NOON + HOUR), 1)
    with world.db.read() as connection:
        found = gather(connection, rows, Needs(frozenset(needs)), SHOP, NOON)
    world.enrollments.release("facts")
    return [found[row.id] for row in rows]


def cart(contact: int, key: str, **fields: Any) -> dict[str, Any]:
    return {
        "contact_id": contact, "key": key, "status": "open", "status_at": NOON, "updated_at": NOON,
        "total": 250_000, "currency": "GBP", "items_count": 1, "items": [ITEM],
        "url": "https://shop.example/cart",
    } | fields  # fmt: skip


def test_contact_is_always_there_with_types_and_fallbacks(world: World) -> None:
    attributes = {"shoe_size": 42, "since": "2020-01-01", "seen": NOON, "colour": "red"}
    contact = world.contact(timezone=None, locale=None, birthday="1990-05-01", attributes=attributes)
    world.enroll(contact)
    (found,) = facts(world)
    person = found["contact"]
    assert list(found) == ["contact"]
    assert (person["id"], person["first_name"], person["last_name"]) == ("ann", "Ann", None)
    assert (person["locale"], person["timezone"], person["frequency"]) == ("en", "Europe/London", "all")
    assert person["birthday"] == {"$day": "1990-05-01"}
    assert person["attributes"] == {
        "shoe_size": 42, "since": {"$day": "2020-01-01"}, "seen": {"$at": NOON}, "colour": "red",
    }  # fmt: skip


def test_declared_attribute_that_is_missing_is_none(world: World) -> None:
    world.person()
    assert facts(world)[0]["contact"]["attributes"] == dict.fromkeys(("shoe_size", "since", "seen"))


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


def order(contact: int, key: str, **fields: Any) -> dict[str, Any]:
    return {"contact_id": contact, "key": key, "placed_at": NOON, "items": [ITEM]} | fields


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


def test_sums_are_money_of_the_brand(world: World) -> None:
    contact = world.contact(orders_count=2, orders_total=500_000, orders_average=250_000, orders_last_at=NOON)
    world.enroll(contact)
    assert facts(world, "orders")[0]["orders"] == {
        "count": 2,
        "total": {"$money": [500_000, SHOP.brand.currency]},
        "average": {"$money": [250_000, SHOP.brand.currency]},
        "first_at": None,
        "last_at": {"$at": NOON},
    }


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


def test_event_has_its_properties_with_their_types(world: World) -> None:
    contact = world.contact()
    world.event(contact, "product_viewed", NOON, {"price": 9.5, "currency": "EUR", "page": "home"})
    world.enroll(contact, event_id=world.rows("events")[0]["id"])
    assert facts(world, "event")[0]["event"] == {
        "name": "product_viewed", "at": {"$at": NOON}, "price": {"$money": [95_000, "EUR"]},
        "currency": "EUR", "page": "home",
    }  # fmt: skip


def test_events_have_counts_also_where_none_happened(world: World) -> None:
    contact, _ = world.person()
    put(
        world,
        "event_facts",
        {"contact_id": contact, "name": "product_viewed", "count": 4, "first_at": NOON, "last_at": NOON},
    )
    shown = facts(world, "events")[0]["events"]
    assert shown["product_viewed"] == {"count": 4, "first_at": {"$at": NOON}, "last_at": {"$at": NOON}}
    assert shown["order_placed"] == {"count": 0, "first_at": None, "last_at": None}


def test_survey_is_this_enrollments_own_and_by_name_the_contacts_latest(world: World) -> None:
    contact, enrollment = world.person()
    put(
        world,
        "answers",
        {
            "contact_id": contact,
            "survey": "nps",
            "enrollment_id": enrollment,
            "score": 3,
            "answered_at": NOON,
        },
        {"contact_id": contact, "survey": "nps", "enrollment_id": None, "score": 9, "answered_at": NOON + 1},
    )
    assert facts(world, "survey")[0]["survey"] == {
        "score": 3, "comment": None, "answered_at": {"$at": NOON},
        "nps": {"score": 9, "comment": None, "answered_at": {"$at": NOON + 1}},
    }  # fmt: skip


def test_topics_are_yes_where_subscribed(world: World) -> None:
    world.person()
    assert facts(world, "topic")[0]["topic"] == {"offers": True, "rewards": False}


def test_message_tells_of_any_mail_and_of_each_step(world: World) -> None:
    world.person()
    world.run(campaign(Send(id="hello", template="hello")))
    world.settle()
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(clicked_at=NOON))
        connection.execute(update(t.enrollments).values(woken=1))
    sent = {"sent": True, "opened": False, "clicked": True}
    assert facts(world, "message")[0]["message"] == {
        **sent, "hello": sent, "second": {"sent": False, "opened": False, "clicked": False},
    }  # fmt: skip


def test_campaign_tells_who_is_inside_and_since_when(world: World) -> None:
    world.person()
    assert facts(world, "campaign")[0]["campaign"] == {
        "welcome": {"inside": True, "entered_at": {"$at": NOON}}
    }


def test_nothing_is_gathered_that_no_template_reads(world: World) -> None:
    world.person()
    assert list(facts(world, "cart", "weather")[0]) == ["contact", "cart"]
