"""A machine that is gone for good, with its disk: what it was sending is in doubt once its leases have ended;
where its folder comes back before, its own notes decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from penfriend.bootstrap import House, Worker
from penfriend.delivery import MemoryTransport
from penfriend.domain.events import EventIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.recover import NO_JOURNAL
from penfriend.storage.dot_journal import FileJournal
from penfriend.storage.tables import attempts, messages
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {news: {title: News}}
data: {events: {asked: {}}}
campaigns: {news: {topic: news, trigger: {event: asked}, steps: [{send: hello}]}}
"""
NOW, ENDED = Moment(NOON + MINUTE), Moment(NOON + 16 * MINUTE)
ELSEWHERE = "17-machine-that-is-lost"


@pytest.fixture
def house(tmp_path: Path, clone_database: Callable[[str], str], postgres_tables: str) -> Iterator[House]:
    """This machine; another one was sending a mail."""
    (tmp_path / "here").mkdir()
    with open_house(tmp_path / "here", clone_database(postgres_tables), CAMPAIGNS) as opened:
        opened.apply(opened.read_files())
        opened.clock = SetClock(NOW)
        for name, properties in (("subscribed", {"topic": "news", "proof": "a form"}), ("asked", {})):
            about = EventIn(name, "ann", "ann@shop.example", NOW, properties, name)
            opened.ingester().ingest_events([about])
        here = worker(opened)
        here.enroll()
        here.advance()
        here.close()
        with opened.db.write() as connection:
            one = connection.execute(select(messages.c.id)).scalar_one()
            connection.execute(update(messages).values(status="sending", owner=ELSEWHERE, lease_until=ENDED))
            connection.execute(
                insert(attempts).values(
                    id=1, message_id=one, number=1, route="default", owner=ELSEWHERE, started_at=NOW
                )
            )
            connection.execute(update(messages).values(address="ann@shop.example"))
        yield opened


def worker(house: House) -> Worker:
    return Worker(house, lambda name, _url: (MemoryTransport(name), None))


def standing(house: House, at: Moment) -> tuple[str, str | None]:
    """How the mail stands when a worker of this machine has looked at that moment."""
    assert isinstance(house.clock, SetClock)
    house.clock.set(at)
    here = worker(house)
    here.recover()
    here.close()
    with house.db.read() as connection:
        row = connection.execute(select(messages.c.status, messages.c.note)).one()
    return row.status, row.note


def test_what_a_lost_machine_was_sending_is_in_doubt_when_its_lease_has_ended(house: House) -> None:
    assert standing(house, Moment(ENDED - 1)) == ("sending", None)
    assert standing(house, ENDED) == ("unknown", NO_JOURNAL)


def test_where_its_folder_comes_back_its_notes_say_that_nothing_had_left(house: House) -> None:
    FileJournal(house.journals, ELSEWHERE).close(keep=True)
    assert standing(house, NOW) == ("due", None)


def test_a_last_byte_that_its_notes_tell_of_is_in_doubt(house: House) -> None:
    journal = FileJournal(house.journals, ELSEWHERE)
    journal.record(1)
    journal.close()
    assert standing(house, NOW)[0] == "unknown"


def test_who_is_frozen_in_a_transaction_loses_it_before_others_have_waited_for_it_in_vain(
    house: House,
) -> None:
    """Its locks would keep everybody from the rows that all workers write to."""
    settings = "SELECT name, setting::bigint FROM pg_settings WHERE name IN ('lock_timeout', :idle, :gone)"
    about = {"idle": "idle_in_transaction_session_timeout", "gone": "tcp_user_timeout"}
    with house.db.write() as connection:
        found = {row.name: row.setting for row in connection.execute(text(settings), about)}
    assert 0 < found["idle_in_transaction_session_timeout"] < found["lock_timeout"]
    assert 0 < found["tcp_user_timeout"] < found["lock_timeout"]
