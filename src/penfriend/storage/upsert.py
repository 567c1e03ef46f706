"""INSERT that passes over rows whose unique key is there already, in both databases' words."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


@cache
def insert_or_ignore(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """`INSERT ... ON CONFLICT DO NOTHING` into `table`, made once: to make a statement anew takes longer than
    to execute it."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
