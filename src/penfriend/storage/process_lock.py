"""One daemon for one SQLite file: a lock beside it that ends with the process, and says who holds it."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from penfriend.domain.errors import AlreadyRunning, StoreUnavailable


class ProcessLock:
    """Held from `take` to `release` or the end of the process, however it ends (flock(2))."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = store.with_name(store.name + ".lock")
        self._file: int | None = None

    def take(self, doing: str) -> None:
        """Raises AlreadyRunning with the process that holds the store."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise self._cannot_be_written(error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 200).decode(errors="replace").strip() or "another process"
            os.close(file)
            raise AlreadyRunning(
                f"{self._store}: held by {holder}; stop that one, or use PostgreSQL for several processes"
            ) from None
        started = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            os.ftruncate(file, 0)
            os.write(file, f"process {os.getpid()} ({doing}, since {started})\n".encode())
        except OSError as error:  # the disk is full
            os.close(file)
            raise self._cannot_be_written(error) from error
        self._file = file

    def _cannot_be_written(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(f"{self._path}: the lock file cannot be written ({error.strerror})")

    def holder(self) -> str | None:
        """Who holds it now, without taking it; None where nobody does."""
        try:
            file = os.open(self._path, os.O_RDONLY)
        except OSError:  # nobody has ever
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.read(file, 200).decode(errors="replace").strip() or "another process"
        else:
            return None
        finally:
            os.close(file)

    def release(self) -> None:
        """Idempotent."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None
