"""The way into the database: `open_database(url)`, and then one `write()` or `read()` for each transaction.

SQLite: WAL, every commit on the disk (synchronous=FULL), writers one after the other in the order in which
they came (a queue of this process, then BEGIN IMMEDIATE), readers beside them on a snapshot.
PostgreSQL 15 or later: READ COMMITTED for writing, a read-only snapshot for reading.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.database_errors import TransactionLost, translate
from penfriend.storage.engines import OLDEST_POSTGRESQL, make_engines, parse_url, without_password
from penfriend.storage.write_queue import WriteQueue

T = TypeVar("T")

TRIES = 6
"""So often `run` begins a transaction that was lost, in all; together about half a second."""


class Database:
    """An open database. Any number of threads may use it; it is a context manager that closes it."""

    def __init__(self, writing: Engine, reading: Engine, url: URL) -> None:
        self._writing = writing
        self._reading = reading
        self._queue = WriteQueue() if writing.dialect.name == "sqlite" else None
        self.url = url.render_as_string(hide_password=False)
        """With the password: for handing on, never for showing."""
        self.url_for_people = without_password(url)
        self.file = url.database if writing.dialect.name == "sqlite" else None
        """The SQLite file."""
        self.dialect = writing.dialect.name
        """`sqlite` or `postgresql`."""

    @property
    def is_sqlite(self) -> bool:
        """The embedded edition, one writer at a time."""
        return self.dialect == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed at the end, undone if anything is raised.

        Raises StoreUnavailable in one line; TransactionLost (one of them) where the same again may do.
        """
        with self._queue or nullcontext(), self._transaction(self._writing) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that only reads, on one snapshot. Keep it short: it holds up checkpoints."""
        with self._transaction(self._reading) as connection:
            yield connection

    def run(self, work: Callable[[Connection], T]) -> T:
        """`work` in a write transaction; again where it was lost or another was faster (a unique key).

        `work` must be safe to repeat: a connection that breaks at the commit does not tell whether it was
        done.
        """
        attempt = 1
        while True:
            try:
                with self.write() as connection:
                    return work(connection)
            except (TransactionLost, IntegrityError):
                if attempt == TRIES:
                    raise
            # spreads those that met; guards nothing, so a plain random number does
            time.sleep(random.uniform(0.005, 0.01) * 2**attempt)  # noqa: S311
            attempt += 1

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.connect() as connection, connection.begin():
                yield connection
        except (DBAPIError, sqlite3.Error) as error:  # what `BEGIN` raises has not passed SQLAlchemy
            known = translate(error, self.url_for_people)
            if known is None:
                raise
            raise known from error

    def maintain(self, statement: str) -> None:
        """A statement that PostgreSQL takes in no transaction (VACUUM)."""
        with self._writing.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many are open beside them."""
        pools = {id(pool): pool for pool in (self._writing.pool, self._reading.pool)}
        known = [pool for pool in pools.values() if isinstance(pool, QueuePool)]
        return sum(pool.checkedout() for pool in known), sum(pool.checkedin() for pool in known)

    def close(self) -> None:
        """Give all connections back. Idempotent."""
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(url: str, *, lasting: bool = True) -> Database:
    """Open what a PENFRIEND_DATABASE_URL names, and try it. Its tables are the matter of `migrate.upgrade`.

    A SQLite file that is not `lasting` need not survive a power cut: commits do not wait for the disk.

    Raises SettingError for a URL that is none, StoreUnavailable for a database that cannot be used.
    """
    parsed = parse_url(url)
    database = Database(*make_engines(parsed, lasting=lasting), parsed)
    try:
        with database.read() as connection:
            _check(connection, database)
    except BaseException:
        database.close()
        raise
    return database


def _check(connection: Connection, database: Database) -> None:
    if database.is_sqlite:  # opening alone reads nothing: only now a file that is no database says so
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        return
    found = int((connection.dialect.server_version_info or (0,))[0])
    if found < OLDEST_POSTGRESQL:
        wanted = f"{OLDEST_POSTGRESQL} or later is needed"
        raise StoreUnavailable(f"{database.url_for_people}: PostgreSQL {found} is too old: {wanted}")
