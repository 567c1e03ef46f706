"""The page that says how mail arrives: its numbers, its words, and nobody's name or address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.bootstrap import House
from penfriend.bootstrap.deliverability import DAYS, deliverability
from penfriend.domain.deliverability import Fate
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.refusal_words import Why, why_refused, without_the_person
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.storage import tables as t
from penfriend.storage.delivery_days import Piece, count_fates
from penfriend.storage.suppressions import suppress
from tests.support.dashboard import CAMPAIGNS, Visitor, add_with_password, serve_dashboard
from tests.support.houses import NOON
from tests.support.served_house import served_house

MIDNIGHT = Moment(NOON - 12 * HOUR)
ADDRESS = "eleanor.rigby@gmail.com"


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        yield opened


def fare(house: House, at: int, **fates: int) -> None:
    """So many mails to Gmail fare so on the day of that moment."""
    with house.db.write() as connection:
        for fate, number in fates.items():
            count_fates(connection, [Piece("default", at, ADDRESS, Fate(fate))] * number)


def days(house: House, *begin: int) -> None:
    with house.db.write() as connection:
        for one in begin:
            connection.execute(insert(t.route_days).values(route="default", begins_at=one, handed=1))


def refuse(house: House, text: str) -> None:
    """A mail to ADDRESS comes back."""
    house.ingester().ingest_contacts([ContactIn("c-1", ADDRESS)])
    contact = house.contact_id("c-1")
    run = {"campaign": "thanks", "contact_id": contact, "occurrence": "", "status": "ended"}
    with house.db.write() as connection:
        enrollment = connection.execute(
            insert(t.enrollments).values(**run, entered_at=NOON, began_at=NOON)
        ).inserted_primary_key
        mail = connection.execute(
            insert(t.messages).values(
                enrollment_id=enrollment[0] if enrollment else 0,
                contact_id=contact,
                campaign="thanks",
                step="hello",
                template="hello",
                status="sent",
                message_id="<1@acorn.example>",
                address=ADDRESS,
                route="default",
                wanted_at=NOON,
                due_at=NOON,
                created_at=NOON,
                bounced_at=NOON,
            )
        ).inserted_primary_key
        connection.execute(
            insert(t.feedback).values(
                key="mailbox:1",
                message_id=mail[0] if mail else 0,
                email_hash="",
                kind="bounced",
                at=NOON,
                received_at=NOON,
                source="mailbox",
                code=550,
                enhanced="5.1.1",
                text=text,
            )
        )


def page(house: House, language: str = "en") -> str:
    with serve_dashboard(house) as server:
        visitor = Visitor(server.url, **{"accept-language": language})
        add_with_password(house, visitor, f"vera-{language}", "viewer")
        text = visitor.get("/deliverability").text
        visitor.close()
    return text


def test_numbers_stand_on_the_day_of_the_mail_and_shares_are_of_all_mails(house: House) -> None:
    days(house, MIDNIGHT - DAY, MIDNIGHT)
    fare(house, NOON - DAY, accepted=90, bounced=6, blocked=4, complained=1)
    fare(house, NOON, accepted=100, deferred=7)
    found = deliverability(house)
    assert len(found.days) == DAYS
    assert found.by_day[Fate.ACCEPTED][-2:] == (90, 100)
    [gmail] = found.receivers
    assert (gmail.name, gmail.of("accepted"), gmail.of("deferred")) == ("gmail", 190, 7)
    assert gmail.share("bounced") == 6 / 200
    assert [one.name for one in found.transports] == ["default"]


def test_what_is_older_than_the_days_is_not_counted(house: House) -> None:
    days(house, MIDNIGHT - DAYS * DAY)
    fare(house, NOON - DAYS * DAY, accepted=5)
    assert deliverability(house).receivers == ()


def test_page_marks_what_is_high_and_names_providers(house: House) -> None:
    days(house, MIDNIGHT)
    fare(house, NOON, accepted=90, bounced=10)
    text = page(house)
    assert ">Gmail<" in text
    assert re.search(r'10%\s*<span class="tag look">high</span>', text)


@pytest.mark.both
def test_newest_refusals_are_told_in_plain_words_without_the_person(house: House) -> None:
    refuse(house, f"550 5.1.1 <{ADDRESS}> eleanor.rigby: no such <b>user</b>")
    text = page(house)
    assert "There is nobody at that address." in text
    assert "no such &lt;b&gt;user" in text
    assert "eleanor.rigby" not in text
    assert "Bu adreste kimse yok." in page(house, "tr")


def test_suppressed_addresses_grow_by_reason_and_peoples_own_reasons_count_together(house: House) -> None:
    with house.db.write() as connection:
        for number, reason in enumerate(("complained", "asked by phone", "by letter")):
            suppress(connection, f"{number}@x.example", reason=reason, evidence=None, at=NOON)
    found = deliverability(house)
    assert {reason: numbers[-1] for reason, numbers in found.suppressed.items()} == {
        "complained": 1,
        "by_hand": 2,
    }
    assert dict(found.suppressed_now) == {"complained": 1, "by_hand": 2}


@pytest.mark.parametrize(
    ("code", "enhanced", "ours", "why"),
    [
        (550, "5.1.1", False, Why.NO_MAILBOX),
        (552, "5.2.2", False, Why.FULL),
        (550, "5.7.26", True, Why.AUTHENTICATION),
        (554, "5.7.1", True, Why.REPUTATION),
        (550, None, True, Why.REPUTATION),
        (550, None, False, Why.NO_MAILBOX),
        (None, None, False, Why.OTHER),
        (550, "5.1.2", False, Why.NO_DOMAIN),
        (552, "5.3.4", False, Why.TOO_LARGE),
    ],
)
def test_codes_of_a_refusal_say_why(code: int | None, enhanced: str | None, ours: bool, why: Why) -> None:
    assert why_refused(code, enhanced, because_of_us=ours) is why


def test_answer_is_without_the_person_in_any_case_of_letters() -> None:
    answer = "Eleanor.Rigby unknown, <eleanor.rigby@gmail.com> rejected"
    assert "leanor" not in without_the_person(answer, ADDRESS)
