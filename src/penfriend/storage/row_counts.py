"""Counts equal rows of an imported file in a temporary file, so that memory does not grow with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from types import TracebackType
from typing import Self

_COUNT = """
INSERT INTO seen (digest, number) VALUES (?, 1)
ON CONFLICT (digest) DO UPDATE SET number = number + 1 RETURNING number
"""


class RowCounts:
    """Counts of one file; gone when it is closed. A context manager."""

    def __init__(self) -> None:
        # an empty name is a temporary file that SQLite makes, spills to when its cache is full, and removes
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA cache_size = -8192")
        self._connection.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID")

    def count(self, digests: Sequence[bytes]) -> list[int]:
        """For each digest how often it has come so far, itself included."""
        self._connection.execute("BEGIN")
        counts = [self._connection.execute(_COUNT, (digest,)).fetchone()[0] for digest in digests]
        self._connection.execute("COMMIT")
        return counts

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
