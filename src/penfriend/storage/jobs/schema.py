"""The tables of Procrastinate in a schema of their own."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec

from sqlalchemy import Connection, text

from penfriend.storage.database import Database

PREFIX = "penfriend_jobs_"
_LOCK = 0x70656E6A  # "penj": another than that of our own tables


def is_there() -> bool:
    """Whether the extra is installed."""
    return find_spec("procrastinate") is not None


def make_schema(db: Database) -> str:
    """Make the tables where they are not there; the name of their schema. Who starts at the same time waits.
    Raises StoreUnavailable, also where the user may make no schema."""
    from procrastinate.schema import SchemaManager

    tables = SchemaManager.get_schema()
    name = PREFIX + hashlib.sha256(tables.encode()).hexdigest()[:8]
    with db.read() as connection:
        if _exists(connection, name):
            return name
    with db.write() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        if not _exists(connection, name):
            connection.execute(text(f"CREATE SCHEMA {name}"))
            connection.execute(text(f"SET LOCAL search_path = {name}"))
            connection.exec_driver_sql(tables.replace("%", "%%"))
            connection.execute(text(_AT_HOME.format(name=name)))
    return name


_AT_HOME = """
DO $$ DECLARE one regprocedure; BEGIN
FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = '{name}'::regnamespace LOOP
EXECUTE format('ALTER FUNCTION %s SET search_path = {name}', one);
END LOOP; END $$
"""
"""Its functions and triggers find its tables, whoever calls them."""


def _exists(connection: Connection, name: str) -> bool:
    found = text("SELECT 1 FROM information_schema.schemata WHERE schema_name = :name")
    return connection.execute(found, {"name": name}).first() is not None
