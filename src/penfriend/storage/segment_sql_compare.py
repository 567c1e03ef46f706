"""One value against another: the tests of the language in SQL. A missing value makes NULL, which counts as
no."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Double, false, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from penfriend.domain.fields import FieldType
from penfriend.domain.segment import Op, Scalar
from penfriend.storage.columns import TEXT
from penfriend.storage.segment_sql_json import Expr, scaled

COMPARE: dict[Op, Callable[[Expr, Expr], Expr]] = {
    Op.EQUAL: operator.eq,
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
    Op.MORE_THAN: operator.gt,
    Op.LESS_THAN: operator.lt,
    Op.BEFORE: operator.le,
    Op.AFTER: operator.gt,
}
"""`before` includes its moment, `after` does not."""

OPPOSITE = {Op.NOT: Op.EQUAL, Op.NOT_IN: Op.IN}
"""Tests that hold exactly where another does not, missing values included."""

_NUMBERS = frozenset({FieldType.NUMBER, FieldType.COUNT, FieldType.AMOUNT})


class Position(FunctionElement[int]):
    """(text, part): where `part` first stands in `text`, from 1; 0 where it does not."""

    inherit_cache = True
    type = BigInteger()


@compiles(Position, "sqlite")
def _position_sqlite(element: Position, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(Position, "postgresql")
def _position_postgres(element: Position, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"


def sure(condition: Expr) -> Expr:
    """Yes or no: what is missing is a no."""
    return func.coalesce(condition, false())


def bound_value(value: Scalar) -> Expr:
    """A literal of the file as a bound value."""
    if isinstance(value, bool | int):
        return literal(int(value), BigInteger())
    if isinstance(value, float):
        return literal(value, Double())
    return literal(value, TEXT)


def compare(left: Expr, op: Op, right: Expr) -> Expr:
    """Two values of the same kind."""
    return COMPARE[op](left, right)


def alike(left: Expr, left_type: FieldType, right: Expr, right_type: FieldType) -> tuple[Expr, Expr] | None:
    """Two fields made comparable: a plain number beside an amount is scaled. None where they never are."""
    if left_type in _NUMBERS and right_type in _NUMBERS:
        if left_type is FieldType.AMOUNT and right_type is not FieldType.AMOUNT:
            return left, scaled(right)
        if right_type is FieldType.AMOUNT and left_type is not FieldType.AMOUNT:
            return scaled(left), right
        return left, right
    return (left, right) if left_type is right_type else None


def contains(text: Expr, part: Expr) -> Expr:
    """The text has that part, compared exactly."""
    return Position(text, part) > 0


def starts_with(text: Expr, start: Expr) -> Expr:
    """The text begins so, compared exactly (LIKE of SQLite is not)."""
    return func.substr(text, 1, func.length(start)) == start
