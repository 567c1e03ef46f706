"""The future over a copy: the store is only read, and what it would do is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from penfriend.bootstrap import House, rehearse
from penfriend.domain.delivery import Handover
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.storage.snapshot import copy_store
from penfriend.storage.tables import attempts, messages, metadata
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        opened.apply(opened.read_files())
        ingester = opened.ingester()
        who = ContactIn(id="c-1", email="ada@example.com", topics=["offers"], subscribed_at=NOON)
        ingester.ingest_contacts([who])
        ingester.ingest_events([EventIn("signed_up", "c-1", None, NOON, {}, "e-1")])
        yield opened


def _digest(house: House) -> str:
    """All rows of all tables."""
    digest = hashlib.sha256()
    with house.db.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table).order_by(*table.primary_key.columns))
            digest.update(repr([table.name, *map(tuple, rows)]).encode())
    return digest.hexdigest()


@pytest.mark.both
def test_rehearsal_lives_what_will_happen_and_leaves_the_store_as_it_is(house: House) -> None:
    before = _digest(house)
    kept: list[tuple[Moment, Handover]] = []
    with rehearse(house, NOON, lambda mail: kept.append((rehearsal.clock.now(), mail))) as rehearsal:
        rehearsal.live_until(Moment(NOON + 30 * DAY))
        counts = rehearsal.house.overview().campaigns["welcome"]
    assert [at for at, _ in kept] == [NOON, NOON + 2 * DAY]
    assert {mail.email.envelope_to for _, mail in kept} == {"ada@example.com"}
    assert (counts.entered, counts.messages, counts.ended) == (1, {"sent": 2}, {"completed": 1})
    assert _digest(house) == before


def test_clock_jumps_to_full_minutes_and_no_further_than_the_end(house: House) -> None:
    lived: list[Moment] = []
    with rehearse(house, Moment(NOON + 1)) as rehearsal:
        rehearsal.live_until(Moment(NOON + 2 * DAY - 1), lived.append)
    assert lived == [NOON + 1, NOON + 2 * DAY - 1]
    with rehearse(house, Moment(NOON + 1)) as rehearsal:
        rehearsal.live_until(Moment(NOON + 3 * DAY), lived.append)
    # the wait ends two days after the mail, a microsecond past the minute
    assert lived[2:] == [NOON + 1, NOON + 2 * DAY + MINUTE, NOON + 3 * DAY]


def test_world_acts_when_it_wants_to(house: House) -> None:
    """A purchase between two due times is seen at its own moment."""
    asked: list[Moment] = []
    later = Moment(NOON + 5 * MINUTE)

    def act() -> Moment | None:
        asked.append(rehearsal.clock.now())
        return later if rehearsal.clock.now() < later else None

    with rehearse(house, NOON) as rehearsal:
        rehearsal.live_until(Moment(NOON + 10 * MINUTE), act=act)
    assert asked == [NOON, NOON, later, later, NOON + 10 * MINUTE, NOON + 10 * MINUTE]


@pytest.mark.both
def test_what_a_worker_holds_is_free_in_the_copy(house: House, tmp_path: Path) -> None:
    with rehearse(house, NOON) as rehearsal:
        rehearsal.worker.enroll()
        rehearsal.worker.advance()
        with rehearsal.house.db.write() as connection:
            held = {"status": "sending", "owner": "1-gone", "lease_until": NOON, "attempts": 1}
            connection.execute(update(messages).values(**held, facts={"contact": {}}))
            begun = {"message_id": select(messages.c.id).scalar_subquery(), "number": 1, "route": "default"}
            connection.execute(insert(attempts).values(**begun, owner="1-gone", started_at=NOON))
        with copy_store(rehearsal.house.db, tmp_path / "second.db") as copy, copy.read() as connection:
            row = connection.execute(select(messages.c.status, messages.c.owner, messages.c.facts)).one()
            assert connection.execute(select(attempts)).all() == []
    assert tuple(row) == ("due", None, None)  # no doubt: its first try is the rehearsal's
