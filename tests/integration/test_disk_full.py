"""The disk is full: sending stops first; what was on its way is not lost, not repeated, not in doubt."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker, fit_to_send
from penfriend.bootstrap.fit_to_send import FitToSend
from penfriend.cli.main import run_command
from penfriend.delivery.file_store import FileTransport
from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.errors import NoRoom, StoreUnavailable
from penfriend.domain.transport import Transport
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.message_log import MessageLog
from tests.integration.test_store_away import PEOPLE, prepare
from tests.support.empty_store import empty_file
from tests.support.small_disk import SmallDisk

FULL = StoreUnavailable("the disk is full")


@contextmanager
def ready(transport: Transport, *, gated: bool = False) -> Iterator[tuple[House, Worker]]:
    """A worker whose people each have a mail to get."""
    with House.open() as house:
        before = FitToSend.of(house) if gated else None
        worker = Worker(house, lambda _name, _url: (transport, None), fit=before)
        worker.enroll()
        worker.advance()
        yield house, worker
        worker.close()


def statuses(house: House) -> Counter[str]:
    return Counter(one.status for one in house.reports.list_messages([], None, None, 2 * PEOPLE))


# -- every write


@pytest.mark.both
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 2 * PEOPLE - 1, 2 * PEOPLE])
def test_journal_without_room_stops_the_sending_and_nothing_is_lost_repeated_or_in_doubt(
    nth: int, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(database_url, tmp_path, monkeypatch)
    transport, write, count = MemoryTransport("default"), os.write, 0

    def full_from_the_nth(file: int, data: bytes) -> int:
        nonlocal count
        if Path(f"/proc/self/fd/{file}").readlink().suffix != ".dots":
            return write(file, data)
        count += 1
        if count >= nth:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data)

    with ready(transport) as (house, worker):
        with monkeypatch.context() as full:
            full.setattr(os, "write", full_from_the_nth)
            with pytest.raises(StoreUnavailable, match="no space left on device"):
                worker.send()
            left = len(transport.sent)
            with suppress(StoreUnavailable):
                worker.send()
            assert len(transport.sent) == left  # stopped
        assert statuses(house)["unknown"] == 0
        worker.send()
        assert statuses(house) == {"sent": PEOPLE}
    assert len({mail.envelope_to for mail in transport.sent}) == PEOPLE == len(transport.sent)


WRITES: list[tuple[type, str]] = [
    (MessageLog, "claim"),
    (MessageLog, "settle"),
    (HandoverLog, "begin"),
    (HandoverLog, "record"),
]


@pytest.mark.both
@pytest.mark.parametrize(("kind", "name"), WRITES, ids=[name for _, name in WRITES])
def test_store_without_room_stops_the_sending_and_nothing_is_lost_repeated_or_in_doubt(
    kind: type, name: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(database_url, tmp_path, monkeypatch)
    transport = MemoryTransport("default")

    def full(*_: object, **__: object) -> None:
        raise FULL

    with ready(transport) as (house, worker):
        with monkeypatch.context() as disk:
            disk.setattr(kind, name, full)
            disk.setattr(os, "write", no_room(os.write))  # the journal lies on the same disk
            for _ in range(3):
                with pytest.raises(StoreUnavailable):
                    worker.send()
        assert len(transport.sent) <= 3  # one for each turn that began
        worker.send()
        assert statuses(house) == {"sent": PEOPLE}
    assert len({mail.envelope_to for mail in transport.sent}) == PEOPLE == len(transport.sent)


def no_room(write: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    """Answers find no room, dots do: the worst that can be."""

    def written(file: int, data: bytes) -> int:
        if b"outcome" in data:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data)

    return written


# -- a real disk


@pytest.fixture
def on_a_small_disk(small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    prepare(empty_file(small_disk.folder / "penfriend.db"), small_disk.folder, monkeypatch)
    return small_disk


@pytest.mark.parametrize("at", [1, PEOPLE // 2, PEOPLE])
def test_disk_that_is_full_in_the_middle_of_sending_loses_and_repeats_nothing(
    at: int, on_a_small_disk: SmallDisk
) -> None:
    taken = Counter[str]()

    def fill(handover: Handover) -> None:
        taken[handover.email.envelope_to] += 1
        if taken.total() == at:
            on_a_small_disk.fill()

    transport = MemoryTransport("default", fill)
    with ready(transport) as (house, worker):
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                worker.send()
        assert statuses(house)["unknown"] == 0
        on_a_small_disk.empty()
        worker.send()
        assert statuses(house) == {"sent": PEOPLE}
    assert taken.total() == PEOPLE == len(taken)


def test_disk_that_is_nearly_full_stops_the_sending_before_anything_fails_and_says_so(
    on_a_small_disk: SmallDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    transport = MemoryTransport("default")
    with ready(transport, gated=True) as (house, worker):
        on_a_small_disk.fill(but=2_000_000)
        with pytest.raises(NoRoom, match=r"the disk has 2\.0 MB left, and less than 2\.5 MB is too little"):
            worker.send()
        assert transport.taken == []
        assert statuses(house) == {"due": PEOPLE}
        assert run_command(["status"]) == 0
        assert "No room: " in capsys.readouterr().out
        worker.enroll()  # the others go on
        worker.recover()
        on_a_small_disk.empty()
        worker.send()
        assert statuses(house) == {"sent": PEOPLE}
        assert run_command(["status"]) == 0
        assert "No room: " not in capsys.readouterr().out


def test_disk_that_fills_while_mails_go_out_stops_the_others(
    on_a_small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_to_send, "LOOK_SECONDS", 0)

    def fill(handover: Handover) -> None:
        if not transport.sent:
            on_a_small_disk.fill(but=2_000_000)

    transport = MemoryTransport("default", fill)
    with ready(transport, gated=True) as (house, worker):
        worker.send()
        assert len(transport.sent) == 1
        assert statuses(house) == {"sent": 1, "due": PEOPLE - 1}


def test_command_on_a_full_disk_says_so_in_one_line(
    on_a_small_disk: SmallDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_small_disk.fill()
    capsys.readouterr()
    assert run_command(["tick"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "disk is full" in said[0] or "no space left" in said[0]


def test_folder_of_the_file_transport_that_is_full_rests_the_route(
    on_a_small_disk: SmallDisk, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    prepare(database_url, shop, monkeypatch)
    outbox = FileTransport("default", on_a_small_disk.folder / "outbox")
    with ready(outbox) as (house, worker):
        on_a_small_disk.fill()
        report = worker.send()
        assert (report.sent, report.deferred, report.postponed) == (0, 1, PEOPLE - 1)
        assert "no space left on device" in house.overview().routes["default"][1]
    assert list((on_a_small_disk.folder / "outbox").iterdir()) == []
