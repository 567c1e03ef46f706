"""What the OpenAPI document says of contacts, segments, campaigns and messages: plain routes that the
framework does not describe."""

from __future__ import annotations

from typing import Any

from penfriend.domain.api_keys import Scope
from penfriend.domain.incoming_contact import CONTACT_FIELDS
from penfriend.domain.suppression import REASONS
from penfriend.storage.person_data import FACTS, FIELDS
from penfriend.web.openapi import PROBLEM
from penfriend.web.paging import MOST, USUAL

Schema = dict[str, Any]
_TEXT: Schema = {"type": ["string", "null"]}
_SHORT: Schema = {"type": ["string", "integer", "null"], "maxLength": 255}
_DAY: Schema = {"type": ["string", "null"], "format": "date"}
_NUMBER: Schema = {"type": ["number", "null"]}
_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}


def object_of(properties: Schema, required: tuple[str, ...] | None = None, **more: Any) -> Schema:
    """An object with these properties, all of which are there, or the required ones."""
    needed = list(properties if required is None else required)
    return {"type": "object", "properties": properties, **({"required": needed} if needed else {}), **more}


def listed(entry: Schema) -> Schema:
    """A list of such entries."""
    return {"type": "array", "items": entry}


def ref(name: str) -> Schema:
    """The schema of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


_AGREEMENT = object_of(
    {
        "subscribed": {"type": "boolean"},
        "requested": {"type": "boolean", "description": "Asked for, not confirmed yet."},
        "at": _MOMENT,
        "source": _TEXT,
        "proof": _TEXT,
    }
)
_SUPPRESSION = object_of(
    {"reason": {"type": "string", "enum": list(REASONS)}, "evidence": _TEXT, "at": _MOMENT}
) | {"type": ["object", "null"]}
_SETTABLE: Schema = {
    "email": _TEXT,
    **dict.fromkeys(CONTACT_FIELDS, _SHORT),
    "birthday": _DAY,
    "paused_until": _MOMENT,
    "tier_until": _DAY,
    "country": _SHORT | {"pattern": "^([A-Za-z]{2})?$"},
    "locale": _SHORT | {"pattern": "^([A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*)?$"},
    "frequency": {"enum": ["all", "fewer", "", None]},
    "attributes": {"type": ["object", "null"], "description": "A null takes one away."},
}
SCHEMAS: dict[str, Schema] = {
    "Problem": PROBLEM,
    "Contact": object_of(
        {
            "id": _TEXT | {"description": "The shop's."},
            "ids": listed({"type": "string"}) | {"description": "All of the shop's ids of this person."},
            **{name: _MOMENT if name.endswith(("_at", "paused_until")) else _TEXT for name in FIELDS},
            "attributes": {"type": "object"},
            "topics": {"type": "object", "additionalProperties": _AGREEMENT},
            "suppression": _SUPPRESSION,
            "facts": object_of({name: _MOMENT if name.endswith("_at") else _NUMBER for name in FACTS}),
        }
    ),
    "ContactChange": object_of(
        {"id": _TEXT | {"description": "Where the path has the address: the shop's id."}, **_SETTABLE},
        (),
        additionalProperties=False,
    ),
    "Story": object_of(
        {
            "contact": {"type": "string"},
            "timezone": {"type": "string"},
            "topics": listed({"type": "string"}),
            "suppression": _TEXT,
            "campaigns": {
                "type": "object",
                "additionalProperties": object_of(
                    {
                        "place": {"type": "string"},
                        "happened": listed(object_of({"at": _MOMENT, "text": {"type": "string"}})),
                        "now": listed({"type": "string"}),
                    }
                ),
            },
        }
    ),
    "Segment": object_of(
        {
            "name": {"type": "string"},
            "description": _TEXT,
            "of": {"type": "string"},
            "members": {"type": ["integer", "null"], "description": "Null where nobody has counted."},
        }
    ),
    "Campaign": object_of(
        {
            "name": {"type": "string"},
            "kind": {"type": "string", "enum": ["marketing", "transactional"]},
            "topic": _TEXT,
            "priority": {"type": "integer"},
            "active": {"type": "boolean"},
            "stopped": {"type": "boolean", "description": "By itself: too much of its mail came back."},
            "segment": _TEXT,
            "entered": {"type": "integer"},
            "waiting": {"type": "integer"},
            "ended": _COUNTS,
            "not_entered": _COUNTS,
            "steps": _COUNTS,
            "converted": {"type": "integer"},
            "messages": {"type": "object"},
        }
    ),
    "Message": object_of(
        {
            "id": {"type": "integer"},
            "status": {"type": "string"},
            "reason": _TEXT,
            "campaign": {"type": "string"},
            "step": {"type": "string"},
            "contact": {"type": "string"},
            "address": _TEXT,
            "message_id": {"type": "string"},
            "attempts": {"type": "integer"},
            **dict.fromkeys(
                ("wanted_at", "due_at", "over_at", "delivered_at", "bounced_at", "complained_at"), _MOMENT
            ),
            **dict.fromkeys(("held_by", "note", "server", "stage", "outcome"), _TEXT),
        }
    ),
}
_NEXT = {"next": _TEXT | {"description": "The address of the next page; null behind the last."}}
_MEMBER = object_of({"contact": _TEXT, "email": _TEXT, "about": {"type": "string"}}, ("contact", "about"))
_PAGING = [
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    },
    {
        "name": "cursor",
        "in": "query",
        "description": "As it stands in `next`.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{4,1000}$"},
    },
]
_REFUSALS = {
    401: "The key is missing, wrong or revoked",
    403: "The key has not the scope",
    404: "There is no such thing",
    422: "What is asked cannot be; `detail` says why",
    503: "The store is busy; the same again may do",
}
_OF_BODIES = {
    400: "The body is no JSON or no UTF-8",
    408: "The body did not come in time",
    413: "The body is too large",
    415: "The body is of another type",
    429: "More waits than can be written; the same again may do",
}


def operation(
    name: str, summary: str, scope: Scope, answers: dict[int, Schema | None], **more: Any
) -> Schema:
    """A route that takes a key with the scope, with all its answers."""
    tag = scope.partition(":")[0]
    responses: dict[str, Any] = {
        str(status): {
            "description": "Done" if schema is None else summary,
            **({} if schema is None else {"content": {"application/json": {"schema": schema}}}),
        }
        for status, schema in answers.items()
    }
    refusals = _REFUSALS | (_OF_BODIES if "requestBody" in more else {})
    for status, text in sorted(refusals.items()):
        responses[str(status)] = {
            "description": text,
            "content": {"application/problem+json": {"schema": ref("Problem")}},
        }
    described = f"Takes a key with the scope `{scope}`."
    return {
        "tags": [tag],
        "summary": summary,
        "description": described,
        "operationId": name,
        "security": [{"key": []}],
        **more,
        "responses": responses,
    }


def named(name: str, description: str) -> list[Schema]:
    """The parameter of that name in the path."""
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": description,
            "schema": {"type": "string", "minLength": 1},
        }
    ]


_WHO = named("id", "The shop's id or the address, percent-encoded; a slash in it is `%2F`.")
_CHANGE = {"required": True, "content": {"application/json": {"schema": ref("ContactChange")}}}
_CAMPAIGN = [{"name": "campaign", "in": "query", "schema": {"type": "string"}}]
PATHS: dict[str, Schema] = {
    "/v1/contacts/{id}": {
        "parameters": _WHO,
        "get": operation("get_contact", "See a contact", Scope.CONTACTS_READ, {200: ref("Contact")}),
        "put": operation(
            "put_contact",
            "Make or change a contact",
            Scope.CONTACTS_WRITE,
            {200: ref("Contact"), 201: ref("Contact")},
            requestBody=_CHANGE,
        ),
        "delete": operation("erase_contact", "Erase a contact", Scope.CONTACTS_WRITE, {204: None}),
    },
    "/v1/contacts/{id}/story": {
        "parameters": _WHO,
        "get": operation(
            "get_story",
            "See why somebody got what they got",
            Scope.CONTACTS_READ,
            {200: ref("Story")},
            parameters=_CAMPAIGN,
        ),
    },
    "/v1/segments": {
        "get": operation(
            "list_segments",
            "See the segments",
            Scope.SEGMENTS_READ,
            {200: object_of({"segments": listed(ref("Segment")), **_NEXT})},
            parameters=_PAGING,
        )
    },
    "/v1/segments/{name}": {
        "parameters": named("name", "As in the campaign files."),
        "get": operation(
            "get_segment",
            "See who is in a segment",
            Scope.SEGMENTS_READ,
            {200: {"allOf": [ref("Segment"), object_of({"list": listed(_MEMBER), **_NEXT})]}},
            parameters=_PAGING,
        ),
    },
    "/v1/campaigns": {
        "get": operation(
            "list_campaigns",
            "See the campaigns and their counts",
            Scope.CAMPAIGNS_READ,
            {200: object_of({"campaigns": listed(ref("Campaign")), **_NEXT})},
            parameters=_PAGING,
        )
    },
    "/v1/messages/{id}": {
        "parameters": named("id", "The number of the message, or its Message-ID."),
        "get": operation(
            "get_message", "See what became of a mail", Scope.MESSAGES_READ, {200: ref("Message")}
        ),
    },
}


def with_reading(document: dict[str, Any]) -> dict[str, Any]:
    """The document with these routes in it."""
    document["paths"].update(PATHS)
    document.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMAS)
    return document
