"""Statements over a batch: the ids go in as one value, so that each statement is written and prepared once.

In the text of a statement `BATCH` stands for a table of one column `id`: the numbers of the batch (bound as
`:batch`), `KEYS` for one of its texts (bound as `:keys`), and `PAIRS` for one of a number `id` and a text
`key` (bound as `:pairs`, or as `:pair_ids` and `:pair_keys`).

Rows are written past SQLAlchemy, straight to the driver: its own work on a row takes longer than the row
itself. PostgreSQL takes new rows by COPY, two to three times as fast as INSERT, and changes as one array for
each column (measured).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    CursorResult,
    Integer,
    Select,
    Table,
    TextClause,
    func,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.selectable import TextualSelect

from penfriend.storage.columns import JSON_VALUE
from penfriend.storage.engines import to_json

_SQLITE = {
    "BATCH": "(SELECT value AS id FROM json_each(:batch))",
    "KEYS": "(SELECT value AS id FROM json_each(:keys))",
    "PAIRS": (
        "(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS key"
        " FROM json_each(:pairs))"
    ),
}
_POSTGRESQL = {
    "BATCH": "(SELECT unnest(CAST(:batch AS bigint[])) AS id)",
    "KEYS": '(SELECT unnest(CAST(:keys AS text[])) COLLATE "C" AS id)',
    "PAIRS": (
        '(SELECT p.id, p.key COLLATE "C" AS key FROM unnest(CAST(:pair_ids AS bigint[]),'
        " CAST(:pair_keys AS text[])) AS p (id, key))"
    ),
}


def run(
    connection: Connection,
    statement: str,
    *,
    batch: Collection[int] | None = None,
    keys: Collection[str] | None = None,
    pairs: Collection[tuple[int, str]] | None = None,
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
    if pairs is not None and sqlite:
        values["pairs"] = to_json(sorted(pairs))
    elif pairs is not None:
        ordered = sorted(pairs)
        values["pair_ids"], values["pair_keys"] = [one[0] for one in ordered], [one[1] for one in ordered]
    return connection.execute(_written(statement, sqlite, json), values)


def rows(
    connection: Connection,
    statement: str,
    *,
    batch: Collection[int] | None = None,
    keys: Collection[str] | None = None,
    json: tuple[str, ...] = (),
) -> Sequence[tuple[Any, ...]]:
    """The rows that the statement gives."""
    result: Any = run(connection, statement, batch=batch, keys=keys, json=json)
    found: Sequence[tuple[Any, ...]] = result.all()
    return found


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


def has_rows(connection: Connection, table: Table) -> bool:
    """Whether the table has any row: a look past SQLAlchemy, which on SQLite costs a twentieth of one through
    it (3 us instead of 73, measured), for what is asked in every transaction."""
    raw: Any = connection.connection.driver_connection
    statement = f'SELECT 1 FROM "{table.name}" LIMIT 1'  # noqa: S608 - our own names
    try:
        return raw.execute(statement).fetchone() is not None
    except connection.dialect.loaded_dbapi.Error as error:  # as SQLAlchemy would have said it
        raise DBAPIError(statement, None, error) from error


def next_ids(connection: Connection, table: Table, count: int) -> Iterator[int]:
    """Ids for new rows of the table, ascending. Nobody else gets them while the transaction lasts."""
    if not count:
        return iter(())
    if connection.dialect.name == "sqlite":  # one writer at a time
        highest: int = connection.execute(_highest_id(table)).scalar_one()
        return iter(range(highest + 1, highest + count + 1))
    sequence = "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
    return iter(sorted(connection.execute(text(sequence), {"table": table.name, "count": count}).scalars()))


@cache
def _highest_id(table: Table) -> Select[Any]:
    return select(func.coalesce(func.max(table.c.id), 0))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows; all have the same columns."""
    if rows:
        names = tuple(rows[0])
        insert_values(connection, table, names, _values(table, names, rows))


def insert_values(
    connection: Connection, table: Table, names: Sequence[str], values: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of these columns, JSON in them written as text."""
    if not values:
        return
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table.name}" ({columns}) FROM STDIN', values)
    else:
        marks = ", ".join("?" * len(names))
        statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, list(values))


def update_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change the rows of the table that have these ids; each mapping has its `id` and the same columns."""
    if not rows:
        return
    names = tuple(name for name in rows[0] if name != "id")
    values = _values(table, (*names, "id"), rows)
    if connection.dialect.name == "postgresql":
        new = ", ".join(f'"{name}" = new."{name}"' for name in names)
        source, arrays = _arrays(table, (*names, "id"), values)
        statement = f'UPDATE "{table.name}" AS old SET {new} FROM {source} WHERE old.id = new.id'  # noqa: S608
        connection.exec_driver_sql(statement, arrays)
    else:
        new = ", ".join(f'"{name}" = ?' for name in names)
        connection.exec_driver_sql(f'UPDATE "{table.name}" SET {new} WHERE id = ?', values)  # noqa: S608


def upsert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: Collection[str] = (),
    where: str = "",
) -> None:
    """Insert the rows, or where their `key` is there already change what is there, all but the columns of
    `keep`, if `where` holds (of `excluded`, the new row)."""
    if not rows:
        return
    names = tuple(rows[0])
    values = _values(table, names, rows)
    columns = ", ".join(f'"{name}"' for name in names)
    new = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in {"key", *keep})
    rest = f"ON CONFLICT (key) DO UPDATE SET {new}" + (f" WHERE {where}" if where else "")
    into = f'INSERT INTO "{table.name}" ({columns})'
    if connection.dialect.name == "postgresql":
        source, arrays = _arrays(table, names, values)
        connection.exec_driver_sql(f"{into} SELECT {columns} FROM {source} {rest}", arrays)  # noqa: S608
    else:
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"{into} VALUES ({marks}) {rest}", values)


def _values(table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them, JSON written as text."""
    if len(names) == 1:
        return [(row[names[0]],) for row in rows]
    values: list[tuple[Any, ...]] = list(map(itemgetter(*names), rows))
    for place, name in enumerate(names):
        if isinstance(table.c[name].type, JSON):
            values = [
                row if row[place] is None else (*row[:place], to_json(row[place]), *row[place + 1 :])
                for row in values
            ]
    return values


def _arrays(
    table: Table, names: Sequence[str], values: Sequence[tuple[Any, ...]]
) -> tuple[str, tuple[list[Any], ...]]:
    """The rows as a table `new` for PostgreSQL, and its parameters: one array for each column."""
    types = [_array_type(table, name) for name in names]
    marks = ", ".join(f"CAST(%s AS {'text' if type_ == 'jsonb' else type_}[])" for type_ in types)
    columns = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join(
        f'CAST(one."{name}" AS jsonb) AS "{name}"' if type_ == "jsonb" else f'one."{name}"'
        for name, type_ in zip(names, types, strict=True)
    )
    source = f"(SELECT {chosen} FROM unnest({marks}) AS one ({columns})) AS new"  # noqa: S608 - our own names
    return source, tuple(list(column) for column in zip(*values, strict=True))


def _array_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, JSON):
        return "jsonb"
    if isinstance(kind, BigInteger):
        return "bigint"
    return "integer" if isinstance(kind, Integer) else "text"


def _copy(connection: Connection, statement: str, values: Sequence[Sequence[Any]]) -> None:
    import psycopg  # a tenth of a second, which a store in a file does not need

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
