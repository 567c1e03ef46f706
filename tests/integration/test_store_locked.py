"""Somebody has the store locked: that is waited for, then said in one line; nothing is lost or repeated."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from penfriend.bootstrap import House, Worker
from penfriend.cli.main import run_command
from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.timing import HOUR, Moment
from penfriend.engine.clock import SetClock, SystemClock
from penfriend.storage import engines
from tests.integration.test_store_away import PEOPLE, prepare

pytestmark = pytest.mark.both

Lock = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def lock(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Locks the store as long as it lasts, as another process would."""
    monkeypatch.setattr(engines, "LOCK_SECONDS", 0.1)  # instead of half a minute
    prepare(database_url, tmp_path, monkeypatch)

    @contextmanager
    def locked_file() -> Iterator[None]:
        with closing(sqlite3.connect(tmp_path / "penfriend.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield

    @contextmanager
    def locked_rows() -> Iterator[None]:
        engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:", 1))
        with engine.connect() as other:
            for table in ("messages", "contacts"):
                other.execute(text(f"SELECT 1 FROM {table} FOR UPDATE"))
            yield
        engine.dispose()

    return locked_file if database_url.startswith("sqlite") else locked_rows


@contextmanager
def ready(transport: MemoryTransport) -> Iterator[tuple[House, Worker]]:
    with House.open(clock=SetClock(SystemClock().now())) as house:
        worker = Worker(house, lambda _name, _url: (transport, None))
        worker.enroll()
        worker.advance()
        yield house, worker
        worker.close()


def statuses(house: House) -> Counter[str]:
    return Counter(one.status for one in house.reports.list_messages([], None, None, 2 * PEOPLE))


def test_mails_that_come_up_while_the_store_is_locked_go_out_afterwards(lock: Lock) -> None:
    transport = MemoryTransport("default")
    with ready(transport) as (house, worker):
        with lock():
            for _ in range(3):  # PostgreSQL passes over what is locked, SQLite waits for it
                with suppress(StoreUnavailable):
                    assert worker.send().decided == 0
        assert transport.taken == []
        worker.send()
        assert statuses(house) == {"sent": PEOPLE}
    assert len({mail.envelope_to for mail in transport.sent}) == PEOPLE == len(transport.sent)


@pytest.mark.parametrize("later", [0, HOUR], ids=["", "the leases have ended meanwhile"])
def test_answers_that_came_while_the_store_was_locked_are_recorded_and_nobody_gets_two(
    lock: Lock, later: int
) -> None:
    held: list[AbstractContextManager[None]] = []

    def lock_it(handover: Handover) -> None:
        if not held:
            held.append(lock())
            held[0].__enter__()

    transport = MemoryTransport("default", lock_it)
    with ready(transport) as (house, worker):
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="locked for too long"):
                worker.send()
        began = len(transport.sent)
        assert 0 < began < PEOPLE
        held[0].__exit__(None, None, None)
        assert isinstance(house.clock, SetClock)
        house.clock.set(Moment(house.clock.now() + later))
        other = Worker(house, lambda _name, _url: (transport, None))  # of another process
        if later:
            other.recover()
        worker.recover()
        worker.send()
        other.send()
        assert statuses(house) == {"sent": PEOPLE}
        other.close()
    assert len({mail.envelope_to for mail in transport.sent}) == PEOPLE == len(transport.sent)


def test_command_that_finds_the_store_locked_says_so_in_one_line(
    lock: Lock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("email,first_name\nc0@customer.example,Ann\n")
    capsys.readouterr()
    with lock():
        assert run_command(["import", "contacts", "people.csv"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "locked for too long" in said[0]
    assert run_command(["import", "contacts", "people.csv"]) == 0
