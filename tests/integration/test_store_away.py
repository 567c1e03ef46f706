"""The store is away in the middle of a tick: what the worker has left is settled at its next one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker
from penfriend.cli.main import run_command
from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.transport import DeliveryWatch
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.message_log import MessageLog
from tests.acceptance.conftest import CAMPAIGNS, LETTER

pytestmark = pytest.mark.both

PEOPLE = 20


def away(*_: object) -> None:
    raise StoreUnavailable("the server cannot be reached")


def prepare(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop to which people have come, each with a mail to get."""
    (folder / "templates").mkdir()
    (folder / "templates" / "thanks.mjml").write_text(LETTER % "Thank you.")
    (folder / "templates" / "news.mjml").write_text(LETTER % '<a href="{{ links.unsubscribe }}">Leave</a>')
    (folder / "campaigns.yaml").write_text(CAMPAIGNS)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PENFRIEND_DATABASE_URL", database_url)
    monkeypatch.setenv("PENFRIEND_SECRET_KEY", "a secret for the tests")
    assert run_command(["apply"]) == 0
    (folder / "orders.jsonl").write_text("\n".join(map(order, range(PEOPLE))))
    assert run_command(["import", "events", "orders.jsonl"]) == 0


def test_mails_of_a_tick_that_lost_its_store_are_on_record_at_the_next_one_and_nobody_gets_two(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(database_url, tmp_path, monkeypatch)
    transport = MemoryTransport("default")
    with House.open() as house:
        worker = Worker(house, lambda _name, _url: (transport, None))
        worker.enroll()
        worker.advance()
        with monkeypatch.context() as outage:
            for kind, name in ((HandoverLog, "record"), (HandoverLog, "withdraw"), (MessageLog, "give_back")):
                outage.setattr(kind, name, away)
            with pytest.raises(StoreUnavailable):
                worker.send()
        worker.send()
        statuses = Counter(one.status for one in house.reports.list_messages([], None, None, PEOPLE))
        worker.close()
    assert statuses == {"sent": PEOPLE}
    assert len({mail.email.envelope_to for mail in transport.taken}) == PEOPLE == len(transport.taken)


def test_what_a_broken_turn_had_begun_is_no_doubt_where_the_worker_stops_before_its_next_one(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(database_url, tmp_path, monkeypatch)
    with House.open() as house:
        worker = Worker(house, lambda _name, _url: (Deaf("default"), None))
        worker.enroll()
        worker.advance()
        with monkeypatch.context() as outage:
            outage.setattr(HandoverLog, "withdraw", away)
            with pytest.raises(StoreUnavailable):
                worker.send()
        worker.close()
        another = Worker(house, lambda name, _url: (MemoryTransport(name), None))
        another.recover()
        statuses = Counter(one.status for one in house.reports.list_messages([], None, None, PEOPLE))
        another.close()
    assert statuses == {"due": PEOPLE}


class Deaf(MemoryTransport):
    """Takes mails and gives none to anybody."""

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        next(handovers)


def order(number: int) -> str:
    now = datetime.now(UTC).isoformat()
    event = {"contact": {"email": f"c{number}@customer.example"}, "name": "order_placed"}
    return json.dumps({**event, "at": now, "properties": {"order_id": f"o{number}", "total": "3"}})
