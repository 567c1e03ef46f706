"""Explains a segment for one contact: the tree of its condition in sentences, with what was found, what is
wanted, and yes or no.

Every yes and no is computed by the compiler of conditions, in one SELECT: nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, literal, select

from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At, Entry, FromNow, OfEntry, OfField, Weekday, Window
from penfriend.domain.money import SCALE
from penfriend.domain.segment import All, AnyOf, Condition, InSegment, Narrow, Not, Op, Segment, Test, Things
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.columns import TEXT
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_compare import sure
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_lists import is_list
from penfriend.storage.segment_sql_moments import LookBinder, describe_moment
from penfriend.storage.segment_sql_scope import Scope
from penfriend.storage.segment_sql_things import thing_rows

MOST_THINGS = 50
"""Of a contact with more things than this the first ones are explained."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Explained:
    """One condition: a sentence, whether it holds, and for a group its parts."""

    sentence: str
    holds: bool
    found: str = ""
    wanted: str = ""
    parts: tuple[Explained, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainedThing:
    """The condition for the contact, or for one of its things."""

    occurrence: str
    condition: Explained

    @property
    def is_member(self) -> bool:
        """Whether it is in the segment."""
        return self.condition.holds


@dataclass(slots=True)
class _Node:
    """A condition with the columns that answer it."""

    condition: Condition
    holds: int
    value: int | None = None
    parts: list[_Node] = field(default_factory=list)


def explain_segment(
    connection: Connection, definitions: Definitions, segment: Segment, contact_id: int, now: Moment
) -> list[ExplainedThing]:
    """One answer for a segment of contacts; one for each thing of the contact otherwise, none where it has
    none."""
    binder = LookBinder(definitions.brand.zone)
    compiler = Compiler(definitions, binder)
    contact = t.contacts.alias("contact")
    rows, occurrence, scope = select(contact.c.id).select_from(contact), None, Scope(contact)
    if segment.of is not Things.CONTACTS:
        things = thing_rows(segment)
        rows = rows.join(things.row, and_(*things.of(contact))).order_by(things.occurrence).limit(MOST_THINGS)
        occurrence, scope = things.occurrence, things.scope(contact)
    plan = _Plan(compiler, definitions)
    tree = plan.node(segment.where, scope)
    columns: list[Expr] = [literal("", TEXT) if occurrence is None else occurrence]
    query = rows.with_only_columns(
        *(column.label(f"column_{n}") for n, column in enumerate([*columns, *plan.columns]))
    ).where(contact.c.id == contact_id)
    found = connection.execute(query, binder.values(now))
    words = _Words(definitions.brand.zone, now)
    if segment.select is not None:
        among = Explained(f"is among the rows of {segment.select.file}, as last read", holds=True)
        return [ExplainedThing(str(row[0]), among) for row in found]
    return [ExplainedThing(str(row[0]), _explained(tree, row[1:], words)) for row in found]


class _Plan:
    """Collects the columns that a tree needs."""

    def __init__(self, compiler: Compiler, definitions: Definitions) -> None:
        self._compiler, self._definitions = compiler, definitions
        self.columns: list[Expr] = []

    def node(self, condition: Condition, scope: Scope) -> _Node:
        """The condition and its parts, each with its columns."""
        node = _Node(condition, self._column(sure(self._compiler.holds(condition, scope))))
        match condition:
            case All(of) | AnyOf(of):
                node.parts = [self.node(part, scope) for part in of]
            case Not(of):
                node.parts = [self.node(of, scope)]
            case InSegment(name) if self._definitions.segments[name].of is Things.CONTACTS:
                node.parts = [self.node(self._definitions.segments[name].where, scope.about_nothing())]
            case Test(field=tested) if not is_list(tested) or condition.narrow is not None:
                node.value = self._column(self._compiler.value(condition, scope))
            case _:
                pass
        return node

    def _column(self, column: Expr) -> int:
        self.columns.append(column)
        return len(self.columns) - 1


def _explained(node: _Node, row: tuple[object, ...], words: _Words) -> Explained:
    holds = bool(row[node.holds])
    parts = tuple(_explained(part, row, words) for part in node.parts)
    match node.condition:
        case All():
            return Explained("all of these hold", holds, parts=parts)
        case AnyOf():
            return Explained("at least one of these holds", holds, parts=parts)
        case Not():
            return Explained("this does not hold", holds, parts=parts)
        case InSegment(name):
            return Explained(f"is in the segment {name}", holds, parts=parts)
        case Test() as test:
            found = "a list" if node.value is None else words.value(test.field.type, row[node.value])
            wanted = words.wanted(test)
            return Explained(f"{test.field.name} is {found}, wanted: {wanted}", holds, found, wanted)


class _Words:
    """Values and tests in words, by the brand's clock."""

    def __init__(self, zone: ZoneInfo, now: Moment) -> None:
        self._zone, self._now = zone, now

    def value(self, type_: FieldType, value: object) -> str:
        """A value as people read it."""
        if value is None:
            return "missing"
        if type_ is FieldType.AMOUNT and isinstance(value, int):
            return f"{Decimal(value) / SCALE:.2f}"
        if type_ is FieldType.MOMENT and isinstance(value, int):
            return describe_moment(Moment(value), self._zone)
        if type_ is FieldType.YES_NO:
            return "yes" if value else "no"
        return str(value)

    def wanted(self, test: Test) -> str:
        """The test as the file has it."""
        word = "" if test.op is Op.EQUAL else f"{test.op.value} "
        return f"{word}{self._operand(test.field, test.value)}{self._narrow(test.narrow)}"

    def _operand(self, tested: Field, value: object) -> str:
        if isinstance(value, tuple):
            return ", ".join(self._operand(tested, one) for one in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Field):
            return value.name
        if isinstance(value, str | int | float):
            return self.value(tested.type, value)
        return self._moment(value)

    def _moment(self, expr: object) -> str:
        match expr:
            case Window(duration, sign):
                return f"{'last' if sign < 0 else 'next'} {duration}"
            case FromNow(duration, sign):
                return f"{duration} ago" if sign < 0 else f"in {duration}"
            case Weekday(day):
                return _WEEKDAYS[day]
            case At(day, at, zone):
                return " ".join(str(part) for part in (day, at and at.strftime("%H:%M"), zone) if part)
            case Entry():
                return "entry"
            case OfField(of, offset, sign):
                return (
                    of.name if offset is None else f"{offset} {'before' if sign < 0 else 'after'} {of.name}"
                )
            case OfEntry(offset, sign):
                return f"{offset} {'before' if sign < 0 else 'after'} entry"
            case _:
                return str(expr)

    def _narrow(self, narrow: Narrow | None) -> str:
        if narrow is None:
            return ""
        parts = [
            f"{word} {self._moment(expr)}"
            for word, expr in (("within", narrow.within), ("before", narrow.before), ("after", narrow.after))
            if expr is not None
        ]
        if narrow.where is not None:
            parts.append("where " + " and ".join(self._leaves(narrow.where)))
        parts += [f"with {own.name} equal to {other.name}" for own, other in narrow.match]
        return (", counted " + ", ".join(parts)) if parts else ""

    def _leaves(self, condition: Condition) -> Iterator[str]:
        match condition:
            case All(of):
                for part in of:
                    yield from self._leaves(part)
            case AnyOf(of):
                yield "(" + " or ".join(word for part in of for word in self._leaves(part)) + ")"
            case Not(of):
                yield "not (" + " and ".join(self._leaves(of)) + ")"
            case InSegment(name):
                yield f"in the segment {name}"
            case Test() as test:
                yield f"{test.field.name} {self.wanted(test)}"
