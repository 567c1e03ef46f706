"""Many rows at once: without indexes and foreign keys, which are made again at the end: a tenth of the
time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from penfriend.storage.database import Database

_SQLITE_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
_POSTGRESQL_INDEXES = """
SELECT i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE i.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = x.indexrelid)
"""
_POSTGRESQL_KEYS = """
SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""


class Aside:
    """The indexes and foreign keys of a store, while they are away."""

    def __init__(self, db: Database) -> None:
        """Take them away."""
        self._db = db
        with db.write() as connection:
            self.indexes = _indexes(connection)
            self.keys = _keys(connection)
            for name, table, _ in self.keys:
                execute(connection, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            for name, _ in self.indexes:
                execute(connection, f'DROP INDEX "{name}"')

    def bring_back(self) -> Iterable[str]:
        """Make them again, one after the other; their names."""
        for name, statement in self.indexes:
            with self._db.write() as connection:
                execute(connection, "SET LOCAL maintenance_work_mem = '512MB'", only="postgresql")
                execute(connection, statement)
            yield name
        for name, table, rule in self.keys:
            with self._db.write() as connection:
                execute(connection, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rule}')
            yield name


def _indexes(connection: Connection) -> Sequence[tuple[str, str]]:
    statement = _SQLITE_INDEXES if connection.dialect.name == "sqlite" else _POSTGRESQL_INDEXES
    return [(name, text) for name, text in connection.exec_driver_sql(statement)]


def _keys(connection: Connection) -> Sequence[tuple[str, str, str]]:
    if connection.dialect.name == "sqlite":  # there a foreign key is a look-up in what is in memory anyway
        return []
    return [(name, table, rule) for name, table, rule in connection.exec_driver_sql(_POSTGRESQL_KEYS)]


def execute(connection: Connection, statement: str, only: str = "") -> int:
    """Run a statement that has its values in it; how many rows it wrote."""
    if only not in ("", connection.dialect.name):
        return 0
    if connection.dialect.name == "postgresql":
        statement = statement.replace("%", "%%")
    return connection.exec_driver_sql(statement).rowcount


def count_tables(db: Database) -> None:
    """Let the database know what is in its tables now. PostgreSQL looks through them at the same time, which
    the first who read them would else have to do."""
    if not db.is_sqlite:
        db.maintain("VACUUM (ANALYZE)")
        return
    with db.write() as connection:
        connection.exec_driver_sql("PRAGMA analysis_limit = 2000")
        connection.exec_driver_sql("ANALYZE")


def set_sequences(connection: Connection, tables: Iterable[str]) -> None:
    """The next row of these tables gets the id behind the last one that is there."""
    for table in tables:
        highest = f'(SELECT max(id) FROM "{table}")'  # noqa: S608 - our own names
        sequence = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest}) WHERE {highest} > 0"
        execute(connection, sequence, only="postgresql")


def numbers(connection: Connection, low: int, high: int) -> str:
    """A table `n` with one column `i`: the whole numbers from `low` to `high`, to stand behind FROM."""
    if connection.dialect.name == "postgresql":
        return f"generate_series({low}::bigint, {high}::bigint) AS n(i)"
    counting = f"SELECT {low} AS i WHERE {low} <= {high} UNION ALL SELECT i + 1 FROM n WHERE i < {high}"  # noqa: S608
    return f"(WITH RECURSIVE n(i) AS ({counting}) SELECT i FROM n) AS n"  # noqa: S608


def quoted(value: str | None) -> str:
    """A text in a statement."""
    return "CAST(NULL AS text)" if value is None else "'" + value.replace("'", "''") + "'"
