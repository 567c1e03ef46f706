"""The sample of LANGUAGE.md, but for the company's own databases, loads and means what it says."""

from __future__ import annotations

import dataclasses
from datetime import date, time

from penfriend.domain.campaign import (
    Branch,
    CallWebhook,
    EventHappening,
    EventTrigger,
    ExitWord,
    Goal,
    IfHappening,
    Kind,
    Reentry,
    ReentryKind,
    ScheduleTrigger,
    SegmentTrigger,
    Send,
    Split,
    WaitHappening,
    WaitUntil,
    walk_steps,
)
from penfriend.domain.campaign_test import Expectation
from penfriend.domain.definitions import Definitions
from penfriend.domain.moments import At, OfField
from penfriend.domain.segment import All, Not, Op, Things
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Cap, Duration, Unit
from tests.unit.language.support import SAMPLE, load_text, other_problems

DAY = Unit.DAYS


def sample() -> Definitions:
    loaded = load_text(SAMPLE)
    assert other_problems(loaded) == []
    assert loaded.definitions is not None
    return loaded.definitions


def test_the_brand_takes_its_url_from_the_environment() -> None:
    brand = sample().brand
    assert brand.sender == "Acorn & Oak <hello@mail.acornandoak.example>"
    assert brand.public_url == "https://mail.shop.example"
    assert (brand.locale, brand.timezone, brand.currency) == ("en", "Europe/London", "GBP")


def test_topics_know_about_double_opt_in() -> None:
    assert {name: topic.double_opt_in for name, topic in sample().topics.items()} == {
        "offers": True,
        "rewards": False,
        "feedback": False,
    }


def test_the_policy_and_what_replaces_it() -> None:
    policy = sample().policy
    assert policy.send_window_hours == (time(9), time(20))
    assert policy.send_days == frozenset(range(6))
    assert policy.at_most == (Cap(3, Duration(7, DAY)),)
    assert policy.max_lateness == Duration(2, DAY)
    turkey, fewer = policy.when
    assert turkey.policy.send_window_hours == (time(10), time(21))
    assert turkey.policy.at_most is None
    assert fewer.policy.at_most == (Cap(1, Duration(7, DAY)),)


def test_segments_are_of_contacts_and_of_things() -> None:
    assert {name: segment.of for name, segment in sample().segments.items()} == {
        "new_subscribers": Things.CONTACTS,
        "vip": Things.CONTACTS,
        "lapsed": Things.CONTACTS,
        "abandoned_carts": Things.CARTS,
        "points_about_to_expire": Things.POINTS,
        "coffee_runs_out": Things.PURCHASES,
        "browsing_stopped": Things.EVENTS,
        "warehouse_fans": Things.ROWS,
    }


def test_the_lapsed_have_bought_long_ago_and_are_no_vips() -> None:
    where = sample().segments["lapsed"].where
    assert isinstance(where, All)
    count, last, not_vip = where.of
    assert isinstance(count, FieldTest)
    assert isinstance(last, FieldTest)
    assert (count.field.name, count.op, count.value) == ("orders.count", Op.AT_LEAST, 1)
    assert (last.field.name, last.op) == ("orders.last_at", Op.BEFORE)
    assert isinstance(not_vip, Not)


def test_an_amount_is_kept_in_ten_thousandths() -> None:
    where = sample().segments["abandoned_carts"].where
    assert isinstance(where, All)
    total = where.of[1]
    assert isinstance(total, FieldTest)
    assert total.value == 100_000


def test_a_transactional_campaign_is_entered_once_for_each_order() -> None:
    campaign = sample().campaigns["order_confirmation"]
    assert campaign.kind is Kind.TRANSACTIONAL
    assert campaign.trigger == EventTrigger("order_placed", key="order_id")
    assert campaign.reentry == Reentry(ReentryKind.NEVER)
    assert campaign.exit_on == ()


def test_the_abandoned_cart_has_its_goal_and_its_exits() -> None:
    campaign = sample().campaigns["abandoned_cart"]
    assert campaign.trigger == SegmentTrigger("abandoned_carts")
    assert campaign.priority == 90
    assert campaign.reentry == Reentry(ReentryKind.EVERY, Duration(7, DAY))
    assert isinstance(campaign.goal, Goal)
    mine, other = campaign.goal.events[0].match[0]
    assert (mine.group, mine.key, other.group, other.key) == ("event", "cart_id", "cart", "id")
    goal, gone = campaign.exit_on
    assert goal is ExitWord.GOAL
    assert isinstance(gone, IfHappening)


def test_a_wait_until_a_date_has_a_time_of_day() -> None:
    wait = sample().campaigns["points_expiry"].steps[1]
    assert isinstance(wait, WaitUntil)
    assert isinstance(wait.until, OfField)
    assert (wait.until.field.name, wait.until.offset, wait.until.sign) == (
        "points.expires_at",
        Duration(7, DAY),
        -1,
    )
    assert wait.at == time(10)


def test_the_survey_letter_waits_for_its_answer_and_branches() -> None:
    _, letter, wait, branch = sample().campaigns["satisfaction"].steps
    assert isinstance(letter, Send)
    assert letter.survey == "after_delivery"
    assert isinstance(wait, WaitHappening)
    assert wait.happenings == (EventHappening("survey_answered"),)
    assert isinstance(branch, Branch)
    assert [type(arm.condition) for arm in branch.arms] == [FieldTest, FieldTest]
    assert branch.arms[0].steps[0] == CallWebhook(id="webhook after survey/nps", webhook="care_desk")


def test_the_spring_sale_looks_for_the_better_letter() -> None:
    campaign = sample().campaigns["spring_sale"]
    assert isinstance(campaign.trigger, ScheduleTrigger)
    (split,) = campaign.steps
    assert isinstance(split, Split)
    assert [(arm.name, arm.percent) for arm in split.arms] == [("short", 10.0), ("long", 10.0)]


def test_the_last_letter_of_the_welcome_carries_a_code() -> None:
    found = sample()
    assert [
        step.coupon for step in walk_steps(found.campaigns["welcome"].steps) if isinstance(step, Send)
    ] == [
        None,
        None,
        "comeback_10",
    ]
    assert found.coupons["comeback_10"].warn_below == 500


def test_the_test_of_the_welcome_says_what_happens() -> None:
    (test,) = sample().tests
    assert test.campaign == "welcome"
    assert test.contact["subscribed_at"] == At(date(2026, 3, 2), time(10))
    assert [(event.name, event.properties) for event in test.events] == [("order_placed", {"total": "40.00"})]
    assert [(line.what, line.step, line.reason) for line in test.expect] == [
        (Expectation.SENT, "welcome/hello", ""),
        (Expectation.EXIT, "", "goal"),
    ]


def test_every_step_has_an_id_of_its_own() -> None:
    ids = [step.id for step in walk_steps(sample().campaigns["satisfaction"].steps)]
    assert ids == [
        "wait",
        "survey/nps",
        "wait after survey/nps",
        "branch after survey/nps",
        "webhook after survey/nps",
        "survey/sorry",
        "survey/tell_a_friend",
    ]


def test_definitions_do_not_change_with_the_places_of_steps() -> None:
    moved = load_text("# one more line\n" + SAMPLE).definitions
    assert moved is not None
    assert moved.campaigns == sample().campaigns
    assert dataclasses.replace(moved, segments={}) == dataclasses.replace(sample(), segments={})
