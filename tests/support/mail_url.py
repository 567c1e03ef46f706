"""The store of a module's tests, one for each kind of database; `mail_world.worlds` empties it."""

from __future__ import annotations

import pytest

from tests.support.mail_world import KINDS, shared_url


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the module's store."""
    return shared_url(request, tmp_path_factory.mktemp("store"))
