"""A shop that has mailed Ann and Bob, and the mails that come back of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from penfriend.rendering.return_paths import Returned, return_path
from penfriend.storage import tables as t
from penfriend.storage.suppressions import suppression_reason
from tests.support.bounced_mail import MESSAGE_ID, ORIGINAL, RETURN_PATH
from tests.support.houses import NOON, open_house

SECRET = b"a secret for the tests"
ANN, BOB = "ann@shop.example", "bob@shop.example"
CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London,
  return_path: bounces@mail.acorn.example}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {number: number}}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up, key: number}
    steps: [{send: hello}]
"""


@contextmanager
def mailing_shop(folder: Path, database_url: str, campaigns: str = CAMPAIGNS) -> Iterator[House]:
    """The house, at NOON, when both have been sent a mail."""
    with open_house(folder, database_url, campaigns) as house:
        house.apply(house.read_files())
        house.ingester().ingest_contacts(
            [ContactIn(one, one, {"first_name": one[:3]}, {}, ("offers",), NOON) for one in (ANN, BOB)]
        )
        send(house, ANN)
        send(house, BOB)
        yield house


def send(house: House, who: str, number: int = 0) -> None:
    """Mail this person, now."""
    now = house.clock.now()
    event = EventIn("signed_up", who, None, now, {"number": number}, f"{who}-{number}")
    house.ingester().ingest_events([event])
    worker = Worker.of(house)
    try:
        worker.settle()
    finally:
        worker.close()


def later(house: House, microseconds: int) -> None:
    """Let time pass."""
    assert isinstance(house.clock, SetClock)
    house.clock.set(Moment(house.clock.now() + microseconds))


def mail_of(house: House, who: str) -> tuple[str, str]:
    """The return path and the Message-ID of the last mail to somebody."""
    m, c = t.messages.c, t.contacts.c
    chosen = (
        select(m.id, m.contact_id, m.message_id)
        .join(t.contacts, c.id == m.contact_id)
        .where(c.email == who)
        .order_by(m.id.desc())
    )
    with house.db.read() as connection:
        row = connection.execute(chosen.limit(1)).one()
    return return_path(RETURN_PATH, Returned(row.contact_id, row.id), SECRET), row.message_id


def original_of(message_id: str) -> str:
    """What comes back of the mail with that Message-ID."""
    return ORIGINAL.replace(MESSAGE_ID, message_id)


def why_not(house: House, who: str = ANN) -> str | None:
    """Why the address must not be written to."""
    with house.db.read() as connection:
        return suppression_reason(connection, who)
