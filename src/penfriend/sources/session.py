"""How a connection of each kind of database is kept from writing, and from taking longer than it may.

PostgreSQL: a transaction that is READ ONLY, statement_timeout. MySQL, MariaDB: START TRANSACTION READ ONLY,
max_execution_time or max_statement_time. SQLite: the file opened with mode=ro, query_only, a progress handler
that interrupts. DuckDB: the file opened read-only, an interrupt. Any other: the rights of its user alone, and
the time is looked at between two batches.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from penfriend.domain.sources import Source
from penfriend.domain.timing import Moment, shift, zone_of
from penfriend.sources.address import address_of, kind_of
from penfriend.sources.failures import translated

CONNECT_SECONDS = 10
"""So long a server may take to let us in."""
_STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""


def seconds_of(source: Source) -> float:
    """The source's timeout."""
    return shift(Moment(0), source.timeout, zone_of("UTC")) / 1_000_000


@contextmanager
def read_only(source: Source) -> Iterator[Connection]:
    """A connection in one transaction that cannot write, undone at the end. Raises SourceUnavailable for
    whatever goes wrong inside."""
    url = address_of(source)
    with translated(source, url):
        engine = create_engine(url, poolclass=NullPool, **_ARGUMENTS.get(kind_of(url), _none)(url))
        try:
            with engine.connect() as connection, _watched(connection, source, kind_of(url)):
                yield connection
        finally:
            engine.dispose()


def _none(_: URL) -> dict[str, Any]:
    return {}


def _of_sqlite(url: URL) -> dict[str, Any]:
    path = Path(url.database or "").absolute()

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False, timeout=CONNECT_SECONDS
        )

    return {"creator": connect}


_ARGUMENTS: Mapping[str, Callable[[URL], dict[str, Any]]] = {
    "postgresql": lambda _: {"connect_args": {"connect_timeout": CONNECT_SECONDS}},
    "mysql": lambda _: {"connect_args": {"connect_timeout": CONNECT_SECONDS}},
    "mariadb": lambda _: {"connect_args": {"connect_timeout": CONNECT_SECONDS}},
    "sqlite": _of_sqlite,
    "duckdb": lambda _: {"connect_args": {"read_only": True}},
}
"""What the engine of each kind of database is made with."""


@contextmanager
def _watched(connection: Connection, source: Source, kind: str) -> Iterator[None]:
    prepare = _PREPARE.get(kind)
    if prepare is None:
        yield
        return
    with prepare(connection, seconds_of(source)):
        yield


@contextmanager
def _watch_postgresql(connection: Connection, seconds: float) -> Iterator[None]:
    connection.execution_options(postgresql_readonly=True)
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
    yield


@contextmanager
def _watch_mysql(connection: Connection, seconds: float) -> Iterator[None]:
    if getattr(connection.dialect, "is_mariadb", False):
        connection.exec_driver_sql(f"SET SESSION max_statement_time = {seconds}")
    else:
        connection.exec_driver_sql(f"SET SESSION max_execution_time = {max(1, int(seconds * 1000))}")
    connection.exec_driver_sql("START TRANSACTION READ ONLY")
    yield


@contextmanager
def _watch_sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    connection.exec_driver_sql("PRAGMA query_only = ON")
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # as the engine was made
    end = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    yield


@contextmanager
def _watch_duckdb(connection: Connection, seconds: float) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    timer = threading.Timer(seconds, driver.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


_PREPARE = {
    "postgresql": _watch_postgresql,
    "mysql": _watch_mysql,
    "mariadb": _watch_mysql,
    "sqlite": _watch_sqlite,
    "duckdb": _watch_duckdb,
}
