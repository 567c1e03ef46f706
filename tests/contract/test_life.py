"""How far a store has come, and what this machine has seen of it: the number never goes back, whoever works
on the store."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.bootstrap import life_watch
from penfriend.bootstrap.life_watch import LONGEST_ABSENCE, LifeWatch
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.database import Database, open_database
from penfriend.storage.life import LIFE, Life, read_gap, read_life, renew_life
from penfriend.storage.life_marks import LifeMarks
from penfriend.storage.notes import write_note
from penfriend.storage.tending import check_whole
from tests.support.empty_store import empty_file
from tests.support.mail_pieces import NOON

LATER = Moment(NOON + MINUTE)


class Clock:
    """Each look comes ten seconds after the one before."""

    def __init__(self, now: Moment = NOON) -> None:
        self.moment, self.passed = now, 0.0

    def now(self) -> Moment:
        return self.moment

    def elapsed(self) -> float:
        self.passed += 10
        return self.passed


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


class AWatch(LifeWatch):
    """Renews at each look, as the gate has it."""

    def look(self) -> None:
        super().look()
        self.renew()


def watch(db: Database, folder: Path, now: Moment = NOON) -> AWatch:
    return AWatch(db, Clock(now), [folder], lambda: "store")


def life(db: Database) -> Life:
    with db.read() as connection:
        found = read_life(connection)
    assert found is not None
    return found


def gap_found(db: Database) -> bool:
    with db.read() as connection:
        return read_gap(connection) is not None


def test_number_grows_and_the_mark_follows(db: Database, tmp_path: Path) -> None:
    one = watch(db, tmp_path)
    for number in (1, 2, 3):
        one.look()
        assert life(db).number == number
        assert LifeMarks([tmp_path], "store").read() == [life(db)]
    assert not gap_found(db)


def test_number_of_many_at_once_never_goes_back(db: Database) -> None:
    seen: list[list[int]] = [[] for _ in range(4)]

    def work(mine: list[int]) -> None:
        for _ in range(15):
            renewed = db.run(lambda connection: renew_life(connection, NOON))
            assert renewed is not None
            mine.append(renewed.number)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in seen]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(mine == sorted(set(mine)) for mine in seen)
    assert life(db).number == 60


def test_two_workers_that_notice_at_once_begin_one_new_life(db: Database, tmp_path: Path) -> None:
    seen = Life(epoch="the lost one", number=70, at=LATER)
    LifeMarks([tmp_path / "a", tmp_path / "b"], "store").write(seen)
    first, second = watch(db, tmp_path / "a", LATER), watch(db, tmp_path / "b", LATER)
    first.look()
    begun = life(db).epoch
    second.look()
    assert life(db).epoch == begun
    assert "the lost one" in life(db).past
    assert first.gap == second.gap is not None


def test_store_that_is_replaced_under_a_worker_is_noticed_at_its_next_look(
    db: Database, tmp_path: Path
) -> None:
    one = watch(db, tmp_path)
    one.look()
    before = life(db)
    one.look()
    with db.write() as connection:
        write_note(connection, LIFE, str(before))
    one.look()
    assert one.gap is not None
    assert one.gap.since == before.at


def test_renewal_does_not_hide_that_the_store_was_replaced(db: Database, tmp_path: Path) -> None:
    one = watch(db, tmp_path)
    one.look()
    before = life(db)
    one.look()
    with db.write() as connection:
        write_note(connection, LIFE, str(before))
    one.renew()
    one.stop()
    assert life(db) == before
    one.look()
    assert one.gap is not None


@pytest.mark.parametrize(("away", "stopped", "found"), [
    (LONGEST_ABSENCE + 1, False, True),
    (LONGEST_ABSENCE, False, False),
    (100 * LONGEST_ABSENCE, True, False),
])  # fmt: skip
def test_without_a_mark_the_store_itself_says_whether_it_was_stopped(
    away: int, stopped: bool, found: bool, db: Database, tmp_path: Path
) -> None:
    one = watch(db, tmp_path / "one")
    one.look()
    if stopped:
        one.stop()
    watch(db, tmp_path / "another", Moment(NOON + away)).look()
    assert gap_found(db) is found


@pytest.mark.parametrize("spoilt", ["", "{}", "[1]", "nonsense", json.dumps({"epoch": "e"})])
def test_mark_that_is_spoilt_counts_as_none(spoilt: str, tmp_path: Path) -> None:
    (tmp_path / "store.seen").write_text(spoilt)
    assert LifeMarks([tmp_path], "store").read() == []


def test_folder_that_cannot_be_written_is_said_once_and_stops_nothing(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    one = AWatch(db, Clock(), [tmp_path / "file" / "folder", tmp_path / "good"], lambda: "store")
    one.look()
    one.look()
    assert len(caplog.records) == 1
    assert LifeMarks([tmp_path / "good"], "store").read() == [life(db)]


def test_looking_does_not_wait_for_a_renewal_that_waits_for_the_store(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = watch(db, tmp_path)
    one.look()
    looks: list[None] = []

    def locked(*_: object, **__: object) -> Life:
        LifeWatch.look(one)  # another thread, while this one waits for the lock
        one.renew()
        looks.append(None)
        return life(db)

    monkeypatch.setattr(life_watch, "renew_life", locked)
    thread = threading.Thread(target=one.renew)
    thread.start()
    thread.join(30)
    assert looks == [None]


def test_copy_that_somebody_tries_in_the_same_place_does_not_make_the_store_look_old(
    db: Database, tmp_path: Path
) -> None:
    one = watch(db, tmp_path)
    one.look()
    with open_database(empty_file(tmp_path / "copy.db")) as copy:
        with copy.write() as connection:
            write_note(connection, LIFE, str(replace(life(db), number=0)))
        other = watch(copy, tmp_path)
        other.look()
        assert other.gap is not None
    watch(db, tmp_path).look()
    assert not gap_found(db)


def test_restored_file_that_is_damaged_is_said_in_one_line_before_anything_is_sent(tmp_path: Path) -> None:
    with open_database(empty_file(tmp_path / "shop.db")) as db:
        check_whole(db)
    file = tmp_path / "shop.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    LifeMarks([tmp_path], "store").write(Life(epoch="the lost one", number=70, at=LATER))
    with open_database(f"sqlite:///{file}") as db:
        one = watch(db, tmp_path, LATER)
        for _ in range(2):  # it stays so
            with pytest.raises(StoreUnavailable, match="the file is damaged"):
                one.look()
