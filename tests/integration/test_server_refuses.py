"""PostgreSQL answers and takes nothing: its disk is full, it has no connection left, it is a standby. That is
one line, tried again; nothing is lost or sent twice."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from penfriend.bootstrap import House, Worker
from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.errors import StoreUnavailable
from tests.integration.test_store_away import PEOPLE, prepare
from tests.support.postgres_guard import DURABLE, Server

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server(
    emptied_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection]:
    prepare(emptied_database, tmp_path, monkeypatch)
    with psycopg.connect(emptied_database, autocommit=True) as connection:
        yield connection


@contextmanager
def ready(transport: MemoryTransport) -> Iterator[tuple[House, Worker]]:
    with House.open() as house:
        worker = Worker(house, lambda _name, _url: (transport, None))
        worker.enroll()
        worker.advance()
        yield house, worker
        worker.close()


def statuses(house: House) -> Counter[str]:
    return Counter(one.status for one in house.reports.list_messages([], None, None, 2 * PEOPLE))


REFUSES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER refuses BEFORE {what} ON attempts EXECUTE FUNCTION refuse();
"""
TAKES_AGAIN = "DROP TRIGGER refuses ON attempts; DROP FUNCTION refuse()"


@pytest.mark.parametrize("what", ["INSERT", "UPDATE"], ids=["at the beginning", "at the record"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("53100", "the server's disk is full"),
        ("53300", "the server has no connection left"),
        ("25006", "the server is read-only"),
    ],
)
def test_server_that_refuses_a_write_is_tried_again_and_nobody_gets_two(
    code: str, said: str, what: str, server: psycopg.Connection
) -> None:
    transport = MemoryTransport("default")
    with ready(transport) as (house, worker):
        server.execute(REFUSES.format(code=code, what=what))
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=said):
                worker.send()
        server.execute(TAKES_AGAIN)
        worker.send()
        assert statuses(house) == {"sent": PEOPLE}
    assert len({mail.envelope_to for mail in transport.sent}) == PEOPLE == len(transport.sent)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("at", [1, PEOPLE // 2])
def test_server_that_is_restarted_in_the_middle_of_sending_costs_no_mail_and_repeats_none(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Path(tempfile.mkdtemp(prefix="penfriend-postgres-"))  # where its own user may go, too
    guarded = Server(base, DURABLE)
    taken = Counter[str]()

    def restart(handover: Handover) -> None:
        taken[handover.email.envelope_to] += 1
        if taken.total() == at:
            guarded.restart()

    try:
        prepare(guarded.start(), tmp_path, monkeypatch)
        with ready(MemoryTransport("default", restart)) as (house, worker):
            for _ in range(2):
                with suppress(StoreUnavailable):
                    worker.send()
            assert statuses(house) == {"sent": PEOPLE}
    finally:
        guarded.stop()
        shutil.rmtree(base)
    assert taken.total() == PEOPLE == len(taken)
