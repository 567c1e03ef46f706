"""A worker beside others: what one that is gone held is free at once; its threads agree on the revision."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.ways_out import WaysOut
from penfriend.delivery import MemoryTransport
from penfriend.domain.events import EventIn
from penfriend.domain.ports import Asking
from penfriend.domain.timing import MINUTE, Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.live import Live
from penfriend.storage.call_log import CallLog
from penfriend.storage.enrollment_log import EnrollmentLog
from penfriend.storage.looks_store import LookStore
from penfriend.storage.outgoing_log import OutgoingLog
from penfriend.storage.tables import outgoing_calls, webhook_calls
from tests.support.houses import NOON, open_house

pytestmark = pytest.mark.both

CAMPAIGNS = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
campaigns: {thanks: {kind: transactional, trigger: {event: order_placed}, steps: [{send: hello}]}}
"""
LETTER = """---
subject: Thank you
---
<mjml><mj-body><mj-section><mj-column><mj-text>Thank you</mj-text></mj-column></mj-section></mj-body></mjml>
"""
NOW, LATER = Moment(NOON + MINUTE), Moment(NOON + 2 * MINUTE)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """One person has ordered something."""
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        (tmp_path / "templates" / "hello.mjml").write_text(LETTER)
        opened.apply(opened.read_files())
        opened.clock = SetClock(NOW)
        order = {"order_id": "o-1", "total": 10}
        opened.ingester().ingest_events(
            [EventIn("order_placed", "ann", "ann@shop.example", NOW, order, "e-1")]
        )
        yield opened


def a_worker(house: House) -> Worker:
    return Worker(house, lambda name, _url: (MemoryTransport(name), None))


def test_what_a_worker_that_is_gone_held_is_free_at_once(house: House) -> None:
    gone, other = a_worker(house), a_worker(house)
    gone.close()
    looks, enrollments, calls = LookStore(house.db), EnrollmentLog(house.db), CallLog(house.db)
    other.enroll()
    (held,) = enrollments.claim(NOW, gone.owner, LATER, 1, 10)
    assert looks.take_lease(gone.owner, NOW, LATER)
    with house.db.write() as connection:
        connection.execute(insert(webhook_calls), a_call(held.id, held.contact, gone.owner))
        connection.execute(insert(outgoing_calls), a_document(held.contact, gone.owner))
    (house.journals / f"{gone.owner}.dots").touch()  # which one that was killed leaves behind
    other.recover()
    assert looks.take_lease("another", NOW, LATER)
    assert [row.id for row in enrollments.claim(NOW, "another", LATER, 1, 10)] == [held.id]
    assert calls.waiting(NOW) == ["crm"]
    assert OutgoingLog(house.db).waiting(NOW) == ["registry"]
    other.close()


def a_call(enrollment: int, contact: int, owner: str) -> dict[str, object]:
    about = {"enrollment_id": enrollment, "contact_id": contact, "campaign": "thanks", "step": "tell"}
    held = {"owner": owner, "lease_until": LATER, "status": "due", "created_at": NOON, "due_at": NOON}
    return about | held | {"webhook": "crm", "key": "msg_1", "body": ""}


def a_document(contact: int, owner: str) -> dict[str, object]:
    held = {"owner": owner, "lease_until": LATER, "status": "due", "created_at": NOON, "due_at": NOON}
    return held | {"contact_id": contact, "target": "registry", "revision": 1, "key": "evt_1", "body": "{}"}


def test_a_thread_that_is_slow_takes_up_no_earlier_revision_behind_a_later_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, taken = a_worker(house), list[int]()
    other = threading.Thread(target=worker.refresh)
    take_up = WaysOut.take_up

    def slowly(ways: WaysOut, live: Live, asking: Asking) -> None:
        if live.revision == 1:  # meanwhile another tick finds the next revision
            config = house.settings.config
            config.write_text(CAMPAIGNS.replace("name: Acorn", "name: Ash"), encoding="utf-8")
            house.apply(house.read_files())
            other.start()
            other.join(0.2)
        take_up(ways, live, asking)
        taken.append(live.revision)

    monkeypatch.setattr(WaysOut, "take_up", slowly)
    worker.refresh()
    other.join()
    worker.close()
    assert taken == [1, 2]
