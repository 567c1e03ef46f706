"""Fixtures of the contract tests of the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.store_cases import Shop


@pytest.fixture
def store_url(database_url: str) -> str:
    """The URL of a database with empty tables that only this test uses: the test runs once for each kind."""
    return database_url


@pytest.fixture
def shop(store_url: str) -> Iterator[Shop]:
    """An empty store with the ingestion over it, at Monday 2026-03-02, 10:00 UTC."""
    shop = Shop(store_url)
    with shop.db:
        yield shop
