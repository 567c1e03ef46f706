"""The shop that the tests of the web side visit."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from penfriend.web import serve
from tests.unit.web.visit_shop import VisitShop


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its tables, made once."""
    path = tmp_path_factory.mktemp("empty") / "shop.db"
    with open_database(f"sqlite:///{path}") as db:
        upgrade(db)
    return path


@pytest.fixture
def shop(empty_store: Path, tmp_path: Path) -> Iterator[VisitShop]:
    """A shop over a database of its own."""
    path = shutil.copy(empty_store, tmp_path)
    with open_database(f"sqlite:///{path}") as db:
        yield VisitShop(db)


@pytest.fixture
def client(shop: VisitShop) -> Iterator[httpx.Client]:
    """Somebody who follows links, to the real server."""
    with serve(shop.app(), "127.0.0.1", 0) as server:
        # plain HTTP: reading the certificates would take longer than most of these tests
        client = httpx.Client(base_url=server.url, verify=False)
        yield client
        client.close()
