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
from penfriend.domain.timing import SECOND, Moment, shift, zone_of
from penfriend.sources.address import address_of, kind_of
from penfriend.sources.failures import translated

CONNECT_SECONDS = 10
"""So long a server may take to let us in."""
_STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""


class Watch:
    """How long a source has worked for us: the time inside `with watch:`, not what we do between two
    batches."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._since: float | None = None
        self.interrupt: Callable[[], object] | None = None
        """Stops what the source does, from another thread; only for those that cannot be told a limit."""
        self._timer: threading.Timer | None = None

    @property
    def left(self) -> float:
        """Seconds that it may still work."""
        return self._left - (0.0 if self._since is None else time.monotonic() - self._since)

    def __enter__(self) -> None:
        self._since = time.monotonic()
        if self.interrupt is not None:
            self._timer = threading.Timer(max(0.0, self._left), self.interrupt)
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._left, self._since = self.left, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@contextmanager
def read_only(source: Source) -> Iterator[tuple[Connection, Watch]]:
    """A connection in one transaction that cannot write, undone at the end, and the watch over it. Raises
    SourceUnavailable for whatever goes wrong inside."""
    url = address_of(source)
    kind = kind_of(url)
    with translated(source, url):
        engine = create_engine(url, poolclass=NullPool, **_ARGUMENTS.get(kind, _none)(url))
        try:
            with engine.connect() as connection:
                watch = Watch(shift(Moment(0), source.timeout, zone_of("UTC")) / SECOND)
                _PREPARE.get(kind, _as_it_is)(connection, watch)
                yield connection, watch
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


def _as_it_is(_: Connection, __: Watch) -> None:
    pass


def _prepare_postgresql(connection: Connection, watch: Watch) -> None:
    connection.execution_options(postgresql_readonly=True)
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(watch.left * 1000))}")


def _prepare_mysql(connection: Connection, watch: Watch) -> None:
    if getattr(connection.dialect, "is_mariadb", False):
        connection.exec_driver_sql(f"SET SESSION max_statement_time = {watch.left}")
    else:
        connection.exec_driver_sql(f"SET SESSION max_execution_time = {max(1, int(watch.left * 1000))}")
    connection.exec_driver_sql("START TRANSACTION READ ONLY")


def _prepare_sqlite(connection: Connection, watch: Watch) -> None:
    connection.exec_driver_sql("PRAGMA query_only = ON")
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # as the engine was made
    driver.set_progress_handler(lambda: watch.left < 0, _STEPS)


def _prepare_duckdb(connection: Connection, watch: Watch) -> None:
    driver: Any = connection.connection.driver_connection
    watch.interrupt = driver.interrupt


_PREPARE: Mapping[str, Callable[[Connection, Watch], None]] = {
    "postgresql": _prepare_postgresql,
    "mysql": _prepare_mysql,
    "mariadb": _prepare_mysql,
    "sqlite": _prepare_sqlite,
    "duckdb": _prepare_duckdb,
}
"""How a connection of each kind of database is kept from writing and from taking too long."""
