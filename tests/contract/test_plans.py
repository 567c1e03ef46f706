"""No statement of the engine or of a page reads a table of many rows from its beginning to its end.

The house lives: ticks and the pages of the dashboard, over a small store of which the databases believe that
it is a thousand times as large. What may read all rows stands in ALLOWED, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.bench_data import fill
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Refused
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.storage import people_search
from penfriend.storage.results import book
from tests.support.both_databases import KINDS
from tests.support.connections import Seconds
from tests.support.dashboard import Visitor, add_with_password, serve_dashboard
from tests.support.empty_store import shared_url
from tests.support.plans import Plans, add_rows, pretend_large, recorded
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: 9 per 7 days}
data: {events: {product_viewed: {product_id: text}}}
segments:
  buyers: {where: {orders.count: {at_least: 1}}}
  lapsed: {where: [{orders.count: {at_least: 1}}, {orders.last_at: {before: 90 days ago}}]}
  lookers: {where: {events.product_viewed.count: {at_least: 3, within: last 30 days}}}
  left: {of: carts, where: {cart.status: open, cart.updated_at: {before: 1 hour ago, after: 3 days ago}}}
  points: {of: points, where: {points.expires_at: {within: next 21 days}}}
surveys: {care: {type: nps, question: How was it?}}
retention: {events: 2 years, messages: 2 years, stories: 2 years}
campaigns:
  thanks:
    topic: offers
    trigger: {segment: buyers}
    goal: {event: order_placed, within: 3 days}
    policy: {holdout: 10%}
    steps:
      - split:
          - {name: a, share: 50%, steps: [{send: hello, id: a}]}
          - {name: b, share: 50%, steps: [{send: hello, id: b}]}
        id: two
      - wait: {for: mail_clicked, at_most: 2 days}
      - {send: hello, id: again}
  hello_again: {topic: offers, trigger: {segment: lapsed}, steps: [{send: hello}]}
  remind: {topic: offers, trigger: {segment: left}, steps: [{send: hello}], exit_on: [left_segment]}
  parcel: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}
  birthday:
    topic: offers
    trigger: {date: contact.birthday, every: year, at: "09:00"}
    steps: [{send: hello}]
"""
PAGES = (
    *(
        "/",
        "/campaigns",
        "/campaigns/thanks",
        "/segments",
        "/segments/lapsed",
        "/contacts",
        "/contacts?q=ann",
    ),
    *("/contacts/c-7", "/contacts/c-7?why=1", "/letters", "/surveys", "/surveys/care", "/relationship"),
    *("/deliverability", "/system", "/simulation", "/audit"),
)
ALLOWED = {
    "WHERE contacts.email IS NOT NULL AND contacts.erased_at IS NULL ORDER BY contacts.id DESC LIMIT": (
        "the newest contacts: ends when there are enough, and few have no address"
    ),
    "SELECT contacts.id FROM contacts ORDER BY contacts.id DESC LIMIT": "ends after so many",
    "FROM feedback ORDER BY feedback.id DESC LIMIT": "ends after so many",
    "SELECT enrollments.id FROM enrollments WHERE enrollments.campaign =": (
        "whether anybody was ever in a campaign: ends at the first; of a rare one an index knows"
    ),
    "FROM suppressions GROUP BY suppressions.reason": (
        "one row for each address that must not be written to, few among all; from an index alone"
    ),
    "ORDER BY answers.answered_at DESC, answers.id DESC LIMIT": (
        "the newest comments: ends when there are enough of them"
    ),
}
"""Parts of statements, and why what they read whole is no matter."""


pytestmark = pytest.mark.timeout(400)  # the house is made in the first test


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with (
        pytest.MonkeyPatch.context() as patch,
        served_house(folder, shared_url(request, folder), CAMPAIGNS) as opened,
    ):
        # what is bounded by a number has to stay far below what there is
        patch.setattr(people_search, "LATEST", 5)
        patch.setattr(book, "AT_ONCE", 5)
        fill(opened, contacts=200, messages=1000, events=3000)
        add_rows(opened.db, opened.clock.now(), 400)
        for number in range(20):
            come_in(opened, f"before-{number}")
        pretend_large(opened.db)
        yield opened


def come_in(house: House, name: str) -> None:
    """Somebody of whom everything is known, and who does everything."""
    now, ingester = house.clock.now(), house.ingester()
    fields = {"first_name": "Ann", "birthday": "1990-03-03", "timezone": "Europe/London"}
    answers = ingester.ingest_contacts([ContactIn(name, f"{name}@shop.example", fields, {}, ("offers",))])
    said: dict[str, dict[str, Any]] = {
        "cart_updated": {"cart_id": f"k-{name}", "total": 30, "items": [{"product_id": "p", "price": 30}]},
        "order_placed": {"order_id": f"o-{name}", "total": 30, "items": [{"product_id": "p", "price": 30}]},
        "product_viewed": {"product_id": "p"},
        "points_earned": {"lot_id": f"l-{name}", "amount": 500, "expires_at": "2026-03-20"},
        "reward_unlocked": {"reward_id": f"r-{name}", "title": "Mug", "cost": 10},
        "survey_answered": {"survey": "care", "score": 9, "comment": "Good"},
    }
    events = [
        EventIn(kind, name, None, Moment(now - HOUR), properties, f"{name}-{kind}")
        for kind, properties in said.items()
    ]
    answers += ingester.ingest_events(events)
    assert not [one for one in answers if isinstance(one, Refused)]


def live(house: House) -> None:
    """Every tick, for some days; those of housekeeping once."""
    clock = house.clock
    assert isinstance(clock, Seconds)
    worker = Worker.of(house)
    with closing(worker):
        for number in range(3):
            come_in(house, f"new-{number}")
            clock.set(Moment(clock.now() + DAY))
            worker.settle()
            worker.results()
            worker.recover()


def test_nothing_that_is_done_often_reads_a_large_table_whole(house: House) -> None:
    with recorded(house.db) as plans:
        live(house)
        look(house)
    assert len(plans.scans) > 150, "the house has lived"
    assert faults(plans) == []


def look(house: House) -> None:
    """Every page, as an operator."""
    with serve_dashboard(house) as server, closing(Visitor(server.url)) as visitor:
        add_with_password(house, visitor, "anna", "operator")
        for path in PAGES:
            assert visitor.get(path).status_code == 200, path


def faults(plans: Plans) -> list[str]:
    return [
        f"{', '.join(sorted(tables))}: {' '.join(statement.split())}"
        for statement, tables in plans.scans.items()
        if tables and not any(part in " ".join(statement.split()) for part in ALLOWED)
    ]


def test_a_table_that_is_read_whole_is_found(house: House) -> None:
    with recorded(house.db) as plans, house.db.read() as connection:
        connection.execute(text("SELECT id FROM contacts WHERE created_at + 0 = 7")).all()
        connection.execute(text("SELECT id FROM contacts WHERE id = 7")).all()
    assert faults(plans) == ["contacts: SELECT id FROM contacts WHERE created_at + 0 = 7"]
