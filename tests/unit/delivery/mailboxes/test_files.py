"""Mails in files: one, an mbox, a Maildir, a folder; nothing of a mail is lost, and none is cut in two."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from penfriend.delivery.mailboxes import files, open_mailbox
from penfriend.delivery.mailboxes.files import split_mbox
from penfriend.domain.errors import NotFound

ONE = b"Subject: one\n\nfirst\n"
TWO = b"Subject: two\n\n>From the start\nFrom me to you\n\nFrom here on\n"
LINE = b"From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n"
MBOX = LINE + ONE + b"\n" + LINE + TWO + b"\n"


def split(raw: bytes) -> list[bytes]:
    return list(split_mbox(BytesIO(raw)))


def names(where: Path, **how: bool) -> list[str]:
    return [mail.name for batch in open_mailbox(str(where), **how).batches() for mail in batch]


def test_an_mbox_is_split_and_its_quoting_undone() -> None:
    first, second = split(MBOX)
    assert first == ONE + b"\n"
    assert second == TWO.replace(b">From the start", b"From the start") + b"\n"


def test_what_does_not_begin_as_an_mbox_is_one_mail() -> None:
    whole = ONE + b"\n" + MBOX
    assert split(whole) == [whole]
    assert split(b"") == []


def test_a_mail_whose_lines_end_in_cr_is_whole() -> None:
    raw = (LINE + ONE).replace(b"\n", b"\r")
    assert split(raw) == [raw]


def test_a_mail_of_megabytes_is_cut() -> None:
    (found,) = split(ONE + b"x" * 79 + b"\n" + (b"y" * 79 + b"\n") * 200_000)
    assert len(found) < 9_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.mbox").write_bytes(MBOX)
    (tmp_path / "1.eml").write_bytes(MBOX)
    (tmp_path / ".hidden").write_bytes(ONE)
    return tmp_path


def test_a_folder_is_read_in_order_and_eml_is_one_mail(folder: Path) -> None:
    assert names(folder) == ["1.eml", "b/2.mbox", "b/2.mbox#2"]
    assert open_mailbox(str(folder)).count() == 2


def test_a_maildir_is_what_came_and_what_was_seen(tmp_path: Path) -> None:
    for part, name in (("new", "2.host"), ("cur", "1.host:2,S"), ("tmp", "3.host")):
        (tmp_path / part).mkdir()
        (tmp_path / part / name).write_bytes(MBOX)
    assert names(tmp_path) == ["cur/1.host:2,S", "new/2.host"]


def test_a_watched_maildir_gives_what_is_new_once(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "2.host").write_bytes(ONE)
    box = open_mailbox(str(tmp_path), watched=True)
    (batch,) = box.batches()
    assert names(tmp_path, watched=True) == ["new/2.host"]
    box.done(batch)
    assert names(tmp_path, watched=True) == []
    assert (tmp_path / "cur" / "2.host:2,S").read_bytes() == ONE


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(folder: Path) -> None:
    (folder / "0.eml").symlink_to(folder / "1.eml")
    box = open_mailbox(str(folder))
    (folder / "1.eml").unlink()  # gone since it was seen
    found = [mail for batch in box.batches() for mail in batch]
    assert [bool(mail.fault) for mail in found] == [True, True, False, False]
    assert found[0].fault == "it cannot be read: No such file or directory"


def test_a_path_where_nothing_is_is_said() -> None:
    with pytest.raises(NotFound, match="no such file or folder"):
        open_mailbox("/nowhere/at/all")


def test_large_mails_come_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All mails of a batch lie in memory, and anybody may send large ones."""
    monkeypatch.setattr(files, "BATCH_BYTES", 100)
    for number in range(5):
        (tmp_path / f"{number}.eml").write_bytes(b"x" * 60)
    assert [len(batch) for batch in open_mailbox(str(tmp_path)).batches()] == [2, 2, 1]
