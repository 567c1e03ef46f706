"""Splits, updates, webhooks and coupons in the steps, and old names of steps."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign import CallWebhook, Send, Share, Split, Update, Winner, WinsBy, walk_steps
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.timing import Duration, Unit
from tests.unit.language.support import campaign

ARMS = "{share: 10%, name: short, steps: [{send: a/b}]}, {share: 33.3%, name: long, steps: [{send: a/c}]}"
WEBHOOKS = 'webhooks: {care: {url: "https://care.shop.example/hooks", secret: "$${SECRET}"}}\n'
DATA = "data: {contact: {size: number, fan: yes_no, since: moment, born: date, word: text}}\n"


def test_a_split_shares_people_out_and_looks_for_the_better_arm() -> None:
    steps = f"[{{split: [{ARMS}], winner: {{by: clicked, after: 4 hours}}}}, {{send: a/d}}]"
    found = campaign("", steps=steps)
    split, last = found.steps
    assert isinstance(split, Split)
    assert split.id == "split"
    assert split.winner == Winner(WinsBy.CLICKED, Duration(4, Unit.HOURS))
    assert split.arms == (
        Share("short", 10.0, (Send(id="a/b", template="a/b"),)),
        Share("long", 33.3, (Send(id="a/c", template="a/c"),)),
    )
    assert last == Send(id="a/d", template="a/d")


def test_thirds_are_everybody() -> None:
    arms = ", ".join(
        f"{{share: {share}%, name: a{n}, steps: []}}" for n, share in enumerate((33.3, 33.3, 33.4))
    )
    assert len(campaign("", steps=f"[{{split: [{arms}]}}]").steps) == 1


def test_a_winner_can_be_found_by_the_goal() -> None:
    steps = f"[{{split: [{ARMS}], winner: {{by: goal, after: 7 days}}}}]"
    split = campaign("goal: order_placed,", steps=steps).steps[0]
    assert isinstance(split, Split)
    assert split.winner == Winner(WinsBy.GOAL, Duration(7, Unit.DAYS))


def test_steps_in_arms_are_called_after_what_stands_above_them() -> None:
    arms = "{share: 50%, name: x, steps: [{wait: 1 day}]}, {share: 50%, name: y, steps: [{wait: 1 day}]}"
    found = campaign("", steps=f"[{{send: a/b}}, {{split: [{arms}], id: test}}]")
    ids = [step.id for step in walk_steps(found.steps)]
    assert ids == ["a/b", "test", "wait after test", "wait after test (2)"]


@pytest.mark.parametrize(
    ("written", "name", "kind", "value"),
    [
        ("42", "size", FieldType.NUMBER, 42),
        ("yes", "fan", FieldType.YES_NO, True),
        ("1990-05-01", "born", FieldType.DATE, "1990-05-01"),
        ("yes", "word", FieldType.TEXT, "yes"),
        ("1970-01-02", "since", FieldType.MOMENT, 86_400_000_000),
        ("1970-01-01 01:00 Europe/Warsaw", "since", FieldType.MOMENT, 0),
    ],
)
def test_an_update_sets_an_attribute_of_its_declared_type(
    written: str, name: str, kind: FieldType, value: object
) -> None:
    steps = f"[{{update: {{contact.attributes.{name}: {written}}}}}]"
    update = campaign("", steps=steps, more=DATA).steps[0]
    field = Field(f"contact.attributes.{name}", "contact", name, kind, "attributes")
    assert isinstance(update, Update)
    assert update.attributes == ((field, value),)
    assert type(update.attributes[0][1]) is type(value)


def test_an_update_takes_people_out_of_topics() -> None:
    steps = (
        "[{wait: {for: mail_clicked, at_most: 14 days}}, {update: {topic.offers: no}, only_if: {waited: no}}]"
    )
    update = campaign("", steps=steps).steps[1]
    assert isinstance(update, Update)
    assert (update.attributes, update.leave) == ((), ("offers",))
    assert update.only_if is not None


def test_a_webhook_and_a_coupon_are_named() -> None:
    more = WEBHOOKS + "coupons: {spring: {code: SPRING10}}\n"
    webhook, letter = campaign("", steps="[{webhook: care}, {send: a/b, coupon: spring}]", more=more).steps
    assert webhook == CallWebhook(id="webhook", webhook="care")
    assert letter == Send(id="a/b", template="a/b", coupon="spring")


def test_a_step_says_what_it_was_called() -> None:
    steps = "[{send: a/b, was: a/old}, {wait: 3 days, was: wait after a/old}]"
    assert [step.was for step in campaign("", steps=steps).steps] == ["a/old", "wait after a/old"]
