"""What templates can name about a person, gathered from the store, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.domain.campaign import Send
from penfriend.storage import tables as t
from tests.contract.letter_shop import SHOP, facts, put
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def test_contact_is_always_there_with_types_and_fallbacks(world: World) -> None:
    attributes = {"shoe_size": 42, "since": "2020-01-01", "seen": NOON, "colour": "red"}
    scores: dict[str, Any] = {"rfm_recency": 5, "rfm_frequency": 1}
    contact = world.contact(
        timezone=None, locale=None, birthday="1990-05-01", attributes=attributes, **scores
    )
    world.enroll(contact)
    (found,) = facts(world)
    person = found["contact"]
    assert list(found) == ["contact"]
    assert (person["id"], person["first_name"], person["last_name"]) == ("ann", "Ann", None)
    assert (person["locale"], person["timezone"], person["frequency"]) == ("en", "Europe/London", "all")
    assert person["rfm"] == {"recency": 5, "frequency": 1, "monetary": None}
    assert person["birthday"] == {"$day": "1990-05-01"}
    assert person["attributes"] == {
        "shoe_size": 42, "since": {"$day": "2020-01-01"}, "seen": {"$at": NOON}, "colour": "red",
    }  # fmt: skip


def test_declared_attribute_that_is_missing_is_none(world: World) -> None:
    world.person()
    assert facts(world)[0]["contact"]["attributes"] == dict.fromkeys(("shoe_size", "since", "seen"))


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
