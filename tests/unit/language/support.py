"""What the tests of the language share: a small head that makes a snippet a whole file, and the sample."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from penfriend.domain.campaign import Campaign
from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import Condition
from penfriend.language import Loaded, load

HEAD = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics: {offers: {title: Offers}}
"""
TEMPLATES = frozenset({"a/b", "a/c", "welcome/hello"})
ENVIRONMENT = {"PENFRIEND_PUBLIC_URL": "https://mail.shop.example"}

SAMPLE = """\
# yaml-language-server: $schema=campaigns.schema.json
version: 1

brand:
  name: Acorn & Oak
  from: Acorn & Oak <hello@mail.acornandoak.example>
  reply_to: care@acornandoak.example
  address: 12 Mill Lane, Bristol BS1 4QA, United Kingdom   # every marketing mail carries it
  public_url: ${PENFRIEND_PUBLIC_URL}
  locale: en
  timezone: Europe/London
  currency: GBP
data:
  contact: {shoe_size: number}
  events: {product_viewed: {product_id: text, price: number}}
topics:
  offers: {title: Offers and news, double_opt_in: yes}
  rewards: {title: Points and rewards}
  feedback: {title: Surveys}

policy:
  send_between: 09:00-20:00
  send_on: mon-sat
  at_most: 3 per 7 days
  max_lateness: 2 days
  when:
    - {if: {contact.country: TR}, send_between: 10:00-21:00}
    - {if: {contact.frequency: fewer}, at_most: 1 per 7 days}

segments:
  new_subscribers:
    description: Confirmed their address in the last three days and has not bought yet
    where: {contact.subscribed_at: {within: last 3 days}, orders.count: 0}
  vip:
    where:
      any: [{orders.total: {at_least: 500, within: last 365 days}}, {contact.tier: {in: [gold, platinum]}}]
  lapsed:
    where:
      - orders.count: {at_least: 1}
      - orders.last_at: {before: 90 days ago}
      - not: {segment: vip}
  abandoned_carts:
    of: carts
    where:
      cart.status: open
      cart.total: {at_least: 10}
      cart.updated_at: {before: 1 hour ago, after: 3 days ago}
  points_about_to_expire:
    of: points
    where: {points.expires_at: {within: next 30 days}, points.remaining: {at_least: 100}}

campaigns:
  order_confirmation:
    kind: transactional
    trigger: {event: order_placed, key: order_id}
    steps: [{send: orders/confirmation}]
  welcome:
    topic: offers
    trigger: {segment: new_subscribers}
    goal: {event: order_placed, within: 14 days}
    steps:
      - send: welcome/hello
      - wait: 2 days
      - send: welcome/favourites
      - wait: 3 days
      - {send: welcome/first_order_gift}
  abandoned_cart:
    topic: offers
    priority: 90
    policy: {at_most: 5 per 7 days, max_lateness: 12 hours}
    trigger: {segment: abandoned_carts}
    reentry: every 7 days
    goal: {event: order_placed, match: {cart_id: cart.id}, within: 7 days}
    exit_on: [goal, {if: {cart.status: {not: open}}}]
    steps:
      - send: abandoned_cart/reminder
      - wait: {until: 23 hours after cart.updated_at}
      - {send: abandoned_cart/second}
  points_expiry:
    topic: rewards
    trigger: {segment: points_about_to_expire}
    exit_on: [left_segment]
    steps:
      - send: points_expiry/notice
      - wait: {until: 7 days before points.expires_at, at: 10:00}
      - send: points_expiry/last_week
      - wait: {until: 1 day before points.expires_at, at: 10:00}
      - send: points_expiry/last_day
  satisfaction:
    topic: feedback
    trigger: {event: order_delivered, key: order_id}
    reentry: every 90 days
    steps:
      - wait: 10 days
      - {send: survey/nps, survey: after_delivery}
      - wait: {for: survey_answered, at_most: 7 days}
      - branch:
          - {if: {survey.score: {at_most: 6}}, steps: [{send: survey/sorry}]}
          - {if: {survey.score: {at_least: 9}}, steps: [{send: survey/tell_a_friend}]}

surveys:
  after_delivery:
    type: nps
    question: {en: "How likely are you to recommend us?", tr: "Bizi önerme olasılığınız nedir?"}
    comment: {en: "What is the main reason for your score?"}
"""
"""The sample of LANGUAGE.md, as far as it is supported."""


def load_text(text: str, environment: Mapping[str, str] = ENVIRONMENT) -> Loaded:
    """Loads one file without looking at templates."""
    return load({"c.yaml": text}, "c.yaml", environment, None)


def problems_of(text: str) -> list[str]:
    """The problems of a text behind the common head, without the file's name."""
    return [str(problem).removeprefix("c.yaml:") for problem in load_text(HEAD + text).problems]


def defined(text: str) -> Definitions:
    """The definitions of a text behind the common head, which has no problem."""
    loaded = load_text(HEAD + text)
    assert loaded.problems == ()
    assert loaded.definitions is not None
    return loaded.definitions


def condition(text: str, *, of: str = "contacts", data: str = "{}") -> Condition:
    """The condition that `text` says in a segment."""
    return defined(f"data: {data}\nsegments: {{s: {{of: {of}, where: {text}}}}}\n").segments["s"].where


def campaign(
    text: str, *, trigger: str = "{event: order_placed}", steps: str = "[{send: a/b}]", more: str = ""
) -> Campaign:
    """The campaign with the keys `text`, which ends with a comma or is empty."""
    whole = f"{more}campaigns: {{c: {{{text} topic: offers, trigger: {trigger}, steps: {steps}}}}}\n"
    return defined(whole).campaigns["c"]


def as_editors_see(text: str) -> object:
    """The file as an editor's schema check sees it: YAML 1.2, where `no` and 09:00 are texts."""
    return _plain(yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _plain(node: yaml.Node | None) -> object:
    match node:
        case yaml.MappingNode():
            return {str(_plain_key(key)): _plain(value) for key, value in node.value}
        case yaml.SequenceNode():
            return [_plain(value) for value in node.value]
        case yaml.ScalarNode():
            return node.value if node.style else _typed(node.value)
        case _:
            return None


def _plain_key(node: yaml.Node) -> object:
    return node.value if isinstance(node, yaml.ScalarNode) else "[]"


def _typed(text: str) -> object:
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text
