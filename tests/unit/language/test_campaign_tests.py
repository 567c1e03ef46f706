"""The section tests: what is given and what is expected."""

from __future__ import annotations

from datetime import date, time

import pytest

from penfriend.domain.campaign_test import CampaignTest, Expectation
from penfriend.domain.moments import At
from tests.unit.language.support import defined

HEAD = """\
data: {contact: {size: number, fan: yes_no}}
campaigns:
  c:
    topic: offers
    goal: order_placed
    trigger: {event: order_placed}
    steps:
      - send: a/b
      - split: [{share: 50%, name: x, steps: [{send: a/c}]}, {share: 50%, name: y, steps: []}]
tests:
"""
AT = At(date(2026, 3, 2), time(10))


def read(text: str) -> CampaignTest:
    (test,) = defined(f"{HEAD}  - {{name: one, campaign: c, {text}}}\n").tests
    return test


def events(text: str) -> list[tuple[At, str, object]]:
    return [(event.at, event.name, event.properties) for event in read(f"events: {text}, expect: []").events]


def expected(text: str) -> list[tuple[At, Expectation, str, str]]:
    return [(line.at, line.what, line.step, line.reason) for line in read(f"expect: {text}").expect]


def test_a_contact_has_fields_moments_topics_and_attributes() -> None:
    contact = (
        "{id: 7, locale: tr-TR, country: tr, birthday: 1990-05-01, subscribed_at: 2026-03-02 10:00,"
        " topics: offers, attributes: {size: 40, fan: yes, more: [a, b]}, rfm: {recency: 1, monetary: 5}}"
    )
    assert read(f"contact: {contact}, expect: []").contact == {
        "id": "7",
        "locale": "tr_TR",
        "country": "TR",
        "birthday": "1990-05-01",
        "subscribed_at": AT,
        "topics": ["offers"],
        "attributes": {"size": "40", "fan": "yes", "more": ["a", "b"]},
        "rfm": {"recency": 1, "monetary": 5},
    }


def test_nobody_can_be_subscribed_to_nothing_by_omission() -> None:
    assert "topics" not in read("contact: {locale: en}, expect: []").contact
    assert read("contact: {topics: []}, expect: []").contact == {"topics": []}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[{2026-03-02 10:00: {order_placed: {total: 40}}}]", [(AT, "order_placed", {"total": "40"})]),
        ("[{2026-03-02 10:00: order_delivered}]", [(AT, "order_delivered", {})]),
        ("[{2026-03-02 10:00: {order_delivered: }}]", [(AT, "order_delivered", {})]),
        (
            "[{2026-03-02 10:00: {order_delivered: {order_id: 7}, cart_emptied: {}}}]",
            [(AT, "order_delivered", {"order_id": "7"}), (AT, "cart_emptied", {})],
        ),
        (
            "[{2026-03-02 10:00: [cart_emptied, {cart_emptied: {cart_id: x}}]}]",
            [(AT, "cart_emptied", {}), (AT, "cart_emptied", {"cart_id": "x"})],
        ),
    ],
)
def test_one_event_or_several_at_a_moment(text: str, found: list[tuple[At, str, object]]) -> None:
    assert events(text) == found


SENT, SKIPPED, POSTPONED, EXIT = Expectation


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[{2026-03-02 10:00: {sent: a/b}}]", [(AT, SENT, "a/b", "")]),
        ("[{2026-03-02 10:00: {sent: [a/b, a/c]}}]", [(AT, SENT, "a/b", ""), (AT, SENT, "a/c", "")]),
        ("[{2026-03-02 10:00: {skipped: {a/b: too_late}}}]", [(AT, SKIPPED, "a/b", "too_late")]),
        ("[{2026-03-02 10:00: {skipped: {a/b: goal}}}]", [(AT, SKIPPED, "a/b", "goal")]),
        ("[{2026-03-02 10:00: {skipped: a/b}}]", [(AT, SKIPPED, "a/b", "")]),
        (
            "[{2026-03-02 10:00: [{postponed: {a/b: outside_window}}, {exit: completed}]}]",
            [(AT, POSTPONED, "a/b", "outside_window"), (AT, EXIT, "", "completed")],
        ),
        (
            "[{2026-03-02 10:00: {sent: a/b, exit: completed}}]",
            [(AT, SENT, "a/b", ""), (AT, EXIT, "", "completed")],
        ),
    ],
)
def test_what_is_expected_at_a_moment(text: str, found: list[tuple[At, Expectation, str, str]]) -> None:
    assert expected(text) == found


def test_when_it_ends_who_is_held_out_and_which_arm_is_taken() -> None:
    test = read("expect: [], until: 2026-03-02 10:00, holdout: yes, take: {split after a/b: y}")
    assert (test.until, test.holdout, test.take) == (AT, True, {"split after a/b": "y"})
    usual = read("expect: []")
    assert (usual.until, usual.holdout, usual.take, usual.contact, usual.events) == (None, False, {}, {}, ())
