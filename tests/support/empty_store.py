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
from tests.support.postgres import PostgresServer

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
"""The kinds of database, as the parameters of a fixture."""


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


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with empty tables that only this test uses: the test runs once for each kind."""
    if request.param == "sqlite":
        return empty_file(tmp_path / "penfriend.db")
    clone: Callable[[str], str] = request.getfixturevalue("clone_database")
    return clone(request.getfixturevalue("postgres_tables"))


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
