"""The time line of a person: every thing once, the newest first, whatever the pages and the moments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from penfriend.domain.past import Cursor, Kind, PastLine
from penfriend.domain.timing import DAY, HOUR, MINUTE
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.past import read_past
from tests.contract.looks_shop import NOW, contact

MAIL = {
    "campaign": "welcome", "step": "welcome/hello", "template": "hello", "made_for": 1, "wanted_at": NOW,
    "due_at": NOW, "created_at": NOW,
}  # fmt: skip
RUN = {"campaign": "welcome", "occurrence": "", "entered_at": NOW, "began_at": NOW, "status": "ended"}


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def fill(database: Database) -> None:
    """Two people with the same things; many of them in one moment."""
    with database.write() as connection:
        for who in (1, 2):
            here = {"contact_id": who}
            connection.execute(insert(t.contacts).values(**contact(who), email_hash=f"hash-{who}"))
            for number, name in enumerate(("order_placed", "points_earned", "subscribed", "mail_sent")):
                key, at = f"{name}-{who}", NOW - (number % 2) * DAY
                row = {"name": name, "at": at, "received_at": at, "key": key, "body_hash": ""}
                connection.execute(insert(t.events).values(**here, **row, properties={"amount": who}))
            run = {**RUN, **here, "id": who, "ended_at": NOW, "end_reason": "goal", "converted_at": NOW}
            connection.execute(insert(t.enrollments).values(run))
            sent = {**MAIL, **here, "id": who, "enrollment_id": who, "message_id": f"<{who}@x>"}
            sent |= {"status": "sent", "over_at": NOW, "opened_at": NOW + HOUR, "facts": {"contact": {}}}
            connection.execute(insert(t.messages).values(**sent, note="250 kept"))
            waits = {"enrollment_id": who, "step": "welcome/hello", "reason": "frequency_cap"}
            for what in ("postponed", "ended"):
                row = {**here, **waits, "at": NOW, "until": NOW + HOUR, "what": what}
                connection.execute(insert(t.decisions).values(row))
            came = {"message_id": who, "email_hash": "", "at": NOW + MINUTE, "received_at": NOW}
            for kind, source in (("bounced", "mailbox"), ("delivered", "answer")):
                row = {**came, "key": f"{kind}-{who}", "kind": kind, "source": source}
                connection.execute(insert(t.feedback).values(row))
            door = {"campaign": "cart", "occurrence": "", "at": NOW, "decided_at": NOW, "reason": "too_soon"}
            connection.execute(insert(t.refusals).values(**here, **door))
            agreed = {"topic": "offers", "change": "subscribed", "at": NOW - DAY, "recorded_at": NOW}
            connection.execute(insert(t.consents).values(**here, **agreed, source="form", proof="box"))
            barred = {"email_hash": f"hash-{who}", "change": "suppressed", "reason": "by_hand", "at": NOW}
            connection.execute(insert(t.suppression_changes).values(barred))


def pages(database: Database, most: int) -> list[list[PastLine]]:
    found, before = [], None
    with database.read() as connection:
        while True:
            page = read_past(connection, 1, before, most)
            found.append(list(page.lines))
            if page.earlier is None:
                return found
            before = Cursor.read(str(page.earlier))


def test_every_thing_stands_once_and_the_newest_first(database: Database) -> None:
    fill(database)
    [whole] = pages(database, 100)
    told = [(line.kind, line.what or line.reason) for line in whole]
    assert told == [
        (Kind.OPENED, ""),
        (Kind.HEARD, "bounced"),
        (Kind.ENDED, "goal"),
        (Kind.CONVERTED, ""),
        (Kind.MAIL, "sent"),
        (Kind.DECIDED, "postponed"),
        (Kind.ENTERED, ""),
        (Kind.REFUSED, "too_soon"),
        (Kind.SUPPRESSION, "suppressed"),
        (Kind.EVENT, "order_placed"),
        (Kind.CONSENT, "subscribed"),
        (Kind.EVENT, "points_earned"),
    ]
    assert [line.at for line in whole] == sorted((line.at for line in whole), reverse=True)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_pages_join_without_a_gap_and_without_a_thing_twice(database: Database, most: int) -> None:
    fill(database)
    [whole] = pages(database, 100)
    parts = pages(database, most)
    assert [line for part in parts for line in part] == whole
    assert {len(part) for part in parts[:-1]} == {most}


def test_a_mail_can_be_shown_where_what_it_was_made_of_is_kept(database: Database) -> None:
    fill(database)
    with database.write() as connection:
        gone = {
            **MAIL,
            "id": 9,
            "contact_id": 1,
            "enrollment_id": 1,
            "message_id": "<9@x>",
            "status": "skipped",
        }
        gone |= {"step": "welcome/again", "over_at": NOW, "reason": "too_late", "note": "held up"}
        connection.execute(insert(t.messages).values(gone))
    [whole] = pages(database, 100)
    mails = {line.what: line for line in whole if line.kind is Kind.MAIL}
    assert (mails["sent"].mail, mails["sent"].detail) == (1, ""), "what the server said says nothing"
    assert (mails["skipped"].mail, mails["skipped"].detail) == (None, "held up")


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "1.2.x", "9" * 19 + ".1.1", "1.1.\u0661"])
def test_what_is_no_place_in_the_time_line_is_its_beginning(text: str) -> None:
    assert Cursor.read(text) is None
