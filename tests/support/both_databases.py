"""Which tests run on PostgreSQL beside SQLite.

A test whose store comes from a fixture with `KINDS` (`database_url` and others) is written for both kinds of
database. With `make test` it runs on both

- in tests/contract, where the store itself is what is tested;
- where it is marked `both`: one whole run at least of each big way (import, month, send, crash, HTTP, pages),
  what the databases do differently (locks, connections, errors, migrations, odd values), and what sends
  statements that no other test sends to PostgreSQL.

Elsewhere it runs on SQLite alone: what it tests lies above the statements. `make whole` runs every test on
both. Each file of tests/integration with stores of both kinds has one test at least that is marked
(`tests/test_house.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.whole import WHOLE

KINDS = ("sqlite", pytest.param("postgresql", marks=(pytest.mark.postgresql, pytest.mark.twin)))
"""The kinds of database, as the parameters of a fixture."""
CONTRACT = Path(__file__).resolve().parents[1] / "contract"


def pytest_report_header() -> str:
    """Say what is left out."""
    return "databases: " + (
        "both" if WHOLE else "SQLite; PostgreSQL in tests/contract and where marked `both`"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the twins out that need not run."""
    if WHOLE:
        return
    idle = [item for item in items if _is_idle(item)]
    items[:] = [item for item in items if not _is_idle(item)]
    config.hook.pytest_deselected(items=idle)


def _is_idle(item: pytest.Item) -> bool:
    return (
        item.get_closest_marker("twin") is not None
        and item.get_closest_marker("both") is None
        and not item.path.is_relative_to(CONTRACT)
    )
