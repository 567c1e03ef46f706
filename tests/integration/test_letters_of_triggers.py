"""What letters name, in a campaign of each kind of trigger: from the file to the mail, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.rehearsal import Rehearsal
from penfriend.domain.delivery import Handover
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Taken
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment
from penfriend.engine.clock import SetClock
from tests.support.clock import moment

NOON = Moment(moment("2026-03-02T12:00:00Z"))
CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London,
        currency: GBP}
topics: {offers: {title: Offers}, news: {title: News}}
policy: {send_between: 00:00-24:00, at_most: none}
data: {events: {product_viewed: {product_id: text}}}
surveys: {nps: {type: nps, question: How likely?}}
segments:
  placed: {of: orders, where: {order.total: {at_least: 1}}}
  bought: {of: purchases, where: {purchase.count: {at_least: 1}}}
  lots: {of: points, where: {points.remaining: {at_least: 1}}}
  unlocked: {of: rewards, where: {reward.status: available}}
  viewed: {of: events.product_viewed, key: product_id, where: {event.at: {after: 2026-03-01}}}
  open_carts: {of: carts, where: {cart.status: open}}
campaigns:
  order: {topic: offers, trigger: {segment: placed}, steps: [{send: order}]}
  purchase: {topic: offers, trigger: {segment: bought}, steps: [{send: purchase}]}
  points: {topic: offers, trigger: {segment: lots}, steps: [{send: points}]}
  reward: {topic: offers, trigger: {segment: unlocked}, steps: [{send: reward}]}
  viewed: {topic: offers, trigger: {segment: viewed}, steps: [{send: viewed}]}
  cart: {topic: offers, trigger: {event: cart_updated, key: cart_id}, steps: [{send: cart}]}
  delivered: {topic: offers, trigger: {event: order_delivered}, steps: [{send: delivered}]}
  birthday:
    topic: offers
    trigger: {date: contact.birthday, every: year, at: 10:00, segment: placed}
    steps: [{send: birthday}]
  sale: {topic: offers, trigger: {schedule: 2026-03-04 10:00, segment: open_carts}, steps: [{send: sale}]}
  news: {topic: offers, trigger: {schedule: 2026-03-04 10:00}, steps: [{send: news}]}
  asked:
    topic: offers
    trigger: {event: order_placed}
    steps:
      - {send: asked, survey: nps}
      - wait: {for: product_viewed, at_most: 1 day}
      - {send: again}
"""
LETTER = """---
subject: "{{ campaign.step }}"
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
TEXTS = {
    "order": (
        "{{ order.id }} {{ money(order.total) }} {{ order.items[0].title }},"
        " cart {{ cart.id }} {{ cart.status }}"
    ),
    "purchase": "{{ purchase.count }} of {{ product.title }} at {{ purchase.last_at.hour }}",
    "points": (
        "{{ points.remaining }} until {{ points.expires_at }},"
        ' {{ points.earned(within="last 2 days") }} lately, {{ points.spent(after="entry") }} spent since'
    ),
    "reward": "{{ reward.title }}, {{ rewards.available_count }} at {{ rewards.last_at.hour }}",
    "viewed": (
        "{{ event.product_id }} {{ product.title }} {{ event.at.hour }}"
        " {{ events.product_viewed.last_at.hour }}"
    ),
    "cart": "{{ cart.id }} {{ event.cart_id }} {{ cart.items_count }}",
    "delivered": "{{ event.order_id }} {{ order.id }} {{ order.delivered_at.hour }} of cart {{ cart.id }}",
    "birthday": "{{ contact.birthday }} {{ order.id }} {% if not event %}no event{% endif %}",
    "sale": "{{ cart.id }}",
    "news": (
        "{{ 1 if topic.offers }}{{ 1 if topic.news else 0 }} {{ orders.count }}"
        ' {{ orders.count(within="last 1 hour") }} {{ money(orders.total(within="last 2 days")) }}'
        " {{ 1 if campaign.asked.inside else 0 }} {{ campaign.asked.entered_at.hour }}"
    ),
    "asked": "{{ survey.question }} {{ survey.score or 'no score' }} {{ 1 if message.sent else 0 }}",
    "again": (
        "waited {{ 1 if waited else 0 }}, sent {{ 1 if message.sent else 0 }} {{ 1 if message.asked.sent }}"
        ' {{ 1 if message["again"].sent else 0 }}, opened {{ 1 if message.asked.opened else 0 }},'
        " score {{ survey.score or survey.nps.score or 'none' }}"
    ),
}
ITEMS = [{"product_id": "p-1", "title": "Oak board", "price": 20, "quantity": 1}]
HAPPENED: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("product_updated", {"product_id": "p-1", "title": "Oak", "price": 20}),
    ("cart_updated", {"cart_id": "k-1", "total": 20, "items": ITEMS}),
    ("order_placed", {"order_id": "o-1", "cart_id": "k-1", "total": 20, "items": ITEMS}),
    ("cart_updated", {"cart_id": "k-2", "total": 20, "items": ITEMS}),
    ("points_earned", {"lot_id": "l-1", "amount": 120, "expires_at": "2026-04-01"}),
    ("reward_unlocked", {"reward_id": "r-1", "title": "Mug", "cost": 100}),
    ("product_viewed", {"product_id": "p-1"}),
    ("order_delivered", {"order_id": "o-1"}),
)
EXPECTED = {
    "order": {"o-1 £20.00 Oak board, cart k-1 ordered"},
    "purchase": {"1 of Oak at 13"},
    "points": {"120 until 2026-04-01, 120 lately, 0 spent since"},
    "reward": {"Mug, 1 at 13"},
    "viewed": {"p-1 Oak 13 13"},
    "cart": {"k-1 k-1 1", "k-2 k-2 1"},
    "delivered": {"o-1 o-1 13 of cart k-1"},
    "birthday": {"1990-03-03 o-1 no event"},
    "sale": {"k-2"},
    "news": {"10 1 0 £20.00 0 13"},
    "asked": {"How likely? no score 0"},
    "again": {"waited 1, sent 1 1 0, opened 0, score none"},
}


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> House:
    (tmp_path / "templates").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "templates" / f"{name}.mjml").write_text(LETTER)
        (tmp_path / "templates" / f"{name}.txt").write_text(text)
    (tmp_path / "campaigns.yaml").write_text(CAMPAIGNS)
    environment = {
        "PENFRIEND_DATABASE_URL": database_url,
        "PENFRIEND_CONFIG": str(tmp_path / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    return House.open(environment, SetClock(NOON))


def a_day_in_the_shop(house: House) -> Callable[[], Moment | None]:
    """At noon a contact, at one o'clock all that a person can do in a shop, a minute between each."""
    left = [(Moment(NOON + HOUR + n * MINUTE), *one) for n, one in enumerate(HAPPENED)]
    came: list[str] = []

    def act() -> Moment | None:
        ingester, now = house.ingester(), house.clock.now()
        if not came:
            came.append("c-1")
            fields = {"birthday": "1990-03-03"}
            who = ContactIn(
                id="c-1", email="ada@shop.example", fields=fields, topics=["offers"], subscribed_at=NOON
            )
            ingester.ingest_contacts([who])
        while left and left[0][0] <= now:
            at, name, properties = left.pop(0)
            contact = None if name == "product_updated" else "c-1"
            (answer,) = ingester.ingest_events(
                [EventIn(name, contact, None, at, properties, f"e-{len(left)}")]
            )
            assert isinstance(answer, Taken)
        return left[0][0] if left else None

    return act


@pytest.mark.both
def test_letters_name_the_things_of_their_trigger_from_the_file_to_the_mail(house: House) -> None:
    sent: dict[str, set[str]] = {}

    def keep(mail: Handover) -> None:
        text = message_from_bytes(mail.email.content, policy=policy.default).get_body(("plain",))
        assert text is not None
        sent.setdefault(mail.email.subject, set()).add(text.get_content().strip())

    with house:
        house.apply(house.read_files())
        clock = house.clock
        assert isinstance(clock, SetClock)
        rehearsal = Rehearsal(house, clock, keep)
        try:
            rehearsal.live_until(Moment(NOON + 3 * DAY), act=a_day_in_the_shop(house))
        finally:
            rehearsal.worker.close()
    assert sent == EXPECTED
