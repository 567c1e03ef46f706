"""Visits on both stores: who follows a link, and what becomes of what they choose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from penfriend.domain.tokens import Purpose
from penfriend.domain.visits import Agreement, GivenAnswer, TopicChoices
from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from penfriend.storage.tables import contacts
from penfriend.storage.visit_log import VisitLog
from tests.unit.web.visit_shop import START, VisitShop


@pytest.fixture
def shop(database_url: str) -> Iterator[VisitShop]:
    """A shop on each kind of store."""
    with open_database(database_url) as db:
        upgrade(db)
        yield VisitShop(db)


def token(shop: VisitShop, purpose: Purpose, who: int, mail: int, value: int = 0) -> str:
    return shop.link(purpose, who, mail, value).rpartition("/")[2]


def test_visitor_is_known_by_the_mail(shop: VisitShop) -> None:
    who = shop.contact(topics=["offers"], locale="tr", timezone="Europe/Istanbul")
    asked = shop.event("subscription_requested", topic="journal")
    found = VisitLog(shop.db).visitor(who, shop.mail(who, "opt_in", event=asked))
    assert found is not None
    assert (found.contact, found.email, found.locale, found.timezone) == (
        who,
        "c-1@post.example",
        "tr",
        "Europe/Istanbul",
    )
    assert found.is_subscribed("offers")
    assert found.agreements["journal"] == Agreement(subscribed=False, requested=True, at=START)
    assert found.requested == ("journal",)
    assert found.mail is not None
    assert (found.mail.campaign, found.mail.topic, found.mail.asked_topic) == ("opt_in", None, "journal")


def test_topic_of_an_event_that_asks_for_nothing_is_not_confirmed(shop: VisitShop) -> None:
    who = shop.contact()
    viewed = shop.event("page_viewed", topic="journal")
    found = VisitLog(shop.db).visitor(who, shop.mail(who, "opt_in", event=viewed))
    assert found is not None
    assert found.mail is not None
    assert found.mail.asked_topic is None


def test_visitor_of_a_mail_that_is_gone_is_the_contact_of_the_token(shop: VisitShop) -> None:
    who = shop.contact()
    found = VisitLog(shop.db).visitor(who, 99)
    assert found is not None
    assert (found.contact, found.mail) == (who, None)


def test_the_mail_says_whose_it_is_after_two_were_joined(shop: VisitShop) -> None:
    old = shop.contact("old")
    mail = shop.mail(old)
    new = shop.contact("new", topics=())
    shop.event("contact_merged", "old", into="new")
    found = VisitLog(shop.db).visitor(old, mail)
    assert found is not None
    gone = {old, new} - {found.contact}
    assert len(gone) == 1
    assert found.is_subscribed("offers")
    assert VisitLog(shop.db).visitor(gone.pop(), 99) is None


def test_an_erased_contact_is_nobody(shop: VisitShop) -> None:
    who = shop.contact()
    mail = shop.mail(who)
    with shop.db.write() as connection:
        connection.execute(update(contacts).values(erased_at=START))
    assert VisitLog(shop.db).visitor(who, mail) is None


def test_facts_are_those_that_were_frozen(shop: VisitShop) -> None:
    who = shop.contact()
    facts = {"contact": {"first_name": "Ağ", "locale": "tr"}, "cart": {"total": {"$money": [1, "GBP"]}}}
    mail = shop.mail(who, facts=facts)
    assert VisitLog(shop.db).frozen_facts(mail) == facts
    assert VisitLog(shop.db).frozen_facts(99) is None


def test_leaving_is_on_record_and_looking_is_not(shop: VisitShop) -> None:
    who = shop.contact()
    link = token(shop, Purpose.UNSUBSCRIBE, who, shop.mail(who))
    before = shop.rows()
    assert shop.visits().leave_page(link) is not None
    assert shop.rows() == before
    page = shop.visits().leave(link)
    assert page is not None
    assert page.left
    assert shop.subscribed(who) == {"rewards"}


def test_leaving_everything_and_coming_back(shop: VisitShop) -> None:
    who = shop.contact()
    link = token(shop, Purpose.PREFERENCES, who, shop.mail(who))
    shop.visits().choose(link, TopicChoices((), (), leave_all=True))
    assert shop.subscribed(who) == set()
    shop.later()
    shop.visits().choose(link, TopicChoices({"journal"}, {"journal"}))
    assert shop.subscribed(who) == {"journal"}


def test_of_several_answers_the_last_holds(shop: VisitShop) -> None:
    who = shop.contact()
    mail = shop.mail(who, "satisfaction", "survey/nps")
    other = shop.mail(who, "satisfaction", "survey/nps")
    link = token(shop, Purpose.SURVEY, who, mail, 8)
    shop.visits().answer(link, 9, "Fast")
    shop.later()
    shop.visits().answer(link, 3, "")
    found, elsewhere = VisitLog(shop.db).visitor(who, mail), VisitLog(shop.db).visitor(who, other)
    assert found is not None
    assert found.answers == {"after_delivery": GivenAnswer(3, None, shop.clock.now())}
    assert elsewhere is not None
    assert elsewhere.answers == {}, "an answer belongs to its enrollment"


def test_the_same_form_twice_at_once_is_one_change(shop: VisitShop) -> None:
    who = shop.contact()
    link = token(shop, Purpose.UNSUBSCRIBE, who, shop.mail(who))
    waiting = shop.visits()
    batches: list[int] = []

    def overtaken(batch: object) -> object:
        if not batches:  # between what this one has read and what it writes, the other one is done
            batches.append(1)
            shop.visits().leave(link)
            shop.later()
        return shop.ingest(batch)  # type: ignore[arg-type]  # handed through

    waiting._ingest = overtaken  # type: ignore[assignment]  # as above
    page = waiting.leave(link)
    assert page is not None
    assert page.left
    assert len([row for row in shop.rows("events")["events"] if "unsubscribed" in row]) == 1
