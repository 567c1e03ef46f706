"""The tests of the language: which word tests what, and which go with which type of field. The schema is
written from these tables too."""

from __future__ import annotations

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.segment import Op

TESTS: dict[str, str] = {
    "not": "is another value, or none",
    "in": "is one of a list",
    "not_in": "is none of a list, or has no value",
    "at_least": "is so much or more",
    "at_most": "is so much or less",
    "more_than": "is more",
    "less_than": "is less",
    "contains": "holds this text",
    "starts_with": "begins with this text",
    "exists": "yes: has a value; no: has none",
    "before": "was by that moment, it included",
    "after": "comes later than that moment, it not included",
    "within": "lies in that window: last 30 days, next 30 days",
}
"""The words of tests with their meaning; a bare value is a test for being equal."""

NARROWERS: dict[str, str] = {
    "within": "counts only what lies in that window: last 30 days",
    "before": "counts only what was by that moment, it included",
    "after": "counts only what came later than that moment, it not included",
    "where": "counts only what fulfils a condition on its own names, written bare",
    "match": "counts only where its own name equals a field: {cart_id: cart.id}",
}
"""On a count, a sum or an average these narrow what is counted."""

GROUPS: dict[str, str] = {
    "all": "every one of a list of conditions holds",
    "any": "at least one of a list of conditions holds",
    "not": "the opposite of a condition",
    "segment": "is in that segment",
}
"""The keys that put conditions together."""

_ORDER = (Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN)
_NUMERIC = (Op.EQUAL, Op.NOT, Op.IN, Op.NOT_IN, *_ORDER, Op.EXISTS)
_TEXTUAL = (Op.EQUAL, Op.NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.EXISTS)
_TEMPORAL = (Op.BEFORE, Op.AFTER, Op.WITHIN, Op.EXISTS)

FITS: dict[FieldType, tuple[Op, ...]] = {
    FieldType.TEXT: _TEXTUAL,
    FieldType.LIST: _TEXTUAL,
    FieldType.NUMBER: _NUMERIC,
    FieldType.AMOUNT: _NUMERIC,
    FieldType.COUNT: _NUMERIC,
    FieldType.YES_NO: (Op.EQUAL, Op.NOT, Op.EXISTS),
    FieldType.DATE: (Op.EQUAL, Op.NOT, Op.IN, Op.NOT_IN, *_TEMPORAL),
    FieldType.MOMENT: _TEMPORAL,
}
"""The tests that go with a type. A moment is never equal to another in practice: before, after and within ask
about it."""

TYPE_NAMES: dict[FieldType, str] = {
    FieldType.TEXT: "a text",
    FieldType.NUMBER: "a number",
    FieldType.AMOUNT: "an amount",
    FieldType.COUNT: "a whole number",
    FieldType.YES_NO: "a yes or no",
    FieldType.DATE: "a date",
    FieldType.MOMENT: "a moment",
    FieldType.LIST: "a list",
}

NUMERIC = frozenset({FieldType.NUMBER, FieldType.AMOUNT, FieldType.COUNT})


def words_for(field: Field) -> list[str]:
    """The tests that a field takes, as they are written."""
    words = ["a bare value" if op is Op.EQUAL else op.value for op in FITS[field.type]]
    return words + [word for word in NARROWERS if field.narrows and word not in words]


def comparable(one: FieldType, other: FieldType) -> bool:
    """Whether values of the two types can be equal or more and less."""
    return one is other or {one, other} <= NUMERIC
