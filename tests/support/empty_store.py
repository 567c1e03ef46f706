"""Databases with their tables and nothing in them. The migrations run once in a test session for each kind of
database, then they are copied: a tenth of the time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from tests.support.both_databases import KINDS
from tests.support.postgres import PostgresServer, database_name, emptied
from tests.support.warm_connections import WARM


@cache
def _file_with_tables() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "penfriend.db")
        with open_database(f"sqlite:///{path}", lasting=False) as db:
            upgrade(db)
        return path.read_bytes()


def empty_file(path: Path) -> str:
    """Make a SQLite database with empty tables; its URL."""
    path.write_bytes(_file_with_tables())
    return f"sqlite:///{path}"


def with_tables(url: str) -> str:
    """The URL itself; a SQLite file that is not there yet is made, with empty tables."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.exists():
        empty_file(path)
    return url


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database with empty tables, to be copied."""
    url = postgres_server.create()
    with open_database(url) as db:
        upgrade(db)
    yield url
    postgres_server.drop(url)


class Spares:
    """PostgreSQL databases with empty tables: emptying one is quicker than making one."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server, self._template = server, template
        self._shape = server.shape(template)
        self._free: list[str] = []

    def take(self) -> str:
        """One that nobody uses."""
        if self._free:
            return self._free.pop()
        url = self._server.create(self._template)
        WARM.keep_those_of(database_name(url))
        return url

    def give_back(self, url: str) -> None:
        """It is used again if its tables are as they were."""
        name = database_name(url)
        if emptied(WARM.emptier(url, name), self._shape, WARM.processes(name)):
            self._free.append(url)
        else:
            WARM.forget(name)
            self._server.drop(url)

    def close(self) -> None:
        """No connection is kept any more."""
        for url in self._free:
            WARM.forget(database_name(url))


@pytest.fixture(scope="session")
def spares(postgres_server: PostgresServer, postgres_tables: str) -> Iterator[Spares]:
    """Those of this session (of this xdist worker); they go with its server."""
    spares = Spares(postgres_server, postgres_tables)
    yield spares
    spares.close()


@pytest.fixture
def emptied_database(spares: Spares) -> Iterator[str]:
    """The URL of a PostgreSQL database with empty tables that only this test uses."""
    url = spares.take()
    yield url
    spares.give_back(url)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with empty tables that only this test uses: the test runs once for each kind."""
    if request.param == "sqlite":
        return empty_file(tmp_path / "penfriend.db")
    url: str = request.getfixturevalue("emptied_database")
    return url


@pytest.fixture(params=KINDS)
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same without the tables: for tests of how they are made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'penfriend.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def shared_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """For a fixture with `KINDS`: a database with empty tables that the tests of a module share."""
    if request.param == "sqlite":
        return empty_file(folder / "penfriend.db")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create(request.getfixturevalue("postgres_tables"))


def copied(request: pytest.FixtureRequest, url: str, folder: Path) -> str:
    """A copy, in that folder, of a database that nobody has open; it goes with the test."""
    if url.startswith("sqlite:///"):
        return f"sqlite:///{shutil.copy(url.removeprefix('sqlite:///'), folder)}"
    clone: Callable[[str], str] = request.getfixturevalue("clone_database")
    return clone(url)
