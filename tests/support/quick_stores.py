"""What the stores of tests are spared: waiting for the disk, compiling the same statements in each store, and
in PostgreSQL a server process for each store (`tests.support.warm_connections`).

SQLite files do not wait for the disk, as no test cuts the power; what a kill leaves behind is the same, for
the system keeps what a process has written. And all stores of a session share one cache of compiled
statements: a third of the time of a test with a store of its own went into compiling. Programs that a test
starts in processes of their own know nothing of all this.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, util
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from penfriend.storage import engines
from tests.support.warm_connections import WARM

STATEMENTS = 2000
"""So many are kept; the program has some hundreds, the random segments of the laws come and go."""
prepare_sqlite = engines._prepare_sqlite
"""What the program itself does with each connection."""
_compiled = util.LRUCache[object, object](STATEMENTS)


def _without_waiting(connection: sqlite3.Connection, record: object) -> None:
    prepare_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


def _with_shared_cache(*arguments: object, **options: object) -> Engine:
    return create_engine(*arguments, execution_options={"compiled_cache": _compiled}, **options)  # type: ignore[call-overload,no-any-return]  # as they come


@pytest.fixture(scope="session", autouse=True)
def quick_stores() -> Iterator[None]:
    """For all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "_prepare_sqlite", _without_waiting)
        patch.setattr(engines, "create_engine", _with_shared_cache)
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # part of a statement's key in the cache
            patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
            patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(PGDialect_psycopg, "connect", staticmethod(WARM.connect))
        patch.setattr(PGDialect_psycopg, "do_close", staticmethod(WARM.close))
        patch.setattr(PGDialect_psycopg, "do_terminate", staticmethod(psycopg.Connection.close))
        yield
