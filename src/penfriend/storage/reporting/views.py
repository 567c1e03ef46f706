"""The reports as views of the database, `report_messages` and so on: for tools that read the database
themselves. Moments are timestamptz on PostgreSQL and ISO 8601 text on SQLite, amounts numeric.

They belong to no migration: `penfriend.storage.migrate` takes them away before it changes tables and makes
them again afterwards, as this program knows them, with the rights that roles had on them. So a change of a
view needs a migration beside it, if only an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Dialect,
    MetaData,
    Numeric,
    Text,
    cast,
    event,
    func,
    literal_column,
    text,
)

from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.exports import Kind
from penfriend.domain.money import SCALE
from penfriend.domain.timing import SECOND
from penfriend.storage.reporting.sources import Source, sources
from penfriend.storage.tables import metadata

Grant = tuple[str, str]
"""A view, and the role that may read it."""
EVERYBODY = "PUBLIC"


def make_views(connection: Connection, grants: Iterable[Grant] = ()) -> None:
    """Make all of them, and give these rights."""
    for source in sources(connection.dialect.name).values():
        words = view_text(source, connection.dialect)
        connection.exec_driver_sql(f"CREATE VIEW {source.report.view} AS {words}")
    for view, role in grants:
        whom = role if role == EVERYBODY else connection.dialect.identifier_preparer.quote(role)
        connection.exec_driver_sql(f"GRANT SELECT ON {view} TO {whom}")


def drop_views(connection: Connection) -> list[Grant]:
    """Take all of them away that are there; the rights that others than their owner had on them.

    Raises StoreUnavailable where somebody's own view is built on one of them.
    """
    names = sorted(source.report.view for source in sources(connection.dialect.name).values())
    grants: list[Grant] = []
    if connection.dialect.name == "postgresql":
        built_on = connection.execute(_BUILT_ON, {"names": names}).scalars().all()
        if built_on:
            raise StoreUnavailable(
                f"an upgrade makes the views report_... anew, and {', '.join(built_on)} is built on them: "
                "drop it, upgrade, and make it again"
            )
        grants = [(row.table_name, row.grantee) for row in connection.execute(_GRANTS, {"names": names})]
    for name in names:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    return grants


_GRANTS = text(
    "SELECT table_name, grantee FROM information_schema.table_privileges WHERE"
    " table_schema = current_schema() AND table_name = ANY(:names) AND privilege_type = 'SELECT'"
    " AND grantee <> grantor ORDER BY table_name, grantee"
)
_BUILT_ON = text(
    "SELECT DISTINCT other.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"
    " JOIN pg_class other ON other.oid = r.ev_class JOIN pg_class ours ON ours.oid = d.refobjid"
    " WHERE d.classid = 'pg_rewrite'::regclass AND ours.relname = ANY(:names)"
    " AND ours.relnamespace = current_schema()::regnamespace AND other.relname <> ALL(:names) ORDER BY 1"
)


def view_text(source: Source, dialect: Dialect) -> str:
    """The SELECT of a view."""
    made = _POSTGRESQL if dialect.name == "postgresql" else _SQLITE
    shown = source.shown(lambda column, value: made.get(column.kind, _as_it_is)(value))
    return str(shown.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


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


_POSTGRESQL: Mapping[Kind, Callable[[Expr], Expr]] = {
    Kind.MOMENT: _timestamp,
    Kind.AMOUNT: lambda column: cast(cast(column, Numeric(30, 4)) / SCALE, Numeric(26, 4)),
    Kind.YES_NO: lambda column: column == 1,
    Kind.DAY: lambda column: cast(column, Date),
}
_SQLITE: Mapping[Kind, Callable[[Expr], Expr]] = {
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
