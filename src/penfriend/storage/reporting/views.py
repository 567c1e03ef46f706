"""The reports as views of the database, `report_messages` and so on: for tools that read the database
themselves. Moments are timestamptz on PostgreSQL and ISO 8601 text on SQLite, amounts numeric.

They belong to no migration: `penfriend.storage.migrate` takes them away before it changes tables and makes
them again afterwards, as this program knows them, with the rights that roles had on them. So a change of a
view needs a migration beside it, if only an empty one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Numeric,
    Text,
    cast,
    event,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.domain.exports import Kind
from penfriend.domain.money import SCALE
from penfriend.domain.timing import SECOND
from penfriend.storage.reporting.sources import Source, sources
from penfriend.storage.tables import metadata

Grant = tuple[str, str]
"""A view, and the role that may read it."""


def make_views(connection: Connection, grants: Iterable[Grant] = ()) -> None:
    """Make all of them, and give these rights."""
    dialect = connection.dialect.name
    for source in sources(dialect).values():
        connection.exec_driver_sql(f"CREATE VIEW {source.report.view} AS {view_text(source, dialect)}")
    for view, role in grants:
        quoted = connection.dialect.identifier_preparer.quote(role)
        connection.exec_driver_sql(f"GRANT SELECT ON {view} TO {quoted}")


def drop_views(connection: Connection) -> list[Grant]:
    """Take all of them away that are there; the rights that others than their owner had on them."""
    names = sorted(source.report.view for source in sources(connection.dialect.name).values())
    grants = [] if connection.dialect.name == "sqlite" else _grants(connection, names)
    for name in names:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    return grants


def _grants(connection: Connection, names: list[str]) -> list[Grant]:
    found = connection.execute(
        text(
            "SELECT table_name, grantee FROM information_schema.role_table_grants WHERE"
            " table_schema = current_schema() AND table_name = ANY(:names) AND privilege_type = 'SELECT'"
            " AND grantee <> grantor ORDER BY table_name, grantee"
        ),
        {"names": names},
    )
    return [(row.table_name, row.grantee) for row in found]


def view_text(source: Source, dialect: str) -> str:
    """The SELECT of a view."""
    as_shown = _POSTGRESQL if dialect == "postgresql" else _SQLITE
    kinds = {column.name: column.kind for column in source.report.columns}
    shown = source.select().with_only_columns(
        *(as_shown.get(kinds[name], _as_it_is)(one).label(name) for name, one in source.columns.items())
    )
    words = postgresql.dialect() if dialect == "postgresql" else sqlite.dialect()
    return str(shown.compile(dialect=words, compile_kwargs={"literal_binds": True}))


Expr = ColumnElement[Any]


def _as_it_is(column: Expr) -> Expr:
    return column


def _timestamp(column: Expr) -> Expr:
    return literal_column("TIMESTAMPTZ 'epoch'") + column * literal_column("INTERVAL '1 microsecond'")


def _iso_text(column: Expr) -> Expr:
    """As `2026-03-02T10:00:00.000000Z`: always as long, so that the order of texts is that of moments."""
    part = ((column % SECOND) + SECOND) % SECOND  # what is left of a moment before 1970 is negative
    seconds = func.strftime("%Y-%m-%dT%H:%M:%S", (column - part) // SECOND, "unixepoch")
    return seconds + "." + func.printf("%06d", part) + "Z"


_POSTGRESQL = {
    Kind.MOMENT: _timestamp,
    Kind.AMOUNT: lambda column: cast(cast(column, Numeric(30, 4)) / SCALE, Numeric(26, 4)),
    Kind.YES_NO: lambda column: column == 1,
}
_SQLITE = {
    Kind.MOMENT: _iso_text,
    Kind.AMOUNT: lambda column: column * 1.0 / SCALE,
    Kind.JSON: lambda column: cast(column, Text),
}


@event.listens_for(metadata, "after_create")
def _made_with_the_tables(_tables: MetaData, connection: Connection, **_: object) -> None:
    make_views(connection)


@event.listens_for(metadata, "before_drop")
def _dropped_with_the_tables(_tables: MetaData, connection: Connection, **_: object) -> None:
    drop_views(connection)
