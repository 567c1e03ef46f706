"""A house whose files are applied and whose pages and API can be served, for tests that come by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penfriend.bootstrap import House
from penfriend.web.serving import free_port
from tests.support.connections import Seconds
from tests.support.empty_store import with_tables
from tests.support.houses import NOON, write_shop


@contextmanager
def served_house(folder: Path, database_url: str, campaigns: str, **settings: str) -> Iterator[House]:
    """At NOON, by a clock of hand, with a port of its own."""
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(database_url),
        "PENFRIEND_CONFIG": str(write_shop(folder, campaigns)),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
        "PENFRIEND_LISTEN": f"127.0.0.1:{free_port()}",
        **settings,
    }
    with House.open(environment, Seconds(NOON)) as opened:
        opened.apply(opened.read_files())
        yield opened
