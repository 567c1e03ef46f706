"""What the OpenAPI document says of `/v1/events`, a plain route that the framework does not describe."""

from __future__ import annotations

from typing import Any

from penfriend.web.bodies import MAX_EVENTS as MAX_BYTES
from penfriend.web.event_bodies import LINES, MAX_EVENTS

_EVENT = {
    "type": "object",
    "required": ["name", "contact", "at"],
    "properties": {
        "id": {"type": "string", "description": "Makes it one: the same again has no effect."},
        "name": {"type": "string", "minLength": 1, "maxLength": 255, "examples": ["order_placed"]},
        "contact": {
            "description": "The shop's id, an address, or both.",
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 255},
                {
                    "type": "object",
                    "properties": {"id": {"type": "string"}, "email": {"type": "string"}},
                    "minProperties": 1,
                    "additionalProperties": False,
                },
            ],
        },
        "at": {
            "type": "string",
            "minLength": 10,
            "description": "ISO 8601; without a zone by the brand's clock.",
            "examples": ["2026-03-02T10:00:00Z"],
        },
        "properties": {"type": "object"},
    },
}
_COUNTS = {
    "type": "object",
    "required": ["taken", "repeated", "rejected", "errors"],
    "properties": {
        "taken": {"type": "integer"},
        "repeated": {"type": "integer", "description": "They were there already."},
        "rejected": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "status", "detail"],
                "properties": {
                    "index": {"type": "integer", "description": "Of the event in the body, from 0."},
                    "status": {"type": "integer", "enum": [409, 422]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
"""A problem document (RFC 9457)."""
_REFUSALS = {
    400: "The body is no JSON, no UTF-8 or no gzip",
    401: "The key is missing, wrong or revoked",
    403: "The key has not the scope `events:write`",
    408: "The body did not come in time",
    409: "The same id is there with another body (of several events: every one of them)",
    413: f"More than {MAX_BYTES} bytes, packed or unpacked, or more than {MAX_EVENTS} events",
    415: "Another type or packing",
    422: "No event can be taken; `errors` says why",
    429: "More waits than can be written; the same again may do",
    503: "The store is busy; the same again may do",
}


def with_events(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the route in it."""
    several = {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": MAX_EVENTS}
    lines = {"schema": {"type": "string", "description": "One event on each line."}}
    refusals = {
        str(status): {
            "description": text,
            "content": {"application/problem+json": {"schema": PROBLEM}},
            **({"headers": {"Retry-After": {"schema": {"type": "string"}}}} if status in (429, 503) else {}),
        }
        for status, text in _REFUSALS.items()
    }
    document["paths"]["/v1/events"] = {
        "post": {
            "tags": ["events"],
            "summary": "Bring in events",
            "operationId": "post_events",
            "security": [{"key": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {"anyOf": [_EVENT, several]}},
                    **dict.fromkeys(sorted(LINES), lines),
                },
            },
            "responses": {
                "202": {
                    "description": "Stored; of several some may be rejected",
                    "content": {"application/json": {"schema": _COUNTS}},
                },
                **refusals,
            },
        }
    }
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["key"] = {"type": "http", "scheme": "bearer", "description": "A key of `penfriend apikey create`"}
    return document
