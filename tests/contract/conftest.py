"""Fixtures of the contract tests of the store: each test runs on SQLite and on PostgreSQL.

The tables are made once for each kind; every test has a copy of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from tests.contract.store_cases import Shop
from tests.support.postgres import PostgresServer


def made(url: str) -> str:
    """The same URL, with its tables made."""
    with open_database(url) as db:
        upgrade(db)
    return url


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with empty tables."""
    path = tmp_path_factory.mktemp("tables") / "penfriend.db"
    made(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database with empty tables, to be copied."""
    url = made(postgres_server.create())
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with empty tables that only this test uses: the test runs once for each kind."""
    if request.param == "sqlite":
        copy = tmp_path / "penfriend.db"
        shutil.copy(request.getfixturevalue("sqlite_tables"), copy)
        return f"sqlite:///{copy}"
    clone: Callable[[str], str] = request.getfixturevalue("clone_database")
    return clone(request.getfixturevalue("postgres_tables"))


@pytest.fixture
def shop(store_url: str) -> Iterator[Shop]:
    """An empty store with the ingestion over it, at Monday 2026-03-02, 10:00 UTC."""
    shop = Shop(store_url)
    with shop.db:
        yield shop
