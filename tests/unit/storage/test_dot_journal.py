"""The record of dots and answers beside the store."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.outbox import Answered
from penfriend.storage import dot_journal
from penfriend.storage.dot_journal import FileJournal, discard, gone_owners, journal_of, journals
from tests.support.mail_pieces import NOON

REFUSED = Result(
    Outcome.REJECTED, Stage.RCPT, 550, "5.1.1", "no such user\n", "mx.example", Fault.RECIPIENT, 1.5, "p-1"
)
KEPT = Result(Outcome.ACCEPTED, Stage.DOT)


def file_of(folder: Path) -> Path:
    return folder / "a.dots"


def test_dots_are_on_record_at_once(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "a")
    journal.record(17)
    journal.record(18)
    assert journal_of(tmp_path, "a") == {17: None, 18: None}


@pytest.mark.parametrize("result", [KEPT, REFUSED])
def test_answer_comes_back_as_it_was(tmp_path: Path, result: Result) -> None:
    journal = FileJournal(tmp_path, "a")
    journal.record(17)
    journal.answer(17, result, NOON)
    assert journal_of(tmp_path, "a") == {17: Answered(result, NOON)}


def test_answer_without_a_dot_is_not_kept(tmp_path: Path) -> None:
    FileJournal(tmp_path, "a").answer(17, KEPT, NOON)
    assert journal_of(tmp_path, "a") == {}


def test_what_has_its_outcome_is_forgotten_when_nothing_else_is_open(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "a")
    journal.record(17)
    journal.record(18)
    journal.forget([17])
    assert journal_of(tmp_path, "a") == {17: None, 18: None}
    journal.forget([18])
    assert journal_of(tmp_path, "a") == {}
    journal.record(19)
    assert journal_of(tmp_path, "a") == {19: None}


def test_last_line_that_is_cut_short_is_left_out(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "a")
    journal.record(17)
    with file_of(tmp_path).open("ab") as file:
        file.write(b"18")
    assert journal_of(tmp_path, "a") == {17: None}


def test_journal_of_another_boot_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileJournal(tmp_path, "a").record(17)
    monkeypatch.setattr(dot_journal, "boot_id", lambda: "another")
    assert journal_of(tmp_path, "a") is None


def test_every_journal_is_lost_where_the_system_tells_no_boot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dot_journal, "_BOOT_ID", tmp_path / "missing")
    FileJournal(tmp_path, "a").record(17)
    assert journal_of(tmp_path, "a") is None


@pytest.mark.parametrize("lines", [b"nonsense\n", b"17 {\n", b"17 []\n", b'17 {"at": 1}\n', b"17 7\n"])
def test_journal_with_something_else_in_it_is_lost(tmp_path: Path, lines: bytes) -> None:
    FileJournal(tmp_path, "a")
    with file_of(tmp_path).open("ab") as file:
        file.write(lines)
    assert journal_of(tmp_path, "a") is None


def test_missing_and_empty_journals_are_lost(tmp_path: Path) -> None:
    file_of(tmp_path).touch()
    assert journal_of(tmp_path, "a") is None
    assert journal_of(tmp_path, "b") is None


def test_half_a_line_on_a_full_disk_is_taken_back_and_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = FileJournal(tmp_path, "a")
    journal.record(17)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:1]))
    with pytest.raises(StoreUnavailable, match="no space left on device"):
        journal.record(18)
    monkeypatch.undo()
    journal.record(19)
    assert journal_of(tmp_path, "a") == {17: None, 19: None}


def test_answer_that_finds_no_room_is_known_and_noted_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = FileJournal(tmp_path, "a")
    journal.record(17)
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda _file, _data: 0)
        with pytest.raises(StoreUnavailable, match="no space left on device"):
            journal.answer(17, KEPT, NOON)
    assert journal.said() == {17: Answered(KEPT, NOON)}
    assert journal_of(tmp_path, "a") == {17: None}
    journal.close()
    assert journal_of(tmp_path, "a") == {17: Answered(KEPT, NOON)}


def test_journal_that_cannot_be_begun_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "dots").touch()
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        FileJournal(tmp_path / "dots", "a")


def test_worker_that_lives_is_not_gone(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "a")
    assert gone_owners(tmp_path, ["a", "never"]) == set()
    journal.record(17)
    journal.close()
    assert gone_owners(tmp_path, ["a"]) == {"a"}


def test_killed_worker_is_gone_and_its_dots_are_there(tmp_path: Path) -> None:
    code = (
        "import sys, os, signal, pathlib\n"
        "from penfriend.storage.dot_journal import FileJournal\n"
        "FileJournal(pathlib.Path(sys.argv[1]), 'a').record(17)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=False)
    assert gone_owners(tmp_path, ["a"]) == {"a"}
    assert journal_of(tmp_path, "a") == {17: None}


def test_journal_that_is_closed_leaves_nothing_behind_but_what_is_open(tmp_path: Path) -> None:
    FileJournal(tmp_path, "a").close()
    left = FileJournal(tmp_path, "b")
    left.record(17)
    left.close()
    assert journals(tmp_path) == {"b"}
    discard(tmp_path, ["b", "never"])
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    FileJournal(tmp_path / "dots", "a")
    assert (tmp_path / "dots").stat().st_mode & 0o077 == 0
    assert (tmp_path / "dots" / "a.dots").stat().st_mode & 0o077 == 0
