"""Answers the questions of a batch of enrollments in one SELECT, for the rules of `journey` and
`send_policy`.

The batch goes in as one JSON array, a row for each probe, with the moments that the questions need reckoned
beforehand: for each person `now` and entry are their own. A statement is compiled once for its questions and
kept.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import Connection, FromClause, Select, bindparam, cast, column, func, literal_column, select
from sqlalchemy.dialects import postgresql

from penfriend.domain.asking import Answer, Came, Holds, Probe, Question, StillIn, ValueOf
from penfriend.domain.counting import Counted
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import FieldType
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.database import Database
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_compare import sure
from penfriend.storage.segment_sql_fields import value_of
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_moments import ProbeBinder, Shape
from penfriend.storage.segment_sql_scope import SUBJECT_COLUMNS, Scope

_FIXED = ("n", "contact", "enrollment", "entry", "after", *SUBJECT_COLUMNS)
_TEXTS = frozenset(SUBJECT_COLUMNS) - {"event_id"}
_KEPT = 256


class Asker:
    """Answers questions under one revision (the port `penfriend.domain.ports.Asking`)."""

    def __init__(self, database: Database, definitions: Definitions) -> None:
        self._database, self._definitions = database, definitions

    def ask(self, questions: Sequence[Question], probes: Sequence[Probe]) -> list[list[Answer]]:
        """One row per probe in order, one answer per question."""
        if not questions or not probes:
            return [[] for _ in probes]
        with self._database.read() as connection:
            return ask(connection, self._definitions, questions, probes)


def ask(
    connection: Connection, definitions: Definitions, questions: Sequence[Question], probes: Sequence[Probe]
) -> list[list[Answer]]:
    """One row per probe in order, one answer per question. An unknown contact fulfils nothing and has no
    value."""
    if not questions or not probes:
        return [[] for _ in probes]
    return _statement(definitions, connection.dialect.name, tuple(questions)).run(connection, probes)


class _Statement:
    """The SELECT for some questions, compiled for one kind of database."""

    def __init__(self, definitions: Definitions, dialect: str, questions: tuple[Question, ...]) -> None:
        self.definitions = definitions
        self._questions = questions
        self._binder = ProbeBinder(definitions.brand.zone, lambda name: literal_column(f"probe.{name}"))
        compiler = Compiler(definitions, self._binder)
        contact = t.contacts.alias("contact")
        answers = [self._answer(compiler, question, contact) for question in questions]
        probes = _batch(dialect, self._binder)
        query: Select[Any] = (
            select(*(answer.label(f"answer_{n}") for n, answer in enumerate(answers)))
            .select_from(probes.outerjoin(contact, contact.c.id == probes.c.contact))
            .order_by(probes.c.n)
        )
        self._query = query

    def run(self, connection: Connection, probes: Sequence[Probe]) -> list[list[Answer]]:
        """The answers for these probes."""
        zone = self.definitions.brand.zone
        bounds = self._binder.bounds
        rows = []
        for n, probe in enumerate(probes):
            subject = probe.subject
            row: list[object] = [n, probe.contact, probe.enrollment, probe.entry, probe.after]
            row += [getattr(subject, name) for name in SUBJECT_COLUMNS]
            row += [bound.value(probe.now, probe.entry, zone) for _, bound in bounds]
            rows.append(row)
        names = [*_FIXED, *(name for name, _ in bounds)]
        if connection.dialect.name == "postgresql":
            document = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
        else:
            document = json.dumps(rows)
        found = connection.execute(self._query, {"probes": document})
        return [
            [_answer_of(question, value) for question, value in zip(self._questions, row, strict=True)]
            for row in found
        ]

    @staticmethod
    def _answer(compiler: Compiler, question: Question, contact: FromClause) -> Expr:
        scope = Scope(
            contact=contact,
            subject={name: _probe(name) for name in SUBJECT_COLUMNS},
            entry=True,
            enrollment=_probe("enrollment"),
        )
        match question:
            case Holds(condition):
                return sure(compiler.holds(condition, scope))
            case StillIn(name):
                return sure(compiler.still_in(name, scope))
            case ValueOf(field):
                return value_of(field, scope)
            case Counted(_, field, narrow):
                return compiler.narrowed(field, narrow, scope)
            case Came(happening, since_step):
                row, matching = compiler.happened(happening, scope)
                later = row.c.at > _probe("after" if since_step else "entry")
                first = select(func.min(row.c.at)).where(matching, later)
                return first.correlate_except(row).scalar_subquery()


def _probe(name: str) -> Expr:
    return literal_column(f"probe.{name}", TEXT if name in _TEXTS else BIG)


def _batch(dialect: str, binder: ProbeBinder) -> FromClause:
    """The probes as rows of a table `probe`."""
    types = {name: TEXT if name in _TEXTS else BIG for name in _FIXED}
    types |= {name: BIG if bound.shape is Shape.MOMENT else TEXT for name, bound in binder.bounds}
    columns = [column(name, type_) for name, type_ in types.items()]
    document = bindparam("probes", type_=TEXT)
    if dialect == "postgresql":
        rows = func.json_to_recordset(cast(document, postgresql.JSON))
        return rows.table_valued(*columns).render_derived(name="probe", with_types=True)
    each = func.json_each(document).table_valued("key", "value").alias("each")
    picked = [
        func.json_extract(each.c.value, literal_column(f"'$[{place}]'"), type_=type_).label(name)
        for place, (name, type_) in enumerate(types.items())
    ]
    return select(*picked).cte("probe")


def _answer_of(question: Question, value: Any) -> Answer:
    if isinstance(question, Holds | StillIn):
        return bool(value)
    if value is None:
        return None
    if isinstance(question, ValueOf) and question.field.type is FieldType.DATE:
        return date.fromisoformat(value)
    return int(value) if isinstance(question, Counted) else Moment(value)


_statements: OrderedDict[tuple[int, str, tuple[Question, ...]], _Statement] = OrderedDict()
_lock = Lock()


def _statement(definitions: Definitions, dialect: str, questions: tuple[Question, ...]) -> _Statement:
    """The statement for these questions, kept for the last few revisions and campaigns."""
    key = (id(definitions), dialect, questions)
    with _lock:
        known = _statements.get(key)
        if known is not None and known.definitions is definitions:
            _statements.move_to_end(key)
            return known
        made = _Statement(definitions, dialect, questions)
        _statements[key] = made
        while len(_statements) > _KEPT:
            _statements.popitem(last=False)
        return made
