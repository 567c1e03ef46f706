"""SQLite files of tests do not wait for the disk: no test cuts the power.

What a kill leaves behind is the same, as the system keeps what a process has written. Programs that a test
starts in processes of their own know nothing of this.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from penfriend.storage import engines

prepare_sqlite = engines._prepare_sqlite
"""What the program itself does with each connection."""


def _without_waiting(connection: sqlite3.Connection, record: object) -> None:
    prepare_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[None]:
    """For all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "_prepare_sqlite", _without_waiting)
        yield
