"""What the drivers of SQLite and PostgreSQL say, in one line for a person: one table for each of them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError

from penfriend.domain.errors import StoreUnavailable


class TransactionLost(StoreUnavailable):
    """Undone by the database for no fault of ours; the same again may do: deadlock, restart, lock timeout."""


SQLITE: dict[str, str] = {
    "SQLITE_CANTOPEN": "the file cannot be opened: does its directory exist, and may this user write there?",
    "SQLITE_READONLY": "the file or its directory cannot be written by this user",
    "SQLITE_PERM": "this user may not use the file",
    "SQLITE_AUTH": "this user may not use the file",
    "SQLITE_NOTADB": "the file is no SQLite database",
    "SQLITE_CORRUPT": "the file is damaged: restore it from a backup",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk cannot be read or written",
    "SQLITE_PROTOCOL": "the file cannot be locked: keep it on a local disk, not on a network drive",
    "SQLITE_NOLFS": "the file is too large for its disk",
}
"""By the error name of sqlite.org/rescode.html, extended names by their beginning."""

HELPER_FILE = 32_768
"""Bytes of the smallest file that SQLite makes beside its own."""

SQLITE_LOST: dict[str, str] = {
    "SQLITE_BUSY": "another process has kept the file locked for too long",
    "SQLITE_LOCKED": "another connection has kept the file locked for too long",
}

POSTGRESQL: dict[str, str] = {
    "28P01": "the user or the password is wrong",
    "28000": "the server does not let this user in",
    "3D000": "the server has no such database: create it first",
    "42501": "this user lacks a right there",
    "53100": "the server's disk is full",
    "53300": "the server has no connection left",
    "25006": "the server is read-only (a standby?)",
    "57P03": "the server is starting or stopping",
    "57014": "the statement took too long and was cancelled",
    "58030": "the server's disk cannot be read or written",
}
"""By SQLSTATE (PostgreSQL manual, appendix A)."""

POSTGRESQL_LOST: dict[str, str] = {
    "40001": "another transaction was faster",
    "40P01": "two transactions waited for each other",
    "55P03": "another transaction has kept a row locked for too long",
    "57P01": "the server was stopped",
    "57P02": "the server crashed",
    "25P03": "the transaction was idle for too long",
}

_NO_STATE: tuple[tuple[str, str], ...] = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ("starting up", "57P03"),
    ("shutting down", "57P03"),
    ("too many clients", "53300"),
    ("too many connections", "53300"),
    ('database "', "3D000"),
    ('role "', "28P01"),
)
"""libpq gives no SQLSTATE for what goes wrong while connecting; then its words decide, the first that fit."""


def translate(error: DBAPIError | sqlite3.Error, place: str) -> StoreUnavailable | None:
    """The line a person needs, `place` first; None for a mistake of ours (a constraint, a statement)."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(origin, "sqlite_errorname", None)
    if isinstance(name, str):
        return _of_sqlite(name, place)
    state = getattr(origin, "sqlstate", None)
    words = " ".join(str(origin).split())
    if state is None and isinstance(error, OperationalError):
        state = next((known for part, known in _NO_STATE if part in words), None)
    if isinstance(state, str) and state in POSTGRESQL:
        return StoreUnavailable(f"{place}: {POSTGRESQL[state]}")
    if isinstance(state, str) and (state in POSTGRESQL_LOST or state.startswith("08")):
        return TransactionLost(f"{place}: {POSTGRESQL_LOST.get(state, 'the connection was lost')}")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or (state is None and isinstance(error, OperationalError)):
        return TransactionLost(f"{place}: the server cannot be reached ({_shorten(words)})")
    return None


def _of_sqlite(name: str, place: str) -> StoreUnavailable | None:
    for known, line in SQLITE_LOST.items():
        if name.startswith(known):
            return TransactionLost(f"{place}: {line}")
    if name.startswith("SQLITE_IOERR") and _has_no_room(place):
        name = "SQLITE_FULL"  # it cannot make its helper files
    for known, line in SQLITE.items():
        if name.startswith(known):
            return StoreUnavailable(f"{place}: {line}")
    return None


def _has_no_room(file: str) -> bool:
    try:
        found = os.statvfs(Path(file).parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < HELPER_FILE


def _shorten(words: str) -> str:
    """libpq's own reason without the places it tried, one is enough."""
    for mark in (" failed: ", "FATAL: ", "error: "):
        words = words.rpartition(mark)[2]
    return words.split(" Is the server running")[0].split(" Multiple connection")[0].strip() or "no answer"
