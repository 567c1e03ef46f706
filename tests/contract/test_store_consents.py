"""Consent in the store: topics, double opt-in, leaving, and what imports may not do."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from penfriend.domain.events import EventIn
from penfriend.domain.incoming_rows import consent_of
from penfriend.domain.ingestion import ContactIn, Refused, Taken
from penfriend.domain.timing import Moment
from tests.contract.store_cases import NOW, Shop
from tests.support.clock import moment

DAY_1, DAY_2, DAY_3 = (f"2026-02-0{day}T10:00:00Z" for day in (1, 2, 3))


def standing(shop: Shop, topic: str = "news") -> tuple[int, int] | None:
    found = shop.rows("SELECT subscribed, requested FROM subscriptions WHERE topic = :topic", topic=topic)
    return (found[0]["subscribed"], found[0]["requested"]) if found else None


def test_subscribing_is_logged_and_dated(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="news", proof="checkout")
    assert standing(shop) == (1, 0)
    assert shop.contact()["subscribed_at"] == moment(DAY_1)
    log = shop.row("SELECT topic, change, at, recorded_at, proof FROM consents")
    wanted = {
        "topic": "news",
        "change": "subscribed",
        "at": moment(DAY_1),
        "recorded_at": moment(NOW),
        "proof": "checkout",
    }
    assert log == wanted


def test_subscribing_without_proof_is_a_request_under_double_opt_in(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="offers")
    assert standing(shop, "offers") == (0, 1)
    assert shop.row("SELECT name FROM events") == {"name": "subscription_requested"}
    shop.happen("subscribed", DAY_2, topic="offers", proof="click")
    assert standing(shop, "offers") == (1, 0)
    assert shop.contact()["subscribed_at"] == moment(DAY_2)


def test_unsubscribing_without_a_topic_leaves_all(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="news")
    shop.happen("subscribed", DAY_1, topic="rewards")
    shop.happen("unsubscribed", DAY_2)
    assert (standing(shop, "news"), standing(shop, "rewards")) == ((0, 0), (0, 0))


def test_late_subscription_does_not_undo_leaving(shop: Shop) -> None:
    shop.happen("unsubscribed", DAY_2)
    shop.happen("subscribed", DAY_1, topic="news")
    assert standing(shop) == (0, 0)


def test_subscribed_at_is_when_the_first_topic_came_again(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="news")
    shop.happen("subscribed", DAY_2, topic="rewards")
    assert shop.contact()["subscribed_at"] == moment(DAY_1)
    shop.happen("unsubscribed", DAY_2)
    shop.happen("subscribed", DAY_3, topic="rewards")
    assert shop.contact()["subscribed_at"] == moment(DAY_3)


def test_unknown_topic_is_refused_with_a_suggestion(shop: Shop) -> None:
    answer = shop.happen("subscribed", topic="newz")
    assert answer == Refused('topic: there is no topic "newz". Did you mean "news"?')


def test_no_import_subscribes_again_who_has_left(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, topic="news")
    shop.happen("unsubscribed", DAY_2, topic="news")
    shop.take(shop.event("subscribed", DAY_3, topic="news"), source="import:consents.csv")
    assert standing(shop) == (0, 0)
    person = ContactIn("c-1", topics=["news"], subscribed_at=Moment(moment(DAY_3)))
    shop.contacts(person)
    assert standing(shop) == (0, 0)


def test_no_import_subscribes_to_a_new_topic_who_has_left_all(shop: Shop) -> None:
    shop.happen("unsubscribed", DAY_1)
    shop.contacts(ContactIn("c-1", topics=["news"]))
    assert standing(shop) != (1, 0)


def test_person_may_subscribe_again(shop: Shop) -> None:
    shop.happen("unsubscribed", DAY_1, topic="news")
    shop.happen("subscribed", DAY_2, topic="news")
    assert standing(shop) == (1, 0)


def test_imported_contact_is_subscribed_with_the_file_as_proof(shop: Shop) -> None:
    person = ContactIn("c-1", "ann@shop.example", topics=["offers"], subscribed_at=Moment(moment(DAY_1)))
    assert shop.contacts(person, proof="people.csv") == [Taken()]
    assert standing(shop, "offers") == (1, 0)
    found = shop.row("SELECT source, proof, at FROM subscriptions")
    assert found == {"source": "import:people.csv", "proof": "people.csv", "at": moment(DAY_1)}


def test_consent_raises_the_contacts_version(shop: Shop) -> None:
    shop.happen("page")
    before = shop.contact()["version"]
    shop.happen("unsubscribed")
    assert shop.contact()["version"] == before + 1


def refusal(shop: Shop, at: str) -> None:
    """What a registry of consent says of somebody."""
    row = {"email": "ann@shop.example", "at": at, "change": "RET"}
    said = consent_of(row, ZoneInfo("UTC"), proof="iys.csv")
    shop.take(replace(said, id=f"iys-{at}"), source="import:iys.csv")


@pytest.mark.parametrize("first", [True, False])
def test_refusal_of_a_registry_wins_whatever_the_dates_of_other_imports(shop: Shop, *, first: bool) -> None:
    if first:
        refusal(shop, DAY_1)
    agreed = shop.event("subscribed", DAY_2, topic="news", email="ann@shop.example")
    shop.take(agreed, source="import:shop.csv")
    if not first:
        assert standing(shop) == (1, 0)
        refusal(shop, DAY_1)
    assert standing(shop) in {(0, 0), None}
    shop.happen("subscribed", DAY_3, topic="news")
    assert standing(shop) == (1, 0), "the person's own later word"


def test_consent_is_kept_with_the_address_of_its_day_and_the_version_of_the_text(shop: Shop) -> None:
    shop.happen("subscribed", DAY_1, email="ann@shop.example", topic="news", text_version="checkout 7")
    moved = EventIn("contact_updated", "c-1", None, Moment(moment(DAY_2)), {"email": "new@shop.example"}, "m")
    shop.take(moved)
    shop.happen("unsubscribed", DAY_3)
    log = shop.rows("SELECT address, text_version FROM consents ORDER BY id")
    assert log == [
        {"address": "ann@shop.example", "text_version": "checkout 7"},
        {"address": "new@shop.example", "text_version": None},
    ]
