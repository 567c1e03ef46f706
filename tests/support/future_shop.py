"""A shop of a few people for the tests of what looks ahead: a window, a cap, a branch, a survey."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, ContactIn, Taken
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.tables import contacts, messages, metadata
from tests.support.clock import moment
from tests.support.empty_store import with_tables

NOON = Moment(moment("2026-03-02T12:00:00Z"))
PEOPLE = 12
CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
policy: {send_between: 09:00-18:00, at_most: 2 per 7 days}
data: {events: {signed_up: {}, never_happens: {}, nothing: {}}}
surveys: {experience: {type: nps, question: How was it?}}
segments:
  bought: {where: {orders.count: {at_least: 1}}}
  silent: {where: {contact.created_at: {before: 10 days ago}}}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up}
    goal: {event: order_placed, within: 14 days}
    steps:
      - send: hello
      - wait: 90 minutes
      - branch:
          - if: {segment: bought}
            steps: [{send: hello, id: thanks}]
          - else: [{wait: 2 days}, {send: hello, id: again}]
      - wait: 36 hours
      - {send: hello, id: last}
  long_time:
    topic: offers
    trigger: {segment: silent}
    steps: [{send: hello, id: miss_you}]
  review:
    kind: transactional
    trigger: {event: order_placed, key: order_id}
    steps: [{wait: 1 day}, {send: asks, survey: experience}]
  asleep:
    topic: offers
    trigger: {event: never_happens}
    steps: [{send: hello}]
"""
_LETTER = """---
subject: Hello {{ contact.first_name or 'you' }}
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
%s
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
LETTERS = {
    "hello": _LETTER % '{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>',
    "asks": _LETTER % '<a href="{{ links.survey(9) }}">Nine</a>',
}


def write_files(folder: Path, campaigns: str = CAMPAIGNS) -> Path:
    """The campaign file and the letters; the path of the first."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for name, text in LETTERS.items():
        (folder / "templates" / f"{name}.mjml").write_text(text)
    (folder / "campaigns.yaml").write_text(campaigns)
    return folder / "campaigns.yaml"


def environment(folder: Path, database_url: str, transport: str = "memory:") -> dict[str, str]:
    """The settings of the shop."""
    return {
        "PENFRIEND_DATABASE_URL": database_url,
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": transport,
    }


def open_shop(
    folder: Path, database_url: str, *, applied: bool = True, transport: str = "memory:?rate=1/s"
) -> House:
    """The shop at noon, its campaigns live since a day, and nothing ticked of what happened since; with a
    clock that is set by hand."""
    write_files(folder)
    clock = SetClock(Moment(NOON - DAY))
    house = House.open(environment(folder, with_tables(database_url), transport), clock)
    _let_in(house.ingester().ingest_contacts(_people(), proof="a form"))
    if applied:
        house.apply(house.read_files())
    clock.set(NOON)
    _let_in(house.ingester().ingest_events(_events()))
    return house


def _people() -> list[ContactIn]:
    """Each of another age, in another zone than the one before; one in five wants no offers."""
    zones = ("Europe/London", "America/New_York", "Asia/Tokyo")
    return [
        ContactIn(
            f"c-{number}",
            f"c{number}@customer.example",
            {"timezone": zones[number % 3], "first_name": f"Name {number}"},
            topics=["offers"] if number % 5 else [],
            subscribed_at=Moment(NOON - 30 * DAY) if number % 5 else None,
            created_at=Moment(NOON - number * DAY - number * 7 * MINUTE),
        )
        for number in range(1, PEOPLE + 1)
    ]


def _events() -> list[EventIn]:
    """All sign up, each at another minute, and some order."""
    signed_up = [
        EventIn("signed_up", f"c-{number}", None, Moment(NOON - number * 17 * MINUTE), {}, f"s-{number}")
        for number in range(1, PEOPLE + 1)
    ]
    return signed_up + [
        EventIn(
            "order_placed", f"c-{number}", None, Moment(NOON - number * MINUTE), {"total": 30}, f"o-{number}"
        )
        for number in range(2, PEOPLE + 1, 4)
    ]


def _let_in(answers: list[Answer]) -> None:
    assert set(map(type, answers)) == {Taken}


def digest(house: House) -> str:
    """All rows of all tables."""
    found = hashlib.sha256()
    with house.db.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table).order_by(*table.primary_key.columns))
            found.update(repr([table.name, *map(tuple, rows)]).encode())
    return found.hexdigest()


def message_log(house: House) -> list[tuple[object, ...]]:
    """Every message: contact, campaign, step, status, reason, and the moment at which it was over."""
    m = messages.c
    chosen = select(contacts.c.key, m.campaign, m.step, m.status, m.reason, m.over_at)
    with house.db.read() as connection:
        rows = connection.execute(chosen.join(contacts, contacts.c.id == m.contact_id))
        return sorted(map(tuple, rows), key=repr)
