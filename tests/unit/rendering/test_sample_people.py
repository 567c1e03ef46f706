"""The people that letters are looked at with: each is at the edge that their name says, in every letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from penfriend.domain.campaign import Campaign, EventTrigger, Send
from penfriend.domain.counting import COUNTS
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import FIELDS, Field
from penfriend.domain.letter import Needs
from penfriend.domain.moments import FromNow
from penfriend.domain.money import Money
from penfriend.domain.segment import ALWAYS, All, Condition, Not, Op, Segment
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.steps import Arm, Branch
from penfriend.domain.timing import Duration, Unit
from penfriend.domain.triggers import SegmentTrigger
from penfriend.rendering.sample_fit import Fit
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


def fitted(where: Condition, branch: Condition | None = None, name: str = "ordinary") -> dict[str, Any]:
    """What they have in a campaign of such a segment, in the letter of such a branch."""
    arm = Arm(condition=branch, steps=(STEP,))
    campaign = Campaign(
        name="one",
        trigger=SegmentTrigger("some"),
        steps=(Branch(id="which", arms=(arm,)),) if branch else (STEP,),
    )
    definitions = Definitions(brand=BRAND, segments={"some": Segment("some", where)})
    known = shapes(definitions, campaign, STEP)
    fit = Fit.of(definitions, campaign, STEP)
    return person_facts(
        PEOPLE[name], known, Needs(NAMES | {"survey", "orders"}), BRAND, "en_GB", NOW, fit=fit
    )


def field(name: str) -> Field:
    """A field as a condition names it."""
    group, _, key = name.partition(".")
    return Field(name, group, key, FIELDS[group][key].type)


def test_who_is_told_that_an_answer_was_bad_gave_a_bad_one() -> None:
    bad = FieldTest(field("survey.score"), Op.AT_MOST, 6)
    assert fitted(ALWAYS)["survey"]["score"] == 9
    assert fitted(ALWAYS, bad)["survey"]["score"] == 6
    assert fitted(ALWAYS, Not(bad))["survey"]["score"] == 9


def test_reward_that_is_out_of_reach_costs_more_than_the_points() -> None:
    dear = FieldTest(field("reward.cost"), Op.MORE_THAN, field("points.balance"))
    found = fitted(All((dear,)))
    assert (found["points"]["balance"], found["reward"]["cost"]) == (1_540, 1_600)


def test_who_has_been_silent_for_long_has_not_ordered_lately() -> None:
    silent = FieldTest(field("orders.last_at"), Op.BEFORE, FromNow(Duration(90, Unit.DAYS), -1))
    assert fitted(silent)["orders"]["last_at"] == NOW - timedelta(days=90)
    assert fitted(ALWAYS)["orders"]["last_at"] == NOW - timedelta(days=9)


def test_count_fits_what_the_segment_and_then_what_the_branch_says() -> None:
    new, bought = (FieldTest(field("orders.count"), op, n) for op, n in ((Op.EQUAL, 0), (Op.AT_LEAST, 1)))
    assert fitted(new)["orders"]["count"] == 0
    assert fitted(new, bought)["orders"]["count"] == 1
    assert fitted(FieldTest(field("orders.count"), Op.LESS_THAN, 3))["orders"]["count"] == 2
    assert fitted(FieldTest(field("orders.count"), Op.MORE_THAN, 7))["orders"]["count"] == 8


def test_what_somebody_is_made_for_stays() -> None:
    rich = FieldTest(field("points.balance"), Op.AT_LEAST, 100)
    assert fitted(rich, name="no_points")["points"]["balance"] == 0
