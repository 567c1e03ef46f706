"""The `file:` transport: whole files under safe names, and what a bad folder means."""

import os
import stat
from pathlib import Path

import pytest

from penfriend.delivery.file_store import FileTransport
from penfriend.domain.delivery import Fault, Handover, Outcome, Stage
from penfriend.testing import RecordingWatch, make_email, make_handovers


@pytest.mark.parametrize(
    ("message_id", "name"),
    [
        ("<m1@shop.example>", "000000000007-m1@shop_example.eml"),
        ("<../../etc/passwd>", "000000000007-_etc_passwd.eml"),
        ("<a/b\\c\x00d\ne é>", "000000000007-a_b_c_d_e_.eml"),
        ("<" + "x" * 900 + ">", "000000000007-" + "x" * 100 + ".eml"),
        ("", "000000000007-.eml"),
    ],
)
def test_a_file_is_named_by_attempt_and_message_id_and_stays_in_its_folder(
    tmp_path: Path, message_id: str, name: str
) -> None:
    email = make_email()
    handover = Handover(7, type(email)(message_id, email.envelope_from, email.envelope_to, email.content))
    FileTransport("default", tmp_path / "outbox").deliver(iter([handover]), RecordingWatch())
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["outbox"]


def test_the_same_attempt_again_is_the_same_file(tmp_path: Path) -> None:
    transport = FileTransport("default", tmp_path)
    for _ in range(2):
        transport.deliver(iter(make_handovers(1)), RecordingWatch())
    assert len(list(tmp_path.iterdir())) == 1


def test_the_mail_has_no_name_before_its_dot_is_recorded(tmp_path: Path) -> None:
    seen: list[str] = []

    class Looking(RecordingWatch):
        def dot(self, handover: Handover) -> None:
            seen.extend(path.name for path in tmp_path.glob("*.eml"))

    FileTransport("default", tmp_path).deliver(iter(make_handovers(1)), Looking())
    assert seen == []
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_a_folder_that_is_gone_is_the_routes_matter_and_ends_the_call(tmp_path: Path) -> None:
    transport = FileTransport("default", tmp_path / "outbox")
    (tmp_path / "outbox").rmdir()
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(3)), watch)
    assert watch.outcomes == {1: Outcome.DEFERRED}
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.CONNECT, Fault.ROUTE)
    assert watch.dots == []


@pytest.mark.parametrize(
    ("call", "outcome"),
    [("file", Outcome.DEFERRED), ("rename", Outcome.DEFERRED), ("folder", Outcome.UNKNOWN)],
)
def test_a_full_disk_leaves_no_half_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, outcome: Outcome
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def sync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode) == (call == "folder"):
            full()

    if call == "rename":
        monkeypatch.setattr(Path, "replace", full)
    else:
        monkeypatch.setattr(os, "fsync", sync)
    watch = RecordingWatch()
    FileTransport("default", tmp_path).deliver(iter(make_handovers(2)), watch)
    assert watch.outcomes == {1: outcome}
    assert watch.results[1].text == "the mail could not be written: no space left on device"
    assert len(list(tmp_path.iterdir())) == (1 if call == "folder" else 0)
