"""Consent and answers to surveys are told in the transaction in which they come in."""

from __future__ import annotations

import pytest

from penfriend.domain.outgoing import Kind
from penfriend.domain.timing import Moment
from penfriend.storage import ingest_batch
from penfriend.storage.erasing import erase
from tests.contract.outgoing_world import ask, documents, types
from tests.contract.store_cases import Shop
from tests.support.clock import moment

DAY_1, DAY_2, DAY_3 = (f"2026-02-0{day}T10:00:00Z" for day in (1, 2, 3))


class Boom(Exception):
    """Something goes wrong behind what is tested."""


def test_consent_is_told_when_it_changes_and_not_when_it_is_said_again(shop: Shop) -> None:
    ask(shop.db)
    shop.happen("subscribed", DAY_1, email="ann@shop.example", topic="news", proof="checkout", source="till")
    shop.happen("subscribed", DAY_2, topic="news", proof="again")
    shop.happen("unsubscribed", DAY_3, topic="news")
    first, second = documents(shop.db)
    assert first == {
        "type": "consent.subscribed",
        "timestamp": DAY_1,
        "data": {
            "contact": {"id": "c-1", "email": "ann@shop.example"},
            "topic": "news",
            "source": "till",
            "proof": "checkout",
        },
    }
    assert (second["type"], second["timestamp"]) == ("consent.unsubscribed", DAY_3)


def test_request_under_double_opt_in_is_told_when_it_is_confirmed(shop: Shop) -> None:
    ask(shop.db)
    shop.happen("subscribed", DAY_1, topic="offers")
    assert documents(shop.db) == []
    shop.happen("subscribed", DAY_2, topic="offers", proof="click")
    assert types(shop.db) == ["consent.subscribed"]


def test_request_that_is_taken_back_is_told_as_leaving(shop: Shop) -> None:
    ask(shop.db)
    shop.happen("subscribed", DAY_1, topic="offers")
    shop.happen("unsubscribed", DAY_2, topic="offers")
    assert types(shop.db) == ["consent.unsubscribed"]


def test_who_leaves_all_leaves_each_topic(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="news")
    shop.happen("subscribed", DAY_1, topic="rewards")
    ask(shop.db)
    shop.happen("unsubscribed", DAY_2)
    assert [(one["type"], one["data"]["topic"]) for one in documents(shop.db)] == [
        ("consent.unsubscribed", "news"),
        ("consent.unsubscribed", "rewards"),
    ]


def test_what_comes_late_and_changes_nothing_is_not_told(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="news")
    shop.happen("unsubscribed", DAY_3, topic="news")
    ask(shop.db)
    shop.happen("subscribed", DAY_2, topic="news")
    assert documents(shop.db) == []


def test_erasure_is_told_in_place_of_all_that_waited(shop: Shop) -> None:
    ask(shop.db)
    shop.happen("subscribed", DAY_1, email="ann@shop.example", topic="news", proof="checkout")
    with shop.db.write() as connection:
        erase(connection, shop.contact()["id"], Moment(moment(DAY_3)), "an operator")
    assert documents(shop.db) == [
        {
            "type": "consent.erased",
            "timestamp": DAY_3,
            "data": {"contact": {"id": "c-1", "email": "ann@shop.example"}},
        }
    ]


def test_erasure_is_told_to_nobody_who_keeps_no_consents(shop: Shop) -> None:
    ask(shop.db, Kind.SURVEY, Kind.MESSAGE)
    shop.happen("subscribed", DAY_1, email="ann@shop.example", topic="news", proof="checkout")
    with shop.db.write() as connection:
        erase(connection, shop.contact()["id"], Moment(moment(DAY_3)), "an operator")
    assert documents(shop.db) == []


def test_joined_contacts_are_told_of_as_the_one_that_stays(shop: Shop) -> None:
    ask(shop.db)
    shop.happen("subscribed", DAY_1, contact="c-1", topic="news")
    shop.happen("subscribed", DAY_2, contact="c-2", topic="rewards")
    shop.happen("contact_merged", DAY_3, contact="c-1", into="c-2")
    told = [(one["data"]["contact"]["id"], one["data"]["topic"]) for one in documents(shop.db)]
    assert told == [("c-1", "news"), ("c-2", "rewards"), ("c-2", "news")]
    owners = {row["contact_id"] for row in shop.rows("SELECT contact_id FROM outgoing_calls")}
    assert owners == {shop.contact("c-2")["id"]}


def test_answer_to_a_survey_is_told(shop: Shop) -> None:
    ask(shop.db)
    shop.happen("survey_answered", DAY_1, survey="nps", score="9", comment="Good and warm")
    assert documents(shop.db) == [
        {
            "type": "survey.answered",
            "timestamp": DAY_1,
            "data": {
                "contact": {"id": "c-1", "email": None},
                "survey": "nps",
                "score": 9,
                "comment": "Good and warm",
            },
        }
    ]


def test_event_that_could_not_be_kept_is_told_to_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(shop.db)

    def fail(*_: object) -> None:
        raise Boom

    monkeypatch.setattr(ingest_batch, "touch", fail)
    answered = shop.event("survey_answered", DAY_1, survey="nps", score="9")
    with pytest.raises(Boom):
        shop.take(answered, shop.event("subscribed", DAY_1, topic="news"))
    assert (shop.rows("SELECT id FROM events"), documents(shop.db)) == ([], [])
