"""A slow destination takes few mails at a time: `penfriend tick` lives one moment to its end, and what is
applied while mails hang holds for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from tests.support.connections import SLOW, Connections, Seconds, slow_hangs
from tests.support.empty_store import with_tables
from tests.support.houses import NOON, write_shop

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
campaigns: {welcome: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}]}}
"""
PEOPLE = 40


class Still(Seconds):
    """Seconds pass, and the moment stays, unless it `moves`."""

    moves = False

    def wait(self, seconds: float) -> None:
        if self.moves:
            super().wait(seconds)
        else:
            self.passed += seconds


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> House:
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(database_url),
        "PENFRIEND_CONFIG": str(write_shop(tmp_path, CAMPAIGNS)),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    return House.open(environment, Still(NOON))


def people_sign_up(house: House) -> None:
    """So many people of the slow destination are due a mail."""
    for number in range(PEOPLE):
        sign_up(house, f"p{number}", f"p{number}@{SLOW}")


def sign_up(house: House, name: str, address: str) -> None:
    now = house.clock.now()
    house.ingester().ingest_contacts([ContactIn(name, address, {}, {}, ("offers",), now)])
    house.ingester().ingest_events([EventIn("signed_up", name, None, now, {}, name)])


@pytest.mark.both
def test_mails_that_a_slow_destination_put_off_go_in_the_same_moment(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, Still)
    with house:
        house.apply(house.read_files())
        people_sign_up(house)
        transport = Connections(clock, slow_hangs, patience=3)
        worker = Worker(house, lambda _name, _url: (transport, None))
        worker.settle()
        worker.close()
        assert (len(transport.sent), house.overview().campaigns["welcome"].messages) == (
            PEOPLE,
            {"sent": PEOPLE},
        )
        with house.db.read() as connection:
            told = connection.exec_driver_sql("SELECT count(*) FROM decisions WHERE what = 'postponed'")
            assert told.scalar_one() > 0  # they had been put off


@pytest.mark.both
def test_what_is_applied_while_mails_hang_holds_for_the_next_and_they_go(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, Still)
    with house:
        house.apply(house.read_files())
        people_sign_up(house)
        clock.moves = True
        transport = Connections(clock, slow_hangs)
        worker = Worker(house, lambda _name, _url: (transport, None))
        letter = house.settings.config.parent / "templates" / "hello.mjml"

        def change_the_letter() -> None:
            if clock.passed == 2:
                letter.write_text(letter.read_text("utf-8").replace("subject: ", "subject: New. "), "utf-8")
                house.apply(house.read_files())
                sign_up(house, "late", "late@quick.example")
                worker.enroll()
                worker.advance()

        transport.each_second = change_the_letter
        worker.enroll()
        worker.advance()
        worker.send()
        worker.close()
        first = transport.sent[0]
        assert (first.envelope_to, first.subject.startswith("New. ")) == ("late@quick.example", True)
        assert transport.gave_in == 1
