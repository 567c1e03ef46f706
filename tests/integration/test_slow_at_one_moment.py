"""`penfriend tick` lives one moment to its end, also where a slow destination takes few mails at a time."""

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
    """Seconds pass, and the moment stays."""

    def wait(self, seconds: float) -> None:
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


def test_mails_that_a_slow_destination_put_off_go_in_the_same_moment(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, Still)
    with house:
        house.apply(house.read_files())
        names = [f"p{number}" for number in range(PEOPLE)]
        house.ingester().ingest_contacts(
            [ContactIn(name, f"{name}@{SLOW}", {}, {}, ("offers",), NOON) for name in names]
        )
        house.ingester().ingest_events([EventIn("signed_up", name, None, NOON, {}, name) for name in names])
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
