"""The people that letters are looked at with: each is at the edge that their name says, in every letter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from penfriend.domain.campaign import Campaign, EventTrigger, Send
from penfriend.domain.counting import COUNTS
from penfriend.domain.definitions import Definitions
from penfriend.domain.letter import Needs
from penfriend.domain.money import Money
from penfriend.rendering.sample_people import PEOPLE, person_facts
from penfriend.rendering.sample_things import THINGS
from penfriend.rendering.shapes import shapes
from tests.unit.rendering.letters import BRAND

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
STEP = Send(id="hello", template="hello")
NAMES = frozenset({"cart", "order", "points", "rewards", "event", "reward"})


def facts(name: str, event: str = "order_placed", about: str = "") -> dict[str, Any]:
    """What templates can name of them in a campaign of that event."""
    campaign = Campaign(name="one", trigger=EventTrigger(event), steps=(STEP,))
    known = shapes(Definitions(brand=BRAND), campaign, STEP)
    return person_facts(PEOPLE[name], known, Needs(NAMES), BRAND, "en_GB", NOW, about)


def test_ordinary_person_has_all_that_a_letter_can_name() -> None:
    found = facts("ordinary")
    assert found["contact"]["first_name"] == "Eleanor"
    assert found["contact"]["attributes"]["came_from"] == "Came from"
    assert found["contact"]["attributes"]["referral_code"] == "SAMPLE-7K2Q"
    assert found["contact"]["attributes"]["profile_url"] == "https://shop.example/"
    assert len(found["cart"]["items"]) == 3
    assert found["points"]["balance"] == 1_540
    assert found["event"]["order_id"] == found["order"]["id"]


def test_no_first_name() -> None:
    assert facts("no_first_name")["contact"]["first_name"] is None


def test_name_of_sixty_characters() -> None:
    assert len(facts("long_name")["contact"]["first_name"]) == 60


@pytest.mark.parametrize(("name", "count"), [("one_item", 1), ("thirty_items", 30)])
def test_things_are_as_many_as_the_name_says_and_the_total_is_theirs(name: str, count: int) -> None:
    cart = facts(name)["cart"]
    items = cart["items"]
    assert len({item["title"] for item in items}) == count
    assert cart["items_count"] == sum(item["quantity"] for item in items)
    assert cart["total"] == Money(sum(item["price"].units * item["quantity"] for item in items), "GBP")


def test_no_points() -> None:
    points = facts("no_points")["points"]
    assert {points[name] for name in ("balance", "lifetime", "earned", "spent", "remaining")} == {0}
    assert points["expires_at"] is None
    assert facts("no_points")["rewards"]["available_count"] == 0


def test_campaign_about_points_has_nobody_without_any() -> None:
    points = facts("no_points", about="points")["points"]
    assert points["remaining"] == 1
    assert points["expires_at"] is not None


def test_arabic_name_in_a_polish_mail() -> None:
    person = PEOPLE["arabic_name"]
    assert person.speaks == "pl_PL"
    assert all("\u0600" <= letter <= "\u06ff" for letter in facts("arabic_name")["contact"]["last_name"])


def test_event_about_a_reward_has_its_title() -> None:
    found = facts("ordinary", "reward_unlocked")
    assert found["event"]["title"] == found["reward"]["title"]


def test_amount_of_an_event_is_money_where_it_is_and_points_where_it_is_those() -> None:
    assert isinstance(facts("ordinary", "order_refunded")["event"]["amount"], Money)
    assert facts("ordinary", "points_earned")["event"]["amount"] == 120


def test_only_what_is_needed_is_made() -> None:
    assert facts("ordinary").keys() == {*NAMES, "contact", COUNTS}


def test_there_are_thirty_different_things() -> None:
    assert len({thing.product_id for thing in THINGS}) == 30
