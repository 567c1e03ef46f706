"""The `file:` transport: each mail becomes one .eml file in a folder, whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from penfriend.delivery.envelope import refusal
from penfriend.domain.delivery import Fault, Handover, Outcome, Result, Stage
from penfriend.domain.transport import DeliveryWatch

_UNSAFE = re.compile(r"[^A-Za-z0-9@_-]+")


class FileTransport:
    """Writes mails into `folder`, which it makes where it is missing. Satisfies
    `penfriend.domain.transport.Transport`.
    """

    def __init__(self, name: str, folder: Path) -> None:
        """Raises OSError where the folder cannot be made or is none."""
        self._name = name
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        """The route's name in the language."""
        return self._name

    @property
    def concurrency(self) -> int:
        """One mail at a time."""
        return 1

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Write one mail after the other; a folder that cannot be written ends the call after the first mail
        that met it.
        """
        for handover in filter(None, handovers):
            result = refusal(handover.email) or self._store(handover, watch)
            watch.done(handover, result)
            if result.fault is Fault.ROUTE:
                return

    def close(self) -> None:
        """Nothing is held open."""

    def path_of(self, handover: Handover) -> Path:
        """The file that the mail gets: the attempt's number, and the message id without what a file name
        should not hold.
        """
        words = _UNSAFE.sub("_", handover.email.message_id.strip("<>"))[:100]
        return self._folder / f"{handover.attempt:012d}-{words}.eml"

    def _store(self, handover: Handover, watch: DeliveryWatch) -> Result:
        path = self.path_of(handover)
        try:
            unfinished = self._write_unfinished(handover.email.content)
        except OSError as error:
            return self._failed(Outcome.DEFERRED, Stage.CONNECT, error)
        try:
            # the name makes the mail; before it there is only a temporary file that nobody reads
            watch.dot(handover)
            return self._name_it(unfinished, path)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def _name_it(self, unfinished: Path, path: Path) -> Result:
        try:
            unfinished.replace(path)
        except OSError as error:
            return self._failed(Outcome.DEFERRED, Stage.CONNECT, error)
        try:
            self._sync_folder()
        except OSError as error:
            return self._failed(Outcome.UNKNOWN, Stage.STORED, error)
        words = f"written to {path.name}"
        return Result(Outcome.ACCEPTED, Stage.STORED, text=words, server=str(self._folder))

    def _write_unfinished(self, content: bytes) -> Path:
        handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            Path(name).unlink()
            raise
        return Path(name)

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _failed(self, outcome: Outcome, stage: Stage, error: OSError) -> Result:
        """A folder that cannot be written is a server that cannot be reached: the others wait for it, too."""
        text = f"the mail could not be written: {(error.strerror or str(error)).lower()}"
        return Result(outcome, stage, text=text, server=str(self._folder), fault=Fault.ROUTE)
