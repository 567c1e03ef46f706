"""Checks the SELECT of a segment in the dialect of its database. The only home of sqlglot.

What is refused here is refused for the marketer's sake, with its place. That nothing is written is the matter
of the session, which is read-only, and of the rights of its user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from penfriend.domain.problems import Place
from penfriend.domain.sources import OCCURRENCE, PARAMETERS, PERSON_COLUMNS, SqlSelect
from penfriend.language.quoting import listing, quote
from penfriend.language.report import Report

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "clickhousedb": "clickhouse",
    "redshift": "redshift",
    "trino": "trino",
    "mssql": "tsql",
    "oracle": "oracle",
    "databricks": "databricks",
}
"""By the name that begins the address of a source; any other is read as common SQL."""

WRITES = frozenset(
    {
        "nextval", "setval", "set_config", "lo_create", "lo_creat", "lo_import", "lo_export", "lo_unlink",
        "lo_put", "lo_from_bytea", "lowrite", "dblink_exec", "pg_terminate_backend", "pg_cancel_backend",
        "pg_reload_conf", "pg_notify", "pg_advisory_lock", "pg_advisory_xact_lock", "pg_switch_wal",
        "load_extension", "writefile", "edit", "get_lock", "release_lock", "load_file",
    }
)  # fmt: skip
"""Functions that do more than answer."""


def check_select(select: SqlSelect, database: str, report: Report) -> SqlSelect | None:
    """The SELECT with its columns and parameters; None where it cannot run, which is in `report` then.
    `database` is the kind of its source."""
    import logging  # sqlglot brings it, and takes a tenth of a second: most campaign files name no source

    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ParseError, TokenError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it cannot read is refused below
    dialect = DIALECTS.get(database.partition("+")[0])
    checking = _Checking(select, report)
    try:
        tokens = sqlglot.tokenize(select.text, read=dialect)
        statements = [one for one in sqlglot.parse(select.text, read=dialect) if one is not None]
    except TokenError:
        checking.refuse(1, 1, "this cannot be read: is a quotation mark or a comment not closed?")
        return None
    except ParseError as error:
        checking.cannot_be_read(error.errors)
        return None
    if not statements:
        checking.refuse(1, 1, "the file is empty; it holds one SELECT.")
        return None
    if len(statements) > 1:
        after = next(place for place, token in enumerate(tokens, 1) if token.text == ";")
        checking.refuse_at(tokens[after], "a second statement begins; the file holds one SELECT.")
        return None
    statement = statements[0]
    if not isinstance(statement, exp.Query) or isinstance(statement, exp.DML | exp.DDL):
        checking.refuse_at(tokens[0], "this is no SELECT; the file holds one.")
        return None
    return checking.whole(statement, tokens)


class _Checking:
    """The places of one file."""

    def __init__(self, select: SqlSelect, report: Report) -> None:
        self._select, self._report = select, report
        self._found = False

    def refuse(self, line: int, column: int, text: str) -> None:
        """Notes an error."""
        self._found = True
        self._report.error(Place(self._select.file, line, max(1, column)), text)

    def refuse_at(self, token: Token, text: str) -> None:
        """Notes an error where a word begins; sqlglot counts to its end."""
        self.refuse(token.line, token.col - len(token.text) + 1, text)

    def cannot_be_read(self, errors: list[dict[str, object]]) -> None:
        """What the parser says."""
        for error in errors[:1]:
            line, end, word = (error.get(name) for name in ("line", "col", "highlight"))
            near = str(word or "")
            column = (end if isinstance(end, int) else 1) - len(near) + 1
            where = f" at {quote(near)}" if near.strip() else ""
            self.refuse(line if isinstance(line, int) else 1, column, f"this SELECT cannot be read{where}.")

    def whole(self, statement: exp.Query, tokens: list[Token]) -> SqlSelect | None:
        """Everything that can be told of a single query."""
        for word, text in _writing(statement):
            self.refuse_at(_first(tokens, word), text)
        parameters = tuple(self._parameters(statement, tokens))
        columns = tuple(name for name in statement.named_selects if name != "*")
        self._check_columns(columns, statement, tokens)
        checked = replace(self._select, parameters=parameters, columns=columns, open=statement.is_star)
        return None if self._found else checked

    def _parameters(self, statement: exp.Query, tokens: list[Token]) -> Iterator[tuple[int, str]]:
        from sqlglot import exp

        named = {str(one.this) for one in statement.find_all(exp.Placeholder)}
        for colon, name in pairwise(tokens):
            if colon.text == ":" and colon.end + 1 == name.start and name.text in named:
                if name.text in PARAMETERS:
                    yield colon.start, name.text
                else:
                    known = listing([f":{one}" for one in PARAMETERS])
                    self.refuse_at(colon, f"unknown parameter {quote(':' + name.text)}. There are: {known}.")
        if {"None", "?"} & named:
            self.refuse_at(_first(tokens, "?"), "a parameter has a name here: :now or :last_run.")

    def _check_columns(self, columns: tuple[str, ...], statement: exp.Query, tokens: list[Token]) -> None:
        lowered = [name.lower() for name in columns]
        for name in dict.fromkeys(lowered):
            if not name:
                self.refuse_at(tokens[0], "a column has no name; give it one with AS.")
            elif lowered.count(name) > 1:
                self.refuse_at(tokens[0], f"two columns are called {quote(name)}.")
        if statement.is_star:
            text = "the columns of * are checked only when it runs; write their names out."
            self._report.warning(Place(self._select.file, *_start(_first(tokens, "*"))), text)
        elif not set(PERSON_COLUMNS) & set(lowered):
            have = f"It has: {listing(columns)}." if any(columns) else ""
            self.refuse_at(
                tokens[0],
                "no column says who is meant: one has to be called contact_id (the shop's id) or email."
                f" {have} One called {OCCURRENCE} says what a row is about.".replace("  ", " "),
            )


def _writing(statement: exp.Query) -> Iterator[tuple[str, str]]:
    """What would write, lock or do: the word to look for, and what is wrong with it."""
    from sqlglot import exp

    for node in statement.find_all(exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command, exp.Func):
        if isinstance(node, exp.Query):
            continue
        if isinstance(node, exp.Into):
            yield "into", "SELECT INTO makes a table; a segment only reads."
        elif isinstance(node, exp.Lock):
            yield "for", "FOR UPDATE and FOR SHARE lock rows; a segment only reads."
        elif isinstance(node, exp.Func):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            if name.lower() in WRITES:
                yield name, f"the function {name} does more than answer; a segment only reads."
        else:
            yield node.key, f"{node.key.upper()} writes; a segment only reads."


def _first(tokens: list[Token], word: str) -> Token:
    """The first place of a word; where it cannot be found, the beginning."""
    return next((token for token in tokens if token.text.lower() == word.lower()), tokens[0])


def _start(token: Token) -> tuple[int, int]:
    return token.line, max(1, token.col - len(token.text) + 1)
