"""What a field is tested against: literals by the field's type, fields, moments and windows."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from penfriend.domain.fields import FIELDS, Field, FieldType
from penfriend.domain.moments import Entry, MomentExpr, OfEntry, OfField, Window
from penfriend.domain.segment import Op, Scalar, Value
from penfriend.language import figures, words
from penfriend.language.comparisons import NUMERIC, TYPE_NAMES, comparable
from penfriend.language.field_names import resolver
from penfriend.language.nodes import MappingNode, Node, Sequence, is_null
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.scope import Scope, Stage
from penfriend.language.untracked import heed_field
from penfriend.language.words import WordError

ValueT = TypeVar("ValueT")

LITERALS: Mapping[FieldType, Callable[[str], Scalar]] = {
    FieldType.TEXT: lambda text: unicodedata.normalize("NFC", text),
    FieldType.LIST: lambda text: unicodedata.normalize("NFC", text),
    FieldType.NUMBER: figures.parse_number,
    FieldType.AMOUNT: figures.parse_amount,
    FieldType.COUNT: figures.parse_whole,
    FieldType.YES_NO: figures.parse_yes_no,
    FieldType.DATE: lambda text: words.parse_date(text).isoformat(),
}
"""How a literal of each type is read; a moment has rules of its own."""
_FIELD_GOES_WITH = frozenset({Op.EQUAL, Op.NOT, Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN})


@dataclass(frozen=True, slots=True)
class Values:
    """Reads values in one scope. None is a value that cannot be had; that is in the report then."""

    reading: Reading
    scope: Scope

    def of_test(self, field: Field, op: Op, node: Node) -> Value | None:
        """The value of one test."""
        what = f"{quote(field.name)}" if op is Op.EQUAL else quote(op.value)
        match op:
            case Op.EXISTS:
                return self._parsed(node, figures.parse_yes_no, what)
            case Op.IN | Op.NOT_IN:
                return self._several(field, node, what)
            case Op.WITHIN:
                return self._parsed(node, words.parse_window, what)
            case Op.BEFORE | Op.AFTER:
                return self.moment(node, field, what)
            case _:
                return self._one(field, op, node, what)

    def moment_or_date(self, node: Node, what: str) -> MomentExpr | None:
        """A moment that nothing is held against; a date stands for its midnight."""
        moment = self._parsed(
            node, lambda text: words.parse_moment(text, resolver(self.reading, self.scope)), what
        )
        if moment is None or self._refuse_stage(node, moment):
            return None
        if isinstance(moment, OfField) and moment.field.type not in (FieldType.DATE, FieldType.MOMENT):
            self.reading.error(
                node,
                f"{quote(moment.field.name)} is {TYPE_NAMES[moment.field.type]}; a date or moment is wanted.",
            )
            return None
        if isinstance(moment, OfField):
            heed_field(moment.field, node, self.reading)
        return moment

    def moment(self, node: Node, tested: Field, what: str) -> MomentExpr | None:
        """A moment against which `tested`, or the moment of what it counts, is held."""
        moment = self.moment_or_date(node, what)
        if not isinstance(moment, OfField):
            return moment
        kind = tested.type if tested.type is FieldType.DATE else FieldType.MOMENT
        if moment.field.type is not kind:
            self.reading.error(node, _dates_and_moments(tested, kind, moment.field))
            return None
        if self._clashes(moment.field):
            self.reading.error(node, _clash(moment.field))
            return None
        return moment

    def window(self, node: Node, what: str) -> Window | None:
        """`last 30 days`."""
        return self._parsed(node, words.parse_window, what)

    def field(self, node: Node, what: str) -> Field | None:
        """A field by its name."""
        found = self._parsed(node, resolver(self.reading, self.scope), what)
        if found is not None:
            heed_field(found, node, self.reading)
        return found

    def _refuse_stage(self, node: Node, moment: MomentExpr) -> bool:
        if isinstance(moment, Entry | OfEntry) and self.scope.stage is Stage.PERSON:
            self.reading.error(
                node, '"entry" is the moment at which somebody entered a campaign; there is none here.'
            )
            return True
        return False

    def _one(self, field: Field, op: Op, node: Node, what: str) -> Value | None:
        if isinstance(node, Sequence):
            self.reading.error(
                node, f"{what} wants one value, not a list. For one of several write in: [...]."
            )
            return None
        if is_null(node):
            self.reading.error(node, f"{what} has no value. To ask whether there is one, write exists: no.")
            return None
        if field.type in NUMERIC and op in _FIELD_GOES_WITH:
            number = self._parsed(node, lambda text: self._number_or_field(field, text), what)
            if isinstance(number, Field):
                heed_field(number, node, self.reading)
            return number
        literal = self._parsed(node, LITERALS[field.type], what)
        return literal if self._is_choice(field, node, literal) else None

    def _number_or_field(self, field: Field, text: str) -> Value:
        if not words.looks_like_field(text):
            return LITERALS[field.type](text)
        other = resolver(self.reading, self.scope)(text)
        if not comparable(field.type, other.type):
            raise WordError(
                f"{quote(text)} is {TYPE_NAMES[other.type]}, and {quote(field.name)} is"
                f" {TYPE_NAMES[field.type]}."
            )
        if self._clashes(other):
            raise WordError(_clash(other))
        return other

    def _several(self, field: Field, node: Node, what: str) -> tuple[Scalar, ...] | None:
        if not isinstance(node, Sequence) or not node.items:
            self.reading.error(node, f"{what} wants a list of values, such as {what.strip(chr(34))}: [a, b].")
            return None
        values = [self._parsed(item, LITERALS[field.type], what) for item in node.items]
        good = [self._is_choice(field, item, value) for item, value in zip(node.items, values, strict=True)]
        return (
            tuple(value for value in values if value is not None)
            if all(good) and None not in values
            else None
        )

    def _is_choice(self, field: Field, node: Node, value: Scalar | None) -> bool:
        """Whether a text is one that the field can hold; reported where not."""
        known = FIELDS.get(field.group, {}).get(field.key)
        if value is None or known is None or field.subject or not known.choices or value in known.choices:
            return True
        guess = self.reading.report.suggest(str(value), known.choices)
        self.reading.error(
            node,
            f"{quote(field.name)} is never {quote(str(value))}.{guess} It is one of:"
            f" {listing(known.choices)}.",
        )
        return False

    def _clashes(self, field: Field) -> bool:
        return self.scope.own is not None and field.group == self.scope.own.group

    def _parsed(self, node: Node, parse: Callable[[str], ValueT], what: str) -> ValueT | None:
        if isinstance(node, MappingNode | Sequence) or is_null(node):
            self.reading.text(node, what)
            return None
        text = self.reading.text(node, what) or ""
        try:
            return parse(text)
        except AlreadyReportedError:
            return None
        except WordError as error:
            self.reading.error(node, str(error))
            return None


def _clash(field: Field) -> str:
    return f"{quote(field.name)} cannot stand inside a where of {field.group}s; pair it with match."


def _dates_and_moments(tested: Field, kind: FieldType, other: Field) -> str:
    return (
        f"{quote(tested.name)} is {TYPE_NAMES[kind]} and {quote(other.name)} {TYPE_NAMES[other.type]}. A date"
        " compares with dates, a moment with moments, and both with moments that are written, such as 3 days"
        " ago."
    )
