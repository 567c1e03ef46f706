"""The JSON Schema of conditions, made from the list of fields and the tables of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from penfriend.domain.fields import FIELDS, WAITED, FieldType, Known
from penfriend.domain.segment import Op
from penfriend.language import figures
from penfriend.language.comparisons import FITS, GROUPS, NARROWERS, TESTS

Json = dict[str, object]

_NAME = r"[^.]+"
_TEXT: Json = {"type": ["string", "number", "boolean"]}
_NUMBER: Json = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": f"^(?:{figures.NUMBER_PATTERN})$"},
        {"$ref": "#/$defs/field"},
    ]
}
_LITERAL: Mapping[FieldType, Json] = {
    FieldType.TEXT: _TEXT,
    FieldType.LIST: _TEXT,
    FieldType.NUMBER: _NUMBER,
    FieldType.AMOUNT: _NUMBER,
    FieldType.COUNT: _NUMBER,
    FieldType.YES_NO: {"$ref": "#/$defs/yes_no"},
    FieldType.DATE: {"$ref": "#/$defs/date"},
    FieldType.MOMENT: {"$ref": "#/$defs/moment"},
}


def condition_definitions() -> dict[str, Json]:
    """The definitions `condition`, `where` and one for the tests of each type of field."""
    return {
        **_test_definitions(),
        "condition": _mapping_or_list(_condition(), "condition"),
        "where": _mapping_or_list(_own_condition(), "where"),
    }


def _test_definitions() -> dict[str, Json]:
    definitions: dict[str, Json] = {"test_any": _own_tests()}
    for kind, tests in FITS.items():
        definitions[f"test_{kind}"] = _tests(kind, tests, {})
    narrowing = {
        "within": ref("window"),
        "before": ref("moment"),
        "after": ref("moment"),
        "where": ref("where"),
        "match": ref("match"),
    }
    for kind in sorted(
        {known.type for group in FIELDS.values() for known in group.values() if known.narrows}
    ):
        definitions[f"test_{kind}_narrowed"] = _tests(kind, FITS[kind], narrowing)
    return definitions


def _condition() -> Json:
    fixed: dict[str, Json] = {}
    patterns: dict[str, Json] = {}
    for group, known in FIELDS.items():
        if group not in ("campaign", "events", "event"):
            fixed.update({f"{group}.{key}": _field(field) for key, field in known.items()})
        for prefix, what in _PREFIXES.get(group, ()):
            patterns.update({rf"^{prefix}{key}$": _field(field, what) for key, field in known.items()})
    fixed["waited"] = _field(WAITED)
    any_test: Json = {
        "description": "one of the company's own names, as data declares it",
        **ref("test_any"),
    }
    patterns[rf"^(?:contact|product|items|order\.items|cart\.items)\.attributes\.{_NAME}$"] = any_test
    patterns[rf"^event\.{_NAME}(?:\.[a-z_.]+)?$"] = {
        "description": "of the event that the campaign begins with, or of which the segment is made",
        **ref("test_any"),
    }
    patterns[rf"^topic\.{_NAME}$"] = {
        "description": "yes where subscribed to that topic",
        **ref("test_yes_no"),
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {**_groups("condition"), **dict(sorted(fixed.items()))},
        "patternProperties": patterns,
        "additionalProperties": False,
    }


_PREFIXES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "campaign": ((rf"campaign\.{_NAME}\.", "of that campaign"),),
    "events": ((rf"events\.{_NAME}\.", "of that event"),),
    "message": ((rf"message\.{_NAME}\.", "of that step"),),
    "survey": ((rf"survey\.{_NAME}\.", "of that survey"),),
    "items": ((r"(?:order|cart)\.items\.", "of one of the items"),),
}
"""The groups whose fields carry a name between group and key, or can stand behind another group."""


def ref(name: str) -> Json:
    """A reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def _mapping_or_list(mapping: Json, name: str) -> Json:
    return {"anyOf": [mapping, {"type": "array", "minItems": 1, "items": ref(name)}]}


def _groups(name: str) -> dict[str, Json]:
    several: Json = {"type": "array", "minItems": 1, "items": ref(name)}
    shapes: dict[str, Json] = {
        "all": several,
        "any": several,
        "not": ref(name),
        "segment": {"type": "string"},
    }
    return {word: {"description": meaning, **shapes[word]} for word, meaning in GROUPS.items()}


def _own_condition() -> Json:
    """A condition on the own names of events or orders: their types are known to `validate` alone."""
    groups = {word: schema for word, schema in _groups("where").items() if word != "segment"}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": groups,
        "additionalProperties": ref("test_any"),
    }


def _field(known: Known, of: str = "") -> Json:
    kind = f"test_{known.type}_narrowed" if known.narrows else f"test_{known.type}"
    meaning = f"{known.meaning} ({of})" if of else known.meaning
    return {"description": meaning, **ref(kind)}


def _tests(kind: FieldType, tests: Iterable[Op], narrowing: Mapping[str, Json]) -> Json:
    tests = tuple(tests)
    literal = _LITERAL[kind]
    values = {op.value: _value(op, literal) for op in tests if op is not Op.EQUAL}
    properties: dict[str, object] = {
        word: {"description": TESTS[word], **value} for word, value in values.items()
    }
    properties.update({word: {"description": NARROWERS[word], **value} for word, value in narrowing.items()})
    mapping: Json = {
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": False,
    }
    if narrowing:
        mapping["anyOf"] = [{"required": [word]} for word in values]
    return {"anyOf": [literal, mapping]} if Op.EQUAL in tests else mapping


def _own_tests() -> Json:
    """Every test, for a name whose type only `data` knows."""
    properties = {
        op.value: {"description": TESTS[op.value], **_value(op, _TEXT)} for op in Op if op is not Op.EQUAL
    }
    mapping: Json = {
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": False,
    }
    return {"anyOf": [_TEXT, mapping]}


def _value(op: Op, literal: Json) -> Json:
    special: Mapping[Op, Callable[[], Json]] = {
        Op.EXISTS: lambda: ref("yes_no"),
        Op.IN: lambda: {"type": "array", "minItems": 1, "items": literal},
        Op.NOT_IN: lambda: {"type": "array", "minItems": 1, "items": literal},
        Op.BEFORE: lambda: ref("moment"),
        Op.AFTER: lambda: ref("moment"),
        Op.WITHIN: lambda: ref("window"),
    }
    return special[op]() if op in special else literal
