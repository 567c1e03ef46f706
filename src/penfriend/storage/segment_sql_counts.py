"""Counts, sums and averages that are narrowed: counted from the contact's rows in a window, with a `where`
and a `match`.

Without narrowing they are columns of facts (`penfriend.storage.segment_sql_fields`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import BigInteger, FromClause, Select, cast, func, literal, select

from penfriend.domain.fields import Field
from penfriend.storage import tables as t
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_scope import Scope


@dataclass(frozen=True, slots=True)
class CountedRows:
    """The rows that a field counts: the table, the row's moment, which rows are meant at all, and the
    group of the row's own fields."""

    row: FromClause
    at: Expr
    where: tuple[Expr, ...]
    group: str
    value: Expr | None = None
    """What is summed."""


def counted_rows(field: Field) -> CountedRows:
    """The rows behind a count, sum or average. Raises KeyError for a field that counts nothing."""
    if field.group == "orders":
        row: FromClause = t.orders.alias()
        return CountedRows(
            row, row.c.placed_at, (row.c.refunded == 0, row.c.placed_at.is_not(None)), "order", row.c.net
        )
    if field.group == "events":
        row = t.events.alias()
        return CountedRows(row, row.c.at, (row.c.name == field.subject,), "event")
    kind = {"earned": "earned", "spent": "spent"}[field.key]
    row = t.point_moves.alias()
    return CountedRows(row, row.c.at, (row.c.kind == kind,), "points", row.c.amount)


def narrowed(field: Field, scope: Scope, narrow: Callable[[CountedRows], list[Expr]]) -> Expr:
    """The count, sum, average, first or last moment over the contact's rows that `narrow` lets through."""
    counted = counted_rows(field)
    query: Select[tuple[object]] = select(_AGGREGATES[field.key](counted))
    own = counted.row.c.contact_id == scope.contact.c.id
    return query.where(own, *counted.where, *narrow(counted)).correlate_except(counted.row).scalar_subquery()


def _total(counted: CountedRows) -> Expr:
    summed = cast(func.sum(counted.value), BigInteger)  # PostgreSQL sums into a numeric
    return func.coalesce(summed, literal(0, BigInteger()))


def _average(counted: CountedRows) -> Expr:
    """Whole ten-thousandths, as in the column of facts."""
    count = cast(func.count(counted.value), BigInteger)
    return cast(func.sum(counted.value), BigInteger) // func.nullif(count, 0, type_=BigInteger())


_AGGREGATES: dict[str, Callable[[CountedRows], Expr]] = {
    "count": lambda _counted: func.count(),
    "total": _total,
    "earned": _total,
    "spent": _total,
    "average": _average,
    "first_at": lambda counted: func.min(counted.at),
    "last_at": lambda counted: func.max(counted.at),
}
