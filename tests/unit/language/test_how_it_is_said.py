"""LANGUAGE.md, "How it is said": each line of it is understood."""

from __future__ import annotations

import pytest

from penfriend.language import load
from tests.unit.language.support import HEAD, other_problems

DATA = """\
data:
  events:
    product_viewed: {product_id: text, price: number}
    stock_alert: {product_id: text}
    subscription_updated: {subscription_id: text, renews_at: moment}
segments:
  browsing_stopped: {of: events.product_viewed, where: {event.at: {before: 2 hours ago, after: 1 day ago}}}
  coffee_runs_out: {of: purchases, where: {purchase.last_at: {before: 25 days ago}}}
"""
SEGMENTS = {
    "price drop": "of: events.product_viewed, key: product_id,"
    " where: {product.price: {less_than: event.price}}",
    "back in stock": "of: events.stock_alert, key: product_id, where: {product.stock: {at_least: 1}}",
    "renewal": "of: events.subscription_updated, key: subscription_id,"
    " where: {event.renews_at: {within: next 14 days}}",
    "sunset": "where: {events.mail_sent.count: {at_least: 5, within: last 180 days},"
    " events.mail_clicked.count: {at_most: 0, within: last 180 days}}",
    "never opened": "where: {events.mail_opened.count: 0}",
    "after loyalty silence": "where: {events.mail_sent.count:"
    " {at_most: 0, within: last 4 days, where: {topic: rewards}}}",
}
CAMPAIGNS = {
    "browse reminder": "topic: offers, trigger: {segment: browsing_stopped}, reentry: every 7 days,"
    " exit_on: [order_placed], steps: [{send: a/b}]",
    "buy again": "topic: offers, trigger: {segment: coffee_runs_out}, reentry: always,"
    " exit_on: [left_segment], steps: [{send: a/b}]",
    "sunset": "topic: offers, trigger: {segment: tested}, steps: [{send: a/b},"
    " {wait: {for: mail_clicked, at_most: 14 days}}, {update: {topic.offers: no}, only_if: {waited: no}}]",
    "resend": "topic: offers, trigger: {segment: tested}, steps: [{send: a/b}, {wait: 3 days},"
    " {send: a/b, id: again, subject: Once more, only_if: {message.opened: no}}]",
    "birthday month": "topic: offers, trigger: {date: contact.birthday, every: year, day: 1},"
    " steps: [{send: a/b}]",
    "tier at risk": "topic: offers, trigger: {date: contact.tier_until, offset: -30 days,"
    " if: {orders.total: {less_than: 500, within: last 335 days}}}, steps: [{send: a/b}]",
    "double opt-in": "kind: transactional, trigger: {event: subscription_requested}, steps: [{send: a/b}]",
}


@pytest.mark.parametrize("said", SEGMENTS)
def test_a_segment_is_understood(said: str) -> None:
    text = f"topics: {{rewards: {{title: Points}}}}\n{DATA}  tested: {{{SEGMENTS[said]}}}\n"
    loaded = load({"c.yaml": text}, "c.yaml", {}, None)
    assert other_problems(loaded) == []


@pytest.mark.parametrize("said", CAMPAIGNS)
def test_a_campaign_is_understood(said: str) -> None:
    text = f"{HEAD}{DATA}  tested: {{{SEGMENTS['sunset']}}}\ncampaigns:\n  c: {{{CAMPAIGNS[said]}}}\n"
    loaded = load({"c.yaml": text}, "c.yaml", {}, None)
    assert other_problems(loaded) == []
