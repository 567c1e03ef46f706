"""A real PostgreSQL: the one named by TEST_POSTGRES_URL, or a throw-away server from a wheel.

Each xdist worker has its own server, started when the first test asks for it.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.support.warm_connections import WARM

GUARD = Path(__file__).with_name("postgres_guard.py")
STOP_SECONDS = 30


_CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_LARGE = (
    "SELECT max(pg_relation_size(oid)) > 1000000 FROM pg_class WHERE relnamespace = 'public'::regnamespace"
)
_DELETE = f"""
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;  -- neither triggers nor foreign keys
    FOR name IN {_TABLES} LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    PERFORM setval(format('%I', sequencename), 1, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""
_SHAPE = """
SELECT string_agg(relname || relkind::text || relnatts::text || relchecks::text, ',' ORDER BY relname),
    (SELECT count(*) FROM pg_trigger),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
FROM pg_class WHERE relnamespace = 'public'::regnamespace
"""


class PostgresServer:
    """Makes and drops databases on a running server."""

    def __init__(self, url: str) -> None:
        """Use the server at URL, whose user may create databases."""
        self.url = url
        self._numbers = itertools.count(1)
        self._made: set[str] = set()

    def create(self, template: str | None = None) -> str:
        """Make a database and return its URL: empty, or a copy of the one at the URL TEMPLATE.

        Nobody may be connected to the template. The process id in the name keeps test runs apart.
        """
        if template is not None:
            WARM.let_go(database_name(template))
        name = f"penfriend_test_{os.getpid()}_{next(self._numbers)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(database_name(template) if template else "template0")
        )
        self._execute(command)
        self._made.add(name)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Drop a database that `create` made, also under open connections."""
        name = database_name(url)
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.discard(name)

    def shape(self, url: str) -> tuple[object, ...]:
        """What shows whether tables, columns, indexes, triggers and functions are as they were."""
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            return connection.execute(_SHAPE).fetchone() or ()

    def drop_all(self) -> None:
        """Drop what `create` made and nobody dropped."""
        for name in sorted(self._made):
            self.drop(urlunsplit(urlsplit(self.url)._replace(path=f"/{name}")))

    def _execute(self, command: sql.Composed) -> None:
        with closing(psycopg.connect(self.url, autocommit=True)) as connection:
            connection.execute(command)


def emptied(
    connection: psycopg.Connection[Any], shape: tuple[object, ...], may_stay: Sequence[int] = ()
) -> bool:
    """Take every row out of a migrated database and let its numbers begin anew; False where its shape is not
    this one any more. Who is connected is cut off, but for the server's processes that may stay.

    To truncate all tables takes the server 120 ms of the processor, to delete the few rows of most tests
    a tenth of that, and a tenth again over a connection that has done it before.
    """
    if connection.execute(_SHAPE).fetchone() != shape:
        return False
    connection.execute(_CUT_OFF, (list(may_stay),))
    if connection.execute(_LARGE).fetchone() == (False,):
        with suppress(psycopg.errors.InsufficientPrivilege):  # of the user of TEST_POSTGRES_URL
            connection.execute(_DELETE)
            return True
    tables = [sql.Identifier(row[0]) for row in connection.execute(_TABLES)]
    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(tables)))
    return True


def database_name(url: str) -> str:
    """The database's name in a postgresql:// URL."""
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this session (of this xdist worker)."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        server = PostgresServer(given)
        yield server
        server.drop_all()
        return
    # A session of its own keeps Ctrl-C from the guard: it ends when its input does, after the tests.
    with subprocess.Popen(
        [sys.executable, GUARD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as guard:
        assert guard.stdin is not None
        assert guard.stdout is not None
        url = guard.stdout.readline().strip()
        if not url:
            pytest.fail(
                "the PostgreSQL server for the tests did not start; the reason stands above", pytrace=False
            )
        yield PostgresServer(url)
        guard.stdin.close()
        guard.wait(STOP_SECONDS)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that only this test uses."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def clone_database(postgres_server: PostgresServer) -> Iterator[Callable[[str], str]]:
    """Copies the database at a URL and returns the copy's URL (about 25 ms); the copies go with the test."""
    copies: list[str] = []

    def clone(template: str) -> str:
        copies.append(postgres_server.create(template))
        return copies[-1]

    yield clone
    for url in copies:
        postgres_server.drop(url)
