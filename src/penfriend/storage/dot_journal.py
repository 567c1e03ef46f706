"""A file beside the store that holds each dot before it is written, and each answer before it is in the
store.

One line per dot (`17`) and one per answer (`17 {...}`), plain appends without fsync. A killed process loses
nothing of them, because the kernel holds what was written; a machine that went down may. So the file begins
with the boot's id, and a journal of another boot counts as lost: then every message that was `sending` is in
doubt. Because answers are here at once, they may be written to the store in groups, and a crash still leaves
no more doubts than there are open connections.

Where the disk is full a dot is not noted, so it is not written. An answer that finds no room is kept in
memory and noted with the next line for which there is room; as long as the worker lives it is not lost.

One file for each worker, locked as long as the worker lives: whose lock can be had is gone, whatever its
lease says.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.outbox import Answered, Journal
from penfriend.domain.timing import Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_KINDS: dict[str, Any] = {"outcome": Outcome, "stage": Stage, "fault": Fault}


def boot_id() -> str:
    """What changes when the machine starts anew; empty where the system does not tell: every journal then
    counts as lost."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


class FileJournal:
    """The journal of one worker. Used by one thread at a time."""

    def __init__(self, directory: Path, owner: str) -> None:
        self.owner = owner
        self._path = directory / f"{owner}.dots"
        self._header = f"{boot_id()}\n".encode()
        self._open: dict[int, Answered | None] = {}
        self._unnoted: dict[int, Answered] = {}
        """Answers for which there was no room."""
        # locked before it has its name, so that nobody takes it for one whose worker is gone
        unborn = directory / f"{owner}.new"
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(unborn, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write(self._header)
            unborn.rename(self._path)
        except OSError as error:
            with suppress(OSError):
                unborn.unlink(missing_ok=True)
            raise self._cannot_be_written(error) from error

    def record(self, attempt: int) -> None:
        """Append the attempt; it is on record when this returns. Raises StoreUnavailable where the disk is
        full: the dot must not be written then."""
        self._append(b"%d\n" % attempt)
        self._open[attempt] = None

    def answer(self, attempt: int, result: Result, at: Moment) -> None:
        """Append the attempt's result where its dot is on record. Raises StoreUnavailable where the disk is
        full; `said` knows it all the same."""
        if attempt in self._open:
            self._open[attempt] = self._unnoted[attempt] = Answered(result, at)
            self._note_answers()

    def said(self) -> Journal:
        """What is on record, and what found no room."""
        return dict(self._open)

    def forget(self, attempts: Collection[int]) -> None:
        """These have their outcome in the store. Begins anew when nothing else is on record."""
        if not self._open:
            return
        for attempt in attempts:
            self._open.pop(attempt, None)
            self._unnoted.pop(attempt, None)
        if not self._open:
            os.ftruncate(self._file, len(self._header))

    def begin_anew(self) -> None:
        """All of them have their outcome in the store."""
        self.forget(list(self._open))

    def close(self, *, keep: bool = False) -> None:
        """Leave nothing behind; but where an attempt has no outcome in the store, or may have none (`keep`),
        the file stays for `recover`."""
        with suppress(StoreUnavailable):
            self._note_answers()
        if not self._open and not keep:
            self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _note_answers(self) -> None:
        for attempt, answer in list(self._unnoted.items()):
            self._append(f"{attempt} {_written(answer.result, answer.at)}\n".encode())
            del self._unnoted[attempt]

    def _append(self, line: bytes) -> None:
        try:
            self._write(line)
        except OSError as error:
            raise self._cannot_be_written(error) from error

    def _cannot_be_written(self, error: OSError) -> StoreUnavailable:
        why = (error.strerror or str(error)).lower()
        return StoreUnavailable(f"{self._path}: cannot be written ({why}); no mail leaves without that note")

    def _write(self, line: bytes) -> None:
        written = os.write(self._file, line)
        if written != len(line):  # half a line would spoil the next one
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))


_encode = json.JSONEncoder(separators=(",", ":")).encode
_FIELDS = tuple(field.name for field in fields(Result))


def _written(result: Result, at: Moment) -> str:
    said: dict[str, Any] = {"at": at}
    for name in _FIELDS:
        value = getattr(result, name)
        if value is not None:
            said[name] = value
    return _encode(said)


def _read(line: bytes) -> tuple[int, Answered | None]:
    attempt, _, answer = line.partition(b" ")
    if not answer:
        return int(attempt), None
    said: dict[str, Any] = json.loads(answer)
    at = Moment(said.pop("at"))
    kinds = {name: kind(said[name]) for name, kind in _KINDS.items()}
    return int(attempt), Answered(Result(**(said | kinds)), at)


def journal_of(directory: Path, owner: str) -> Journal | None:
    """The attempts whose dot `owner` may have written, with their answers; None where its journal is lost or
    of another boot.

    A last line that is cut short is left out: its dot was never written, or its answer is not known.
    """
    try:
        lines = (directory / f"{owner}.dots").read_bytes().split(b"\n")
    except OSError:
        return None
    if not boot_id() or lines[0] != boot_id().encode():
        return None
    try:
        return dict(_read(line) for line in lines[1:-1])
    except (ValueError, TypeError, LookupError, AttributeError):
        return None  # somebody else has written here: nothing of it can be trusted


def gone_owners(directory: Path, owners: Iterable[str]) -> set[str]:
    """Those of `owners` that kept a journal here and live no more. One that kept it elsewhere is not known to
    be gone."""
    return {owner for owner in owners if _is_gone(directory / f"{owner}.dots")}


def _is_gone(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def discard(directory: Path, owners: Iterable[str]) -> None:
    """Remove the journals of workers that are gone and whose attempts are settled."""
    for owner in owners:
        with suppress(OSError):
            (directory / f"{owner}.dots").unlink(missing_ok=True)


def journals(directory: Path) -> set[str]:
    """The owners of the journals that lie here."""
    return {path.stem for path in directory.glob("*.dots")}
