"""Mails in files: one in each, many in an mbox, a Maildir, standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from penfriend.domain.mailbox import Received

BATCH = 100
"""So many mails at a time ..."""
BATCH_BYTES = 32_000_000
"""... or as few as have so many bytes: all of them lie in memory."""
MAX_BYTES = 8_000_000
"""So much of one mail is kept: what a report says stands before the mail that it returns."""
_FROM_LINE = re.compile(rb"From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? ")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:|>From ")


def is_maildir(path: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (path / "new").is_dir() or (path / "cur").is_dir()


class FileMailbox:
    """One file, or `-` for standard input: one mail, or many as an mbox has them."""

    def __init__(self, where: str) -> None:
        self.where = where

    def batches(self) -> Iterator[list[Received]]:
        """The mails of the file."""
        name = "standard input" if self.where == "-" else self.where
        try:
            if self.where == "-":
                yield from _batches(_numbered(name, split_mbox(sys.stdin.buffer)))
                return
            with Path(self.where).open("rb") as lines:
                yield from _batches(_numbered(name, split_mbox(lines)))
        except OSError as error:
            yield [Received(name, b"", f"it cannot be read: {error.strerror}")]

    def done(self, batch: Sequence[Received]) -> None:
        """A file stays as it is: the same report again has no effect."""

    def count(self) -> int | None:
        """Not known before the file is read."""
        return None

    def close(self) -> None:
        """Nothing is held."""


class FolderMailbox:
    """A folder of files, those below it as well; hidden ones are left alone. A file `.eml` is one mail."""

    one_each = False
    """Every file is one mail, whatever it looks like."""

    def __init__(self, folder: Path) -> None:
        self.where = str(folder)
        self._folder = folder
        self._files = self.files()

    def files(self) -> list[Path]:
        """The files to read, in order of their names."""
        found = (path for path in self._folder.rglob("*") if path.is_file())
        below = ((path, path.relative_to(self._folder).parts) for path in found)
        return sorted(path for path, parts in below if not any(part.startswith(".") for part in parts))

    def batches(self) -> Iterator[list[Received]]:
        """The mails of all files."""
        return _batches(mail for path in self._files for mail in self._read(path))

    def _read(self, path: Path) -> Iterator[Received]:
        name = str(path.relative_to(self._folder))
        try:
            with path.open("rb") as lines:
                one = self.one_each or path.suffix == ".eml"
                yield from _numbered(name, [lines.read(MAX_BYTES)] if one else split_mbox(lines))
        except OSError as error:
            yield Received(name, b"", f"it cannot be read: {error.strerror}")

    def done(self, batch: Sequence[Received]) -> None:
        """Files stay as they are: the same report again has no effect."""

    def count(self) -> int | None:
        """How many files there are."""
        return len(self._files)

    def close(self) -> None:
        """Nothing is held."""


class Maildir(FolderMailbox):
    """A Maildir. A `watched` one gives what is new, and moves it to `cur`, as seen, when it is done."""

    one_each = True

    def __init__(self, folder: Path, *, watched: bool) -> None:
        self._parts = ("new",) if watched else ("new", "cur")
        self._watched = watched
        super().__init__(folder)

    def files(self) -> list[Path]:
        """The mails in `new`, and unless it is watched in `cur`, by the names that say when they came."""
        parts = (self._folder / part for part in self._parts)
        found = [path for part in parts if part.is_dir() for path in part.iterdir() if path.is_file()]
        return sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.name)

    def done(self, batch: Sequence[Received]) -> None:
        """Move them to `cur`."""
        if not self._watched:
            return
        (self._folder / "cur").mkdir(exist_ok=True)
        for mail in batch:
            old = self._folder / mail.name
            if old.is_file():
                old.rename(self._folder / "cur" / f"{old.name.partition(':')[0]}:2,S")


def split_mbox(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The mails of an mbox; what does not begin with a From line is one mail.

    A line of a mail that looks like a From line has a `>` in front or no header behind it.
    """
    kept: list[bytes] = []
    size, parts = 0, _with_next(lines)
    first = next(parts, None)
    if first is None:
        return
    is_mbox = first[0].startswith(b"From ") and b"\r" not in first[0].rstrip()
    line, following, blank = (b"" if is_mbox else first[0]), first[1], False
    while True:
        if size < MAX_BYTES:
            kept.append(line[1:] if is_mbox and line.startswith(b">From ") else line)
            size += len(line)
        blank = not line.strip()
        found = next(parts, None)
        if found is None:
            break
        line, following = found
        if is_mbox and blank and _FROM_LINE.match(line) and _HEADER.match(following):
            yield b"".join(kept)
            kept, size, line = [], 0, b""
    yield b"".join(kept)


def _with_next(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Each line with the one behind it."""
    before: bytes | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, b""


def _numbered(name: str, mails: Iterable[bytes]) -> Iterator[Received]:
    """The mails of a file by its name; from the second on with a number."""
    for number, raw in enumerate(mails, start=1):
        yield Received(name if number == 1 else f"{name}#{number}", raw)


def _batches(mails: Iterable[Received]) -> Iterator[list[Received]]:
    batch, size = list[Received](), 0
    for mail in mails:
        batch.append(mail)
        size += len(mail.raw)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
