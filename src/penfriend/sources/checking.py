"""What `penfriend source check` tries: connection, rights, and the SELECT of each segment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from penfriend.domain.errors import SourceUnavailable
from penfriend.domain.sources import SelectCheck, Source, SourceCheck, SqlSelect
from penfriend.domain.timing import Moment
from penfriend.sources.address import address_of, kind_of, without_password
from penfriend.sources.reading import columns_of, cost_of, run
from penfriend.sources.session import read_only

SHOWN = 10
"""Rows of each SELECT that are shown."""

_POSTGRESQL = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
    (SELECT min(quote_ident(n.nspname) || '.' || quote_ident(c.relname))
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND has_schema_privilege(n.oid, 'USAGE')
       AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
"""
_MYSQL_WRITES = ("ALL PRIVILEGES", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")


def check_source(
    source: Source, selects: Mapping[str, SqlSelect], now: Moment, zone: ZoneInfo
) -> SourceCheck:
    """Try a source and the SELECTs of these segments. Raises SourceUnavailable where there is no connection;
    what is wrong with a SELECT is told."""
    url = address_of(source)
    with read_only(source) as (connection, _):
        find = _MAY_WRITE.get(kind_of(url))
        may_write = None if find is None else find(connection, url)
    tried = tuple(_try(source, name, select, now, zone) for name, select in selects.items())
    return SourceCheck(source.name, without_password(url), may_write, tried)


def _try(source: Source, segment: str, select: SqlSelect, now: Moment, zone: ZoneInfo) -> SelectCheck:
    start = Moment(0)
    try:
        with read_only(source) as (connection, watch), watch:
            cost = cost_of(connection, select, now, start)
            with run(connection, select, now, start, SHOWN) as result:
                columns = columns_of(result, source, select, zone)
                rows = tuple(columns.shown(row) for row in islice(result, SHOWN))
    except SourceUnavailable as error:
        return SelectCheck(segment, select.file, select.columns, problem=str(error))
    problem = None
    if source.max_cost is not None and cost is not None and cost > source.max_cost:
        problem = f"it would cost {cost:.0f} by EXPLAIN, and max_cost is {source.max_cost}"
    return SelectCheck(segment, select.file, columns.names, cost, rows, problem)


def _of_postgresql(connection: Connection, _: URL) -> str | None:
    superuser, table = connection.exec_driver_sql(_POSTGRESQL).one()
    if superuser:
        return "its user is a superuser"
    return None if table is None else f"its user may change {table}"


def _of_mysql(connection: Connection, _: URL) -> str | None:
    for grant in connection.exec_driver_sql("SHOW GRANTS").scalars():
        rights = str(grant).upper().partition(" ON ")[0]
        found = next((word for word in _MYSQL_WRITES if word in rights), None)
        if found is not None:
            return f"its user has the right {found}"
    return None


def _of_file(_: Connection, url: URL) -> str | None:
    path = Path(url.database or "")
    return f"this user may write the file {path}" if os.access(path, os.W_OK) else None


_MAY_WRITE: Mapping[str, Callable[[Connection, URL], str | None]] = {
    "postgresql": _of_postgresql,
    "mysql": _of_mysql,
    "mariadb": _of_mysql,
    "sqlite": _of_file,
    "duckdb": _of_file,
}
"""How to find out what the user of a source could change, where that can be told."""
