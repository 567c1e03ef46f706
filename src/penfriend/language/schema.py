"""The JSON Schema (Draft 2020-12) of the language as far as it is supported, made from the tables that the
loader reads by.

Editors see the file as YAML 1.2: `no` and `09:00` are texts there, `10` is a number, `yes` a text. The schema
takes both ways of writing.
"""

from __future__ import annotations

from collections.abc import Mapping

from penfriend.domain.events import BUILT_IN
from penfriend.language import figures, keys, step_keys
from penfriend.language.condition_schema import Json, condition_definitions, ref
from penfriend.language.given_schema import test_definitions
from penfriend.language.shapes import (
    DATE,
    FIELD_SCHEMA,
    MOMENT_SCHEMA,
    WINDOW_SCHEMA,
    YES_NO,
    Either,
    Key,
    ListOf,
    Named,
    Ref,
    Shape,
    Table,
    Word,
)


def json_schema() -> Json:
    """The schema of a campaign file, with the meaning of each key as its description."""
    writer = _Writer()
    root = writer.table(keys.FILE)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Penfriend campaigns",
        **root,
        "$defs": dict(sorted(writer.definitions.items())),
    }


class _Writer:
    """Writes the schema of shapes; what is used in several places goes into the definitions."""

    def __init__(self) -> None:
        self.definitions: dict[str, Json] = {
            "moment": {
                "description": "a moment: 90 days ago, in 3 days, 2026-12-24 09:00, 7 days before FIELD",
                **MOMENT_SCHEMA,
            },
            "window": {"description": "a window: last 30 days, next 30 days", **WINDOW_SCHEMA},
            "field": {"description": "the name of a field", **FIELD_SCHEMA},
            "match": {"type": "object", "minProperties": 1, "additionalProperties": ref("field")},
        }
        self._word(YES_NO)
        self._word(DATE)
        self.definitions.update(condition_definitions())
        self.definitions.update(test_definitions())
        self._define_happening()
        self._define_steps()

    def shape(self, shape: Shape) -> Json:
        """The schema of a value."""
        match shape:
            case Word():
                return self._word(shape)
            case Table():
                if shape.name not in self.definitions:
                    self.definitions[shape.name] = {}  # a table may hold itself: an arm holds steps
                    self.definitions[shape.name] = self.table(shape)
                return ref(shape.name)
            case Ref(name=name):
                return ref(name)
            case Named(of=of, name=name):
                pattern = str(name.schema["pattern"])
                return {
                    "type": ["object", "null"],
                    "patternProperties": {pattern: self.shape(of)},
                    "additionalProperties": False,
                }
            case ListOf(of=of, or_one=or_one):
                items = self.shape(of)
                several: Json = {"type": "array", "items": items}
                return {"anyOf": [items, several]} if or_one else several
            case Either(of=of):
                return {"anyOf": [self.shape(part) for part in of]}

    def table(self, table: Table) -> Json:
        """The schema of a mapping with its keys."""
        required = [] if table.instead else list(table.required)
        return {
            "type": "object" if table.required else ["object", "null"],
            "properties": {name: self._key(key) for name, key in table.keys.items()},
            "additionalProperties": False,
            **({"required": required} if required else {}),
            **_MORE_RULES.get(table.name, {}),
        }

    def _key(self, key: Key) -> Json:
        return {"description": key.meaning, **self.shape(key.shape)}

    def _word(self, word: Word[object]) -> Json:
        schema = dict(word.schema)
        if "pattern" in schema:  # a value can come from the environment, which an editor does not know
            schema["pattern"] = rf"{schema['pattern']}|\$\{{[A-Za-z_]\w*\}}"
        self.definitions[word.name] = {"description": word.meaning, **schema}
        return ref(word.name)

    def _define_happening(self) -> None:
        event: Json = {
            "type": "string",
            "minLength": 1,
            "examples": list(BUILT_IN),
            "description": "the name of an event",
        }
        self.definitions["happening"] = {"anyOf": [event, self.shape(keys.EVENT_HAPPENING)]}

    def _define_steps(self) -> None:
        attribute: Json = {"type": ["string", "number", "boolean"]}
        self.definitions["changes"] = {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {
                r"^contact\.attributes\.[^.]+$": {"description": "sets this attribute", **attribute},
                r"^topic\.[^.]+$": {
                    "description": "no takes the contact out of it",
                    "enum": [False, *figures.NO],
                },
            },
            "additionalProperties": False,
        }
        kinds = step_keys.STEP_KINDS.values()
        self.definitions["steps"] = {"type": "array", "items": ref("step")}
        self.definitions["step"] = {"anyOf": [*(self.shape(table) for table in kinds), {"const": "exit"}]}
        exit_table = self.definitions["exit"]
        properties = exit_table["properties"]
        if isinstance(properties, dict):  # it may stand without a word
            properties["exit"] = {**properties["exit"], "$ref": "#/$defs/line_or_nothing"}
        self.definitions["line_or_nothing"] = {"anyOf": [ref("line"), {"type": "null"}]}


def _without(word: str, *required: str) -> Json:
    """These keys have to be there, and that one must not."""
    return {"required": list(required), "not": {"required": [word]}}


_BESIDE_NO_SQL = ("where", "of", "key")
_MORE_RULES: Mapping[str, Json] = {
    "trigger": {
        "type": "object",
        "anyOf": [{"required": [word]} for word in ("segment", "event", "date", "schedule")],
        "not": {
            "anyOf": [
                {"required": list(pair)}
                for pair in (
                    ("event", "date"),
                    ("event", "schedule"),
                    ("date", "schedule"),
                    ("day", "offset"),
                )
            ]
        },
        "dependentRequired": {
            **{word: ["event"] for word in ("where", "key")},
            **{word: ["date"] for word in ("every", "offset", "day", "at")},
        },
    },
    "arm": {
        "type": "object",
        "anyOf": [_without("else", "if", "steps"), {"required": ["else"], "maxProperties": 1}],
    },
    "wait": {
        "type": "object",
        "anyOf": [_without("for", "until"), _without("until", "for", "at_most")],
        "dependentRequired": {"at": ["until"], "at_most": ["for"]},
    },
    "event_happening": {
        "type": "object",
        "anyOf": [_without("if", "event"), {"required": ["if"], "maxProperties": 1}],
    },
    "policy_when": {"minProperties": 2},
    "segment": {
        "oneOf": [
            {
                "required": ["source", "sql"],
                "not": {"anyOf": [{"required": [word]} for word in _BESIDE_NO_SQL]},
            },
            {"required": ["where"], "not": {"anyOf": [{"required": [word]} for word in ("source", "sql")]}},
        ],
    },
    "coupon": {
        "type": "object",
        "oneOf": [{"required": ["from"]}, {"required": ["code"]}],
        "dependentRequired": {"warn_below": ["from"]},
    },
    "survey": {
        "if": {
            "properties": {"type": {"description": "has options of its own", "const": "choice"}},
            "required": ["type"],
        },
        "then": {
            "properties": {"options": {"description": "2 to 20 of them", "minItems": 2, "maxItems": 20}},
            "required": ["options"],
        },
        "else": {"not": {"required": ["options"]}},
    },
}
"""What goes together, where the loader asks for it and a table of keys does not say it."""
