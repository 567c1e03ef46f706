"""Who a letter is tried with: what the campaign's trigger does not promise is missing for somebody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from penfriend.domain.campaign import Campaign, Send
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At
from penfriend.domain.segment import Segment, Things
from penfriend.domain.triggers import DateTrigger, EventTrigger, ScheduleTrigger, SegmentTrigger, Trigger
from penfriend.rendering import TemplateRenderer
from tests.unit.rendering.letters import DEFINITIONS, KEY, text_letter, told

BIRTHDAY = DateTrigger(Field("contact.birthday", "contact", "birthday", FieldType.DATE))
ONE_DAY = At(date(2026, 4, 2))
SEGMENTS = {one.value: Segment(one.value, of=one, event="product_viewed") for one in Things}


def found(trigger: Trigger, content: str) -> list[str]:
    """The problems of a letter in a campaign with that trigger."""
    send = Send(id="hello", template="hello")
    campaign = Campaign(name="one", trigger=trigger, topic="offers", steps=(send,))
    shop = replace(DEFINITIONS, campaigns={"one": campaign}, segments=SEGMENTS)
    return told(TemplateRenderer({"hello.mjml": text_letter(content)}, shop, KEY, 1).check())


@pytest.mark.parametrize(
    "trigger",
    [BIRTHDAY, ScheduleTrigger(moment=ONE_DAY), SegmentTrigger("contacts"), SegmentTrigger("carts")],
)
def test_event_of_a_campaign_that_is_about_none_is_told(trigger: Trigger) -> None:
    problem = 'templates/hello.mjml:4:48: this is empty, so it has no "url"; ask {% if ... %} before.'
    assert found(trigger, "{{ event.url }}") == [problem]
    assert found(trigger, "{% if event %}{{ event.url }}{% endif %}") == []


@pytest.mark.parametrize(
    "trigger",
    [
        EventTrigger("product_viewed"),
        SegmentTrigger("events"),
        DateTrigger(BIRTHDAY.field, segment="events"),
        ScheduleTrigger(moment=ONE_DAY, segment="events"),
    ],
)
def test_event_of_a_campaign_that_is_about_one_is_there(trigger: Trigger) -> None:
    assert found(trigger, "{{ event.url }} {{ date(event.at) }}") == []


def test_who_never_bought_has_no_score() -> None:
    compared = "{% if contact.rfm.recency > 3 %}Soon{% endif %}"
    assert found(BIRTHDAY, compared) != []
    asked_first = "{% if contact.rfm.recency and contact.rfm.recency > 3 %}Soon{% endif %}"
    assert found(BIRTHDAY, asked_first) == []


@pytest.mark.parametrize(
    ("things", "content"),
    [
        ("carts", "{{ cart.id }}"),
        ("orders", "{{ order.id }}"),
        ("purchases", "{{ purchase.count }} {{ product.title }}"),
        ("rewards", "{{ reward.title }} {{ reward.cost }}"),
    ],
)
def test_thing_that_somebody_may_not_have_is_warned_of_where_the_campaign_is_not_about_it(
    things: str, content: str
) -> None:
    for trigger in (
        SegmentTrigger(things),
        DateTrigger(BIRTHDAY.field, segment=things),
        ScheduleTrigger(moment=ONE_DAY, segment=things),
    ):
        assert found(trigger, content) == []
    (warning,) = found(BIRTHDAY, content)
    assert "warning: this fails for somebody" in warning
    assert 'this is empty, so it has no "' in warning


@pytest.mark.parametrize(
    ("event", "content"),
    [
        ("cart_updated", "{{ cart.id }}"),
        ("order_delivered", "{{ order.id }}"),
        ("reward_unlocked", "{{ reward.title }}"),
    ],
)
def test_thing_that_the_campaigns_event_names_is_there(event: str, content: str) -> None:
    assert found(EventTrigger(event), content) == []
    assert len(found(EventTrigger("tier_changed"), content)) == 1


def test_points_and_rewards_in_all_are_always_there() -> None:
    content = "{{ points.remaining }} {{ rewards.available_count }} {{ orders.count }}"
    assert found(BIRTHDAY, content) == []
