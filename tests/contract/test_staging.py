"""Rows that are read are compared through indexes: what they cost grows with their number, not with its
square."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from penfriend.storage import source_rows
from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade

STATEMENTS = ("_FIND", "_FORGET_TWICE", "_TOUCH", "_GO", "_RENEW", "_COME", "_FORGET_GONE")


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_over_staged_rows_scans_no_table(name: str, tmp_path: Path) -> None:
    """On SQLite; PostgreSQL plans by its statistics, which a reading renews."""
    text = str(getattr(source_rows, name).compile(dialect=sqlite.dialect())).replace("?", "1")
    with open_database(f"sqlite:///{tmp_path / 'penfriend.db'}") as db:
        upgrade(db)
        with db.read() as connection:
            plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert [line for line in plan if line.startswith("SCAN") and "changed" not in line] == []
    asked = [line for line in plan if line.startswith(("SEARCH staged ", "SEARCH row "))]
    assert [line for line in asked if "occurrence=?" not in line and "contact_id<?" not in line] == []
