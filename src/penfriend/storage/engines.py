"""The engines of SQLAlchemy for a database URL: how connections are set up and transactions begin."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from penfriend.domain.errors import SettingError, StoreUnavailable

OLDEST_SQLITE = (3, 37, 0)
OLDEST_POSTGRESQL = 15
LOCK_SECONDS = 30.0
"""So long a writer waits for another process (SQLite) or for a row (PostgreSQL)."""
RETRY_SECONDS = 0.0005
"""SQLite's own busy handler sleeps up to 100 ms and lets late comers overtake: beside a bulk writer it held a
sender up for 630 ms, trying again this often for 16 ms (measured)."""

SILENT_SECONDS = 15.0
"""So long the server waits for who is frozen, or cut off from it, in the middle of a transaction. All workers
write to some of the same rows, such as the counts of a day: shorter than LOCK_SECONDS, so that the others
wait it out."""
NET_THAT_IS_GONE = {
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
"""Who is cut off from PostgreSQL notices within a minute; the system's own waiting takes a quarter of an hour
or two hours."""

_EXAMPLES = "sqlite:///penfriend.db or postgresql://user@host/db"


# one encoder for all: json.dumps makes a new one for each call
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def to_json(value: object) -> str:
    """JSON as the store keeps it: no blanks, characters as they are. Raises ValueError for NaN."""
    return _encode(value)


def parse_url(url: str) -> URL:
    """The URL of a PENFRIEND_DATABASE_URL. Raises SettingError for one that is none."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingError(f"PENFRIEND_DATABASE_URL is no database URL; write {_EXAMPLES}") from None
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise SettingError(
            f'PENFRIEND_DATABASE_URL: "{parsed.drivername}:" is not supported; write {_EXAMPLES}'
        )
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise SettingError("PENFRIEND_DATABASE_URL: what is in memory would be lost; write sqlite:///FILE")
    if kind == "postgresql" and url.count("@") > 1:  # half of a password would be shown as the host
        raise SettingError(
            "PENFRIEND_DATABASE_URL: there is more than one @; "
            "in a user or password write @ as %40, : as %3A, / as %2F"
        )
    return parsed


def without_password(url: URL) -> str:
    """The URL as people may see it; for SQLite the file alone."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return shown.render_as_string(hide_password=False)


def make_engines(url: URL, *, lasting: bool = True) -> tuple[Engine, Engine]:
    """One engine for transactions that write and one for those that only read."""
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    folder = Path(str(url.database)).parent
    if not folder.is_dir():
        raise StoreUnavailable(f"{url.database}: the directory {folder} does not exist")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreUnavailable(f"SQLite {sqlite3.sqlite_version} is too old: {wanted} or later is needed")
    # a deferred BEGIN that then writes gets SQLITE_BUSY at once, whatever the timeout
    writing, reading = (
        _sqlite(url, "BEGIN IMMEDIATE", 0, lasting),
        _sqlite(url, "BEGIN", LOCK_SECONDS, lasting),
    )
    event.listen(reading, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    return writing, reading


def _sqlite(url: URL, begin: str, timeout: float, lasting: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": timeout},
        pool_size=8,
        max_overflow=64,
        json_serializer=to_json,
        hide_parameters=True,  # they are people's data, and errors end in the log
    )
    event.listen(engine, "connect", _prepare_sqlite)
    if not lasting:
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
    _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
    for setting in (
        "foreign_keys=ON",
        "synchronous=FULL",
        "temp_store=MEMORY",
        "cache_size=-16384",  # 16 MB for each connection; the rest is the system's own cache
        "wal_autocheckpoint=4000",  # pages, 16 MB: a bulk import spends less time on checkpoints
        "journal_size_limit=67108864",  # a long reader lets the WAL grow; this cuts it again
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    try:
        _patiently(lambda: cursor.execute(statement))
    finally:
        cursor.close()


def _patiently(statement: Callable[[], object]) -> None:
    """Run it, again every half millisecond while another process has the file locked."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            statement()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > end:
                raise
        else:
            return
        time.sleep(RETRY_SECONDS)


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": 10, "application_name": "penfriend", **NET_THAT_IS_GONE},
        pool_size=8,
        max_overflow=32,
        pool_pre_ping=True,  # a restarted server then costs nobody a transaction
        json_serializer=to_json,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine, reading


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET lock_timeout = {int(LOCK_SECONDS * 1000)}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {int(SILENT_SECONDS * 1000)}")
        cursor.execute(f"SET tcp_user_timeout = {int(SILENT_SECONDS * 1000)}")
        cursor.execute("SET jit = off")  # compiling takes longer than these statements
    connection.commit()
