"""The working tables of a look: temporary, of one connection, empty at the beginning of each look.

They let a look write by set statements alone: no row per contact passes through Python.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Executable, Index, Integer, MetaData, Table, delete
from sqlalchemy import text as sql
from sqlalchemy.schema import CreateIndex, CreateTable

from penfriend.storage.columns import BIG, TEXT, subject

_metadata = MetaData()

look_touched = Table(
    "look_touched",
    _metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("contact_id", BIG, nullable=False),
    Column("event_id", BIG),
    Column("at", BIG, nullable=False),
    Index("ix_look_touched_contact", "contact_id"),
    prefixes=["TEMPORARY"],
)
"""The rows of `touched` that this look has read: it deletes exactly these."""

look_passed = Table(
    "look_passed",
    _metadata,
    Column("contact_id", BIG, nullable=False),
    Column("occurrence", TEXT),
    Column("at", BIG, nullable=False),
    Column("turns", Integer, nullable=False),
    Index("ix_look_passed_contact", "contact_id"),
    prefixes=["TEMPORARY"],
)
"""For whom a moment of the segment has passed, and when; of the whole contact where there is no
occurrence."""

look_candidates = Table(
    "look_candidates",
    _metadata,
    Column("contact_id", BIG, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)
"""For whom the segment is asked."""

look_joins = Table(
    "look_joins",
    _metadata,
    Column("contact_id", BIG, primary_key=True, autoincrement=False),
    Column("occurrence", TEXT, primary_key=True),
    Column("since", BIG, nullable=False),
    *subject(),
    prefixes=["TEMPORARY"],
)
"""Who is a member now and was none at the last look."""

look_arrivals = Table(
    "look_arrivals",
    _metadata,
    Column("contact_id", BIG, nullable=False),
    Column("occurrence", TEXT, nullable=False),
    Column("at", BIG, nullable=False),
    Column("reason", TEXT),
    Column("rank", Integer, nullable=False),
    *subject(),
    Index(
        "ix_look_arrivals_later",  # the first of each are found by reading all
        "rank",
        sqlite_where=sql("rank > 1"),
        postgresql_where=sql("rank > 1"),
    ),
    prefixes=["TEMPORARY"],
)
"""Who stands at a campaign's door, in the order in which they came; with a reason for whom it stays shut."""

look_zones = Table(
    "look_zones",
    _metadata,
    Column("zone", TEXT, primary_key=True),
    Column("by_wall", Integer, primary_key=True, autoincrement=False),
    Column("start", BIG, primary_key=True, autoincrement=False),
    Column("shift", BIG, nullable=False),
    prefixes=["TEMPORARY"],
)
"""The clocks of those at a door: from a moment on (by_wall 0), or from a wall-clock time on (1), so much is
added to come from the one to the other."""

look_dated = Table(
    "look_dated",
    _metadata,
    Column("unit", Integer, nullable=False),
    Column("contact_id", BIG, nullable=False),
    Index("ix_look_dated_contact", "contact_id"),
    prefixes=["TEMPORARY"],
)
"""For whom a moment of a date or schedule has come, by its unit: one zone or several with the same clock."""

look_days = Table(
    "look_days",
    _metadata,
    Column("unit", Integer, nullable=False),
    Column("low", TEXT, nullable=False),
    Column("high", TEXT, nullable=False),
    prefixes=["TEMPORARY"],
)
"""The dates whose moment has come, both ends included."""

look_spans = Table(
    "look_spans",
    _metadata,
    Column("unit", Integer, nullable=False),
    Column("low", BIG, nullable=False),
    Column("high", BIG, nullable=False),
    prefixes=["TEMPORARY"],
)
"""The same for moments: those of the days by the clock of the unit's zone."""

_THERE_SQLITE = "SELECT 1 FROM sqlite_temp_master WHERE name = 'look_arrivals'"
_THERE_POSTGRESQL = "SELECT to_regclass('pg_temp.look_arrivals')"
_ALL = (
    look_touched,
    look_passed,
    look_candidates,
    look_joins,
    look_zones,
    look_dated,
    look_days,
    look_spans,
    look_arrivals,
)


_EMPTY = {table: delete(table) for table in _ALL}


def make_room(connection: Connection) -> None:
    """Make the working tables where this connection has none yet. They are empty: each look leaves them
    so, or undoes itself."""
    there = _THERE_SQLITE if connection.dialect.name == "sqlite" else _THERE_POSTGRESQL
    if connection.exec_driver_sql(there).scalar() is not None:
        return
    for table in _ALL:
        connection.execute(CreateTable(table))
        for index in table.indexes:
            connection.execute(CreateIndex(index))


def empty(connection: Connection, *tables: Table) -> None:
    """Empty some of them for the next segment or campaign."""
    for table in tables:
        connection.execute(_EMPTY[table])


def write(connection: Connection, statement: Executable, values: Mapping[str, object]) -> int:
    """Execute a set statement; how many rows it wrote (for INSERT ... SELECT the driver's count has to be
    asked for)."""
    return connection.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount
