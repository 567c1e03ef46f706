"""Statements over many ids or many rows, at the driver's own speed: for what is done for every mail.

Two things cost SQLAlchemy more than they cost the database (measured; docs/benchmarks.md, "Mails a second"):

- `column.in_(bindparam("ids", expanding=True))` writes the statement anew for each call, with a parameter for
  each id. `among(column, "ids")` is the same condition over one value: on SQLite a JSON array that json_each
  reads, on PostgreSQL an array. The statement is written and prepared once.
- `connection.execute(statement, rows)` works on each value of each row. `execute_many` compiles the same
  statement once and gives the rows to the driver, with nothing changed but JSON, which becomes text.

`penfriend.storage.batch_sql` is for statements that are written as text; these here are Core's.
`tests/contract/test_many.py` holds both to what the plain ways do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from penfriend.storage.engines import to_json

Row = Mapping[str, Any]


class _List(TypeDecorator[Any]):
    """Ids or texts as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, of_text: bool = False) -> None:
        super().__init__()
        self.of_text = of_text

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return Text()
        return ARRAY(Text() if self.of_text else BigInteger())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return to_json(list(value)) if dialect.name == "sqlite" else list(value)


class _Among(FunctionElement[Any]):
    """A column is one of a list of values."""

    type = NullType()  # a Boolean would be compared with 1 on SQLite, and no index used
    inherit_cache = True


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - from our own column


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} = ANY({values})"


def among(column: ColumnElement[Any], name: str, *, of_text: bool = False) -> ColumnElement[bool]:
    """The column is one of those that the parameter `name` lists, numbers or, `of_text`, texts."""
    return _Among(column, bindparam(name, type_=_List(of_text)))


def execute_many(connection: Connection, statement: UpdateBase, rows: Sequence[Row]) -> None:
    """The statement for each of the rows, all of which have the same names."""
    if rows:
        written = _written(statement, connection.dialect, rows[0])
        connection.exec_driver_sql(written.text, [written.parameters(row) for row in rows])


class _Written:
    """A statement compiled for one kind of database and for rows of these names."""

    def __init__(self, statement: UpdateBase, dialect: Dialect, names: Sequence[str]) -> None:
        self.statement = statement
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for the type checker
        self.text = compiled.string
        self._changed: dict[str, Callable[[Any], Any]] = {}
        self._constant: dict[str, Any] = {}
        given = compiled.params
        for bind, name in compiled.bind_names.items():
            change = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if name not in names:
                self._constant[name] = given[name] if change is None else change(given[name])
            elif change is not None:
                self._changed[name] = change
        self._order = compiled.positiontup

    def parameters(self, row: Row) -> Any:
        """The row as the driver takes it."""
        values = {**self._constant, **row}
        for name, change in self._changed.items():
            values[name] = change(values[name])
        return values if self._order is None else tuple([values[name] for name in self._order])


_known: dict[tuple[int, str, tuple[str, ...]], _Written] = {}
"""By statement, kind of database and names; the statements are those of our modules, and live as long."""


def _written(statement: UpdateBase, dialect: Dialect, row: Row) -> _Written:
    names = tuple(row)
    key = id(statement), dialect.name, names
    found = _known.get(key)
    if found is None or found.statement is not statement:
        found = _known[key] = _Written(statement, dialect, names)
    return found
