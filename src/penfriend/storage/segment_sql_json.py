"""Values inside JSON columns as SQL of both databases, typed: what has another type than the declared one
counts as missing.

Names are written into the SQL as literals, not bound, so that an index on the same expression serves the
query.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    String,
    TableValuedAlias,
    column,
    func,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from penfriend.domain.fields import FieldType
from penfriend.domain.money import SCALE

Expr = ColumnElement[Any]
"""An SQL expression; its type is known to the compiler of conditions, not to Python."""


class JsonText(FunctionElement[str]):
    """(document, name): the text under `name`, nothing where it is not a text."""

    inherit_cache = True
    type = String()


class JsonNumber(FunctionElement[float]):
    """(document, name): the number under `name`, nothing where it is not a number."""

    inherit_cache = True
    type = Double()


class JsonFlag(FunctionElement[int]):
    """(document, name): 1 for true, 0 for false, nothing for anything else."""

    inherit_cache = True
    type = BigInteger()


class JsonInteger(FunctionElement[int]):
    """(document, name): the whole number under `name`: a moment."""

    inherit_cache = True
    type = BigInteger()


class JsonAmount(FunctionElement[int]):
    """(document, name): the number under `name` in ten-thousandths."""

    inherit_cache = True
    type = BigInteger()


class JsonAnyText(FunctionElement[str]):
    """(document, name): whatever scalar stands under `name`, as text: the value of a `key`."""

    inherit_cache = True
    type = String()


_CLASSES: dict[FieldType, type[FunctionElement[Any]]] = {
    FieldType.TEXT: JsonText,
    FieldType.NUMBER: JsonNumber,
    FieldType.COUNT: JsonNumber,
    FieldType.AMOUNT: JsonAmount,
    FieldType.YES_NO: JsonFlag,
    FieldType.DATE: JsonText,
    FieldType.MOMENT: JsonInteger,
}


def _name(name: str) -> Expr:
    """The name as an SQL text literal."""
    quoted = name.replace("'", "''")
    return literal_column(f"'{quoted}'")


def typed(document: Expr, name: str, type_: FieldType) -> Expr:
    """The value under `name` as `type_`; missing where it is of another type. Not for lists."""
    return _CLASSES[type_](document, _name(name))


def any_text(document: Expr, name: str) -> Expr:
    """The scalar under `name` as text."""
    return JsonAnyText(document, _name(name))


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:
    document, name = element.clauses
    return compiler.process(document, **kw), compiler.process(name, **kw)


def _sqlite_guarded(
    element: FunctionElement[Any], compiler: SQLCompiler, types: str, result: str, **kw: Any
) -> str:
    document, name = _parts(element, compiler, **kw)
    path = f"'$.\"{name[1:-1]}\"'"
    got = result.format(value=f"json_extract({document}, {path})")
    return f"CASE WHEN json_type({document}, {path}) IN ({types}) THEN {got} END"


def _postgres_guarded(
    element: FunctionElement[Any], compiler: SQLCompiler, type_: str, result: str, **kw: Any
) -> str:
    document, name = _parts(element, compiler, **kw)
    got = result.format(value=f"({document} ->> {name})")
    return f"CASE WHEN jsonb_typeof({document} -> {name}) = '{type_}' THEN {got} END"


_SQLITE = {
    JsonText: ("'text'", "{value}"),
    JsonNumber: ("'integer', 'real'", "{value}"),
    JsonFlag: ("'true', 'false'", "{value}"),
    JsonInteger: ("'integer'", "{value}"),
    JsonAmount: ("'integer', 'real'", f"CAST(round({{value}} * {SCALE}) AS INTEGER)"),
    JsonAnyText: ("'text', 'integer', 'real'", "CAST({value} AS TEXT)"),
}
_POSTGRES = {
    JsonText: ("string", '{value} COLLATE "C"'),
    JsonNumber: ("number", "CAST({value} AS double precision)"),
    JsonFlag: ("boolean", "CAST(CAST({value} AS boolean) AS integer)"),
    JsonInteger: ("number", "CAST(CAST({value} AS numeric) AS bigint)"),
    JsonAmount: ("number", f"CAST(round(CAST({{value}} AS numeric) * {SCALE}) AS bigint)"),
}


def _register() -> None:
    """Tell SQLAlchemy how each of them is written in each dialect."""

    def sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
        return _sqlite_guarded(element, compiler, *_SQLITE[type(element)], **kw)

    def postgres(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
        return _postgres_guarded(element, compiler, *_POSTGRES[type(element)], **kw)

    for class_ in _SQLITE:
        compiles(class_, "sqlite")(sqlite)
    for class_ in _POSTGRES:
        compiles(class_, "postgresql")(postgres)


_register()


@compiles(JsonAnyText, "postgresql")
def _any_text_postgres(element: JsonAnyText, compiler: SQLCompiler, **kw: Any) -> str:
    document, name = _parts(element, compiler, **kw)
    return (
        f"CASE WHEN jsonb_typeof({document} -> {name}) IN ('string', 'number') "
        f'THEN ({document} ->> {name}) COLLATE "C" END'
    )


class JsonList(FunctionElement[Any]):
    """(document, name): the entries of the list under `name` as rows; none where it is no list."""

    inherit_cache = True


@compiles(JsonList, "sqlite")
def _list_sqlite(element: JsonList, compiler: SQLCompiler, **kw: Any) -> str:
    document, name = _parts(element, compiler, **kw)
    path = f"'$.\"{name[1:-1]}\"'"
    inner = f"json_extract({document}, {path})"
    return f"json_each(CASE WHEN json_type({document}, {path}) = 'array' THEN {inner} ELSE '[]' END)"


@compiles(JsonList, "postgresql")
def _list_postgres(element: JsonList, compiler: SQLCompiler, **kw: Any) -> str:
    document, name = _parts(element, compiler, **kw)
    got = f"{document} -> {name}"
    none = "CAST('[]' AS jsonb)"
    return f"jsonb_array_elements(CASE WHEN jsonb_typeof({got}) = 'array' THEN {got} ELSE {none} END)"


class EntryText(FunctionElement[str]):
    """(entry): the entry of a list where it is a text."""

    inherit_cache = True
    type = String()


class EntryNumber(FunctionElement[float]):
    """(entry): the entry of a list where it is a number."""

    inherit_cache = True
    type = Double()


class EntryFlag(FunctionElement[int]):
    """(entry): 1 or 0 where the entry of a list is true or false."""

    inherit_cache = True
    type = BigInteger()


# In SQLite a row of json_each has the entry's type beside the value; in PostgreSQL the value knows it.
_ENTRIES = {
    EntryText: ("'text'", "{value}", "string", "({value} #>> '{{}}') COLLATE \"C\""),
    EntryNumber: ("'integer', 'real'", "{value}", "number", "CAST({value} #>> '{{}}' AS double precision)"),
    EntryFlag: (
        "'true', 'false'",
        "{value}",
        "boolean",
        "CAST(CAST({value} #>> '{{}}' AS boolean) AS integer)",
    ),
}


def _register_entries() -> None:
    def sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
        value = compiler.process(element.clauses, **kw)
        types, got, _, _ = _ENTRIES[type(element)]
        kind = value.removesuffix("value") + "type"
        return f"CASE WHEN {kind} IN ({types}) THEN {got.format(value=value)} END"

    def postgres(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
        value = compiler.process(element.clauses, **kw)
        _, _, type_, got = _ENTRIES[type(element)]
        return f"CASE WHEN jsonb_typeof({value}) = '{type_}' THEN {got.format(value=value)} END"

    for class_ in _ENTRIES:
        compiles(class_, "sqlite")(sqlite)
        compiles(class_, "postgresql")(postgres)


_register_entries()


def entries(document: Expr, name: str) -> TableValuedAlias:
    """The entries of the list under `name`, one row each, in the column `value`."""
    return JsonList(document, _name(name)).table_valued(column("value"))


def entry_as(rows: FromClause, sample: object) -> Expr:
    """The entry of a row of `entries`, as a value of the same type as `sample`; missing where it has
    another."""
    value = rows.c.value
    if isinstance(sample, bool):
        return EntryFlag(value)
    if isinstance(sample, int | float):
        return EntryNumber(value)
    return EntryText(value)


def scaled(number: Expr) -> Expr:
    """A plain number in ten-thousandths, to be compared with an amount."""
    return func.round(number * SCALE)
