"""The first page: which campaign earns and which annoys, what needs a look, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Executable, insert, update

from penfriend.bootstrap import House
from penfriend.bootstrap.coming_hours import coming_hours
from penfriend.bootstrap.last_days import annoys_most, balances, earns_most, last_days
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.overview import Overview
from penfriend.domain.timing import DAY, HOUR, MINUTE
from penfriend.storage.tables import campaign_states, destinations, outgoing_calls, routes
from penfriend.web.dashboard.home import tiles
from tests.support.dashboard import Visitor, serve_dashboard
from tests.support.houses import NOON
from tests.support.results_made_up import at, figures, mail, person
from tests.support.served_house import served_house

FILE = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {contact: {seen: yes_no}, events: {signed_up: {}}}
campaigns:
  thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}
  news_letter: {topic: offers, trigger: {schedule: "0 9 1 * *"}, steps: [{send: hello}]}
  series:
    topic: offers
    trigger: {event: signed_up}
    steps:
      - {send: hello}
      - {wait: 2 days, id: pause}
      - {update: {contact.attributes.seen: yes}, id: note}
      - branch: [{if: {orders.count: {at_least: 1}}, steps: [{send: hello, id: again}]}]
        id: fork
      - {wait: 1 day, id: last}
      - {exit: done, id: out}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, FILE) as opened:
        yield opened


def shown(house: House, language: str = "en") -> str:
    """The page, as text."""
    with serve_dashboard(house, open_here=True) as server:
        guest = Visitor(server.url, **{"accept-language": language})
        page = guest.get("/")
        guest.close()
    assert page.status_code == 200
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", page.text))


def test_it_says_which_campaign_earns_most_and_which_annoys_most(house: House) -> None:
    figures(house, "thanks", sent=200, converted=10, revenue=4_000_000)
    figures(house, "news_letter", sent=1000, unsubscribed=6, complained=2, converted=1, revenue=100_000)
    figures(house, "series", sent=49, unsubscribed=40, revenue=90_000_000)
    text = shown(house)
    assert "Thanks earns most: €200.00 for every hundred mails." in text
    assert "News letter annoys most: after a thousand of its mails 8.0 people have left" in text
    assert text.count("Too few mails yet to say anything.") == 1
    assert "It has no goal." not in text, "whatever it was, something came of them"


def test_who_has_no_goal_earns_no_nothing(house: House) -> None:
    figures(house, "thanks", sent=200, unsubscribed=1)
    assert "Thanks annoys most 200 It has no goal. 5.0" in shown(house)


def test_without_money_goals_are_what_is_earned(house: House) -> None:
    figures(house, "thanks", sent=100, converted=3)
    figures(house, "news_letter", sent=100, converted=9)
    found = balances(last_days(house))
    assert [one.name for one in found] == ["news_letter", "thanks"]
    best = earns_most(found)
    assert best is not None
    assert (best.name, best.orders) == ("news_letter", 9)
    assert annoys_most(found) is None
    assert "News letter reaches its goal most often: 9.0 times" in shown(house)


def test_this_week_stands_against_the_last(house: House) -> None:
    figures(house, "thanks", 0, sent=30, clicked=3)
    figures(house, "thanks", 6, sent=30)
    figures(house, "thanks", 7, sent=40, clicked=3)
    figures(house, "thanks", 14, sent=500)
    sent, clicked, converted, _ = tiles(last_days(house))
    assert (sent.now, sent.before, sent.word, sent.change) == (60, 40, "up", 0.5)
    assert (clicked.word, converted.word) == ("same", "same")
    assert "60 50% more" in shown(house)
    assert "%50 daha çok" in shown(house, "tr")


def unknown(house: House) -> None:
    mail(house, 1, "thanks", "unknown")


def late(house: House) -> None:
    mail(house, 1, "thanks", "due", due_at=at(house, -15 * MINUTE))


def unmade(house: House) -> None:
    mail(house, 1, "thanks", "skipped", reason="render_failed", over_at=at(house, -DAY))


def paused(house: House) -> None:
    write(house, insert(routes).values(name="bulk", paused_until=at(house, HOUR), reason="535", failures=1))


def resting(house: House) -> None:
    row = {"route": "default", "domain": "post.example", "resting_until": at(house, HOUR), "failures": 3}
    write(house, insert(destinations).values(reason="421 later, ann@post.example", **row))


def stopped(house: House) -> None:
    its = campaign_states.c.campaign == "thanks"
    write(house, update(campaign_states).where(its).values(stopped_at=NOON, stopped_why="9 % came back"))


def not_applied(house: House) -> None:
    house.set_note("not_applied", "campaigns.yaml:3:1: nonsense")


def call(house: House, status: str, attempts: int) -> None:
    house.ingester().ingest_contacts([ContactIn("c-9", "c-9@shop.example")])
    row = {
        "contact_id": house.contact_id("c-9"),
        "target": "till",
        "revision": 1,
        "key": f"call {attempts}",
        "body": "{}",
    }
    row |= {"status": status, "attempts": attempts, "due_at": at(house, HOUR), "created_at": NOON}
    write(house, insert(outgoing_calls).values(**row))


def call_failed(house: House) -> None:
    call(house, "failed", 9)


def call_put_off(house: House) -> None:
    call(house, "due", 2)


@pytest.mark.both
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (call_failed, "Calls of other systems that have failed for good: 1."),
        (call_put_off, "Another system does not answer as it should. Calls that wait for another try: 1."),
        (unknown, "Of 1 mails nobody knows whether they arrived."),
        (late, "the one that waits longest should have gone 15 minutes ago"),
        (unmade, "The letter hello could not be made for 1 people"),
        (paused, "The transport bulk rests until"),
        (resting, "Mail to post.example rests until Mar 2, 2026, 1:00\u202fPM. 421 later, a***@post.example"),
        (stopped, "thanks has stopped by itself, since Mar 2, 2026, 12:00\u202fPM. 9 % came back"),
        (not_applied, "The campaign files on the server are not live. campaigns.yaml:3:1: nonsense"),
    ],
)
def test_what_needs_a_look_is_told_in_a_sentence(
    house: House, make: Callable[[House], None], said: str
) -> None:
    assert "Nothing. Everything is on its way." in shown(house)
    make(house)
    text = shown(house)
    assert said in text
    assert "Nothing. Everything is on its way." not in text


def write(house: House, statement: Executable) -> None:
    with house.db.write() as connection:
        connection.execute(statement)


def test_what_is_long_over_needs_no_look(house: House) -> None:
    mail(house, 1, "thanks", "skipped", reason="render_failed", over_at=at(house, -5 * DAY))
    mail(house, 2, "thanks", "due", due_at=at(house, -5 * MINUTE))
    call(house, "due", 0)
    assert "Nothing. Everything is on its way." in shown(house)


def test_the_next_hours_have_what_is_due_and_whose_wait_leads_to_a_mail(house: House) -> None:
    live = house.live()
    assert live is not None
    mail(house, 1, "thanks", "due", due_at=at(house, -MINUTE))
    mail(house, 2, "thanks", "due", due_at=at(house, 2 * HOUR + MINUTE))
    mail(house, 3, "thanks", "due", due_at=at(house, 25 * HOUR))
    mail(house, 4, "thanks", "sent", due_at=at(house, HOUR))
    person(house, 5, "series", at="pause", due_at=at(house, 2 * HOUR))  # a fork of which an arm mails
    person(house, 6, "series", at="last", due_at=at(house, HOUR))  # comes to the exit
    person(house, 7, "series", due_at=at(house, HOUR))  # has yet to begin
    person(house, 8, "series", at="pause")  # waits for its mail
    person(house, 9, "gone_now", at="pause", due_at=at(house, HOUR))
    coming = coming_hours(house, live)
    assert {name: {hour: n for hour, n in enumerate(hours) if n} for name, hours in coming.mails.items()} == {
        "thanks": {0: 1, 2: 1},
        "series": {1: 1, 2: 1},
    }
    assert (coming.total, coming.is_all) == (4, True)
    assert "About 4 mails, as things stand now." in shown(house)


def test_nobody_is_named(house: House) -> None:
    mail(house, 1, "thanks", "unknown")
    text = shown(house)
    assert "Eleanor" not in text
    assert "c-1" not in text


def test_the_page_does_not_ask_for_all_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: House) -> Overview:
        raise AssertionError("the counts of all scan every table")

    monkeypatch.setattr(House, "overview", never)
    assert "How it stands" in shown(house)
