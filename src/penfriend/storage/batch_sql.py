"""Statements over a batch: the ids go in as one value, so that each statement is written and prepared once.

In the text of a statement `BATCH` stands for a table of one column `id`: the numbers of the batch (bound as
`:batch`), and `KEYS` for one of its texts (bound as `:keys`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import JSON, Connection, CursorResult, Table, TextClause, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.selectable import TextualSelect

from penfriend.storage.columns import JSON_VALUE
from penfriend.storage.engines import to_json

_SQLITE = {
    "BATCH": "(SELECT value AS id FROM json_each(:batch))",
    "KEYS": "(SELECT value AS id FROM json_each(:keys))",
}
_POSTGRESQL = {
    "BATCH": "(SELECT unnest(CAST(:batch AS bigint[])) AS id)",
    "KEYS": '(SELECT unnest(CAST(:keys AS text[])) COLLATE "C" AS id)',
}


def run(
    connection: Connection,
    statement: str,
    *,
    batch: Collection[int] | None = None,
    keys: Collection[str] | None = None,
    json: tuple[str, ...] = (),
    **values: object,
) -> CursorResult[Any]:
    """Execute the statement over the batch; the columns named in `json` come out as values."""
    sqlite = connection.dialect.name == "sqlite"
    if batch is not None:
        numbers = sorted(batch)
        values["batch"] = to_json(numbers) if sqlite else numbers
    if keys is not None:
        texts = sorted(keys)
        values["keys"] = to_json(texts) if sqlite else texts
    return connection.execute(_written(statement, sqlite, json), values)


def rows(
    connection: Connection,
    statement: str,
    *,
    batch: Collection[int] | None = None,
    keys: Collection[str] | None = None,
    json: tuple[str, ...] = (),
) -> list[tuple[Any, ...]]:
    """The rows that the statement gives."""
    return [tuple(row) for row in run(connection, statement, batch=batch, keys=keys, json=json)]


def pairs(connection: Connection, statement: str, *, keys: Collection[str]) -> dict[str, Any]:
    """The rows of two columns that the statement gives, the first as the key."""
    return {row[0]: row[1] for row in rows(connection, statement, keys=keys)}


@lru_cache(maxsize=256)
def _written(statement: str, sqlite: bool, json: tuple[str, ...]) -> TextualSelect | TextClause:
    for word, table in (_SQLITE if sqlite else _POSTGRESQL).items():
        statement = statement.replace(word, table)
    if json:
        return text(statement).columns(**dict.fromkeys(json, JSON_VALUE))
    return text(statement)


def next_ids(connection: Connection, table: Table, count: int) -> Iterator[int]:
    """Ids for new rows of the table, ascending. Nobody else gets them while the transaction lasts."""
    if not count:
        return iter(())
    if connection.dialect.name == "sqlite":  # one writer at a time
        highest = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        return iter(range(highest + 1, highest + count + 1))
    sequence = "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
    return iter(sorted(connection.execute(text(sequence), {"table": table.name, "count": count}).scalars()))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows; all have the same columns.

    Straight to the driver: SQLAlchemy's own work on a row takes longer than the row itself, and PostgreSQL
    takes COPY two to three times as fast as INSERT (measured).
    """
    if not rows:
        return
    names = tuple(rows[0])
    documents = [place for place, name in enumerate(names) if isinstance(table.c[name].type, JSON)]
    values = [[row[name] for name in names] for row in rows]
    for place in documents:
        for row in values:
            if row[place] is not None:
                row[place] = to_json(row[place])
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table.name}" ({columns}) FROM STDIN', values)
    else:
        marks = ", ".join("?" * len(names))
        statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, [tuple(row) for row in values])


def _copy(connection: Connection, statement: str, values: Sequence[Sequence[Any]]) -> None:
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101 - for the type checker
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.Error as error:  # as SQLAlchemy would have said it, so that one table translates all
        raise DBAPIError(statement, None, error) from error
