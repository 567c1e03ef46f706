"""What the processes of a PostgreSQL use of the processor, to be counted with our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

Driver = sqlite3.Connection | psycopg.Connection[tuple[object, ...]]


def beside(driver: Driver) -> Callable[[], Sequence[int]]:
    """Who else works for us at a moment: all processes of the server behind that connection."""
    if isinstance(driver, sqlite3.Connection):
        return lambda: ()
    parent = _parent(driver.info.backend_pid)
    return lambda: [one for one in _processes() if _parent(one) == parent]


def used(process: int) -> float:
    """Seconds of the processor. Of the scheduler's count, in nanoseconds: the other one goes by hundredths of
    a second."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:  # it has just ended
        return 0.0


def _processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
