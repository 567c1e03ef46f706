"""The JSON Schema of what tests of campaigns are given and expect."""

from __future__ import annotations

from penfriend.domain.campaign_test import Expectation
from penfriend.domain.events import BUILT_IN
from penfriend.domain.fields import FIELDS
from penfriend.language.condition_schema import Json, ref
from penfriend.language.given import CONTACT_KEYS, SCORES

_TEXT: Json = {"type": ["string", "number", "boolean"]}
_EVENT: Json = {"type": "string", "minLength": 1, "examples": list(BUILT_IN)}
_PROPERTIES: Json = {"type": ["object", "null"]}


def test_definitions() -> dict[str, Json]:
    """The definitions `given_contact`, `given_events` and `expected`."""
    return {
        "given_contact": _contact(),
        "given_events": _one_or_several(
            {"anyOf": [_EVENT, {"type": "object", "minProperties": 1, "additionalProperties": _PROPERTIES}]}
        ),
        "expected": _one_or_several(_expected()),
    }


def _contact() -> Json:
    more: dict[str, Json] = {
        "topics": {
            "description": "what it is subscribed to; without it the campaign's own topic",
            "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
        },
        "attributes": {"description": "what data declares, and more", "type": "object"},
        "rfm": {
            "description": "the scores of its orders, contact.rfm: without them it has none",
            "type": "object",
            "properties": {name: _score(name) for name in SCORES},
            "additionalProperties": False,
        },
        "subscribed_at": {"description": FIELDS["contact"]["subscribed_at"].meaning, **ref("written")},
        "paused_until": {
            "description": "no marketing mail before; the person asked for it",
            **ref("written"),
        },
        "created_at": {"description": FIELDS["contact"]["created_at"].meaning, **ref("written")},
    }
    known = {
        name: more.get(name) or {"description": FIELDS["contact"][name].meaning, **_TEXT}
        for name in CONTACT_KEYS
    }
    return {"type": "object", "properties": known, "additionalProperties": False}


def _score(name: str) -> Json:
    return {
        "description": FIELDS["contact"][f"rfm.{name}"].meaning,
        "type": "integer",
        "minimum": 1,
        "maximum": 5,
    }


def _expected() -> Json:
    steps: Json = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    with_reasons: Json = {"anyOf": [steps, {"type": "object", "additionalProperties": {"type": "string"}}]}
    shapes: dict[Expectation, Json] = {
        Expectation.SENT: {"description": "these letters are sent", **steps},
        Expectation.SKIPPED: {"description": "these letters are skipped: {STEP: REASON}", **with_reasons},
        Expectation.POSTPONED: {"description": "these letters have to wait: {STEP: REASON}", **with_reasons},
        Expectation.EXIT: {"description": "the enrollment ends, for this reason", "type": "string"},
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {word.value: shape for word, shape in shapes.items()},
        "additionalProperties": False,
    }


def _one_or_several(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}
