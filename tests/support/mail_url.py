"""The store of a test of `mail_world`."""

from __future__ import annotations

import pytest


@pytest.fixture
def url(database_url: str) -> str:
    """The URL of a database with empty tables that only this test uses: it runs once for each kind."""
    return database_url
