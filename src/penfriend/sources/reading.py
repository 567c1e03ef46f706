"""The rows of a SELECT, as they come: in batches, no more than may be, in no more time than may be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, CursorResult, DateTime, String, TextClause, bindparam, text
from sqlalchemy.types import TypeEngine

from penfriend.domain.errors import SourceUnavailable
from penfriend.domain.sources import PARAMETERS, Source, SourceRow, SqlSelect
from penfriend.domain.timing import Moment, to_datetime, zone_of
from penfriend.sources.session import Watch, read_only
from penfriend.sources.values import Columns

BATCH = 5_000
"""Rows that are held at a time."""
_UTC = zone_of("UTC")


class SourceReader:
    """Reads sources (the port `penfriend.domain.sources.Sources`). Any number of threads may use it."""

    def rows(
        self, source: Source, select: SqlSelect, now: Moment, last_run: Moment, zone: ZoneInfo
    ) -> Iterator[Sequence[SourceRow]]:
        """The rows in batches, as they come. Raises SourceUnavailable."""
        with read_only(source) as (connection, watch):
            with watch:
                refuse_costly(connection, source, select, now, last_run)
                result = run(connection, select, now, last_run)
            with result:
                columns = columns_of(result, source, select, zone)
                found = 0
                while part := _next(result, watch):
                    found += len(part)
                    if found > source.max_rows:
                        raise _unfit(source, select, f"gives more than {source.max_rows} rows (max_rows)")
                    if watch.left < 0:
                        raise _unfit(source, select, f"took longer than {source.timeout}")
                    yield [columns.row(row) for row in part]


def _next(result: CursorResult[tuple[object, ...]], watch: Watch) -> Sequence[Sequence[object]]:
    with watch:
        return result.fetchmany(BATCH)


def run(
    connection: Connection, select: SqlSelect, now: Moment, last_run: Moment, batch: int = BATCH
) -> CursorResult[tuple[object, ...]]:
    """Begin the SELECT; its rows come as they are asked for."""
    options = {"stream_results": True, "yield_per": batch}
    statement, values = _statement(connection, select, now, last_run)
    return connection.execute(statement, values, execution_options=options)


def columns_of(
    result: CursorResult[tuple[object, ...]], source: Source, select: SqlSelect, zone: ZoneInfo
) -> Columns:
    """The columns of a result. Raises SourceUnavailable where one is missing."""
    columns = Columns(list(result.keys()), zone)
    if columns.fault is not None:
        raise _unfit(source, select, columns.fault)
    return columns


def cost_of(connection: Connection, select: SqlSelect, now: Moment, last_run: Moment) -> float | None:
    """What PostgreSQL thinks that the SELECT costs, in its own unit; None where the database does not say."""
    if connection.dialect.name != "postgresql":
        return None
    statement, values = _statement(connection, select, now, last_run, before="EXPLAIN (FORMAT JSON) ")
    plan = connection.execute(statement, values).scalar_one()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return float(found[0]["Plan"]["Total Cost"])


def refuse_costly(
    connection: Connection, source: Source, select: SqlSelect, now: Moment, last_run: Moment
) -> None:
    """`max_cost`. Raises SourceUnavailable."""
    if source.max_cost is None:
        return
    cost = cost_of(connection, select, now, last_run)
    if cost is not None and cost > source.max_cost:
        raise _unfit(source, select, f"would cost {cost:.0f} by EXPLAIN, and max_cost is {source.max_cost}")


def _unfit(source: Source, select: SqlSelect, why: str) -> SourceUnavailable:
    return SourceUnavailable(f"source {source.name}: {select.file}: {why}")


def _statement(
    connection: Connection, select: SqlSelect, now: Moment, last_run: Moment, before: str = ""
) -> tuple[TextClause, dict[str, object]]:
    """The SELECT as it was written, with its parameters; every other colon is only a colon."""
    written, last = [], 0
    places = {place for place, _ in select.parameters}
    for place, character in enumerate(select.text):
        if character == ":" and place not in places:
            written.append(select.text[last:place] + "\\")
            last = place
    used = {name for _, name in select.parameters}
    moments = dict(zip(PARAMETERS, (now, last_run), strict=True))
    kind = _type_of(connection.dialect.name)
    statement = text(before + "".join(written) + select.text[last:])
    bound = statement.bindparams(*(bindparam(name, type_=kind) for name in sorted(used)))
    return bound, {name: _value(moments[name], connection.dialect.name) for name in used}


def _type_of(dialect: str) -> TypeEngine[object]:
    kind: TypeEngine[object] = (
        String() if dialect == "sqlite" else DateTime(timezone=dialect in ("postgresql", "duckdb"))  # type: ignore[assignment]
    )
    return kind


def _value(moment: Moment, dialect: str) -> object:
    """A moment as the database has it: SQLite a text such as its datetime() gives, in UTC; PostgreSQL and
    DuckDB one with a zone; the others one without, in UTC."""
    known = to_datetime(moment, _UTC)
    if dialect == "sqlite":
        return known.strftime("%Y-%m-%d %H:%M:%S")
    return known if dialect in ("postgresql", "duckdb") else known.replace(tzinfo=None)
