"""What the OpenAPI document says of the results of campaigns."""

from __future__ import annotations

from typing import Any

from penfriend.domain.api_keys import Scope
from penfriend.domain.results import MEANINGS, Credit
from penfriend.domain.results.report import BREAKDOWNS, GROUP_MEANINGS, METRICS, SPLITS_MEANING
from penfriend.web.openapi_reading import listed, named, object_of, operation, ref

Schema = dict[str, Any]
_DAY: Schema = {"type": ["string", "null"], "format": "date"}
_NUMBER: Schema = {"type": ["number", "null"]}
_COUNT: Schema = {"type": "integer"}
_MONEY: Schema = {"type": "number", "description": "In units of the currency."}
_RATES = object_of({name: _NUMBER for name in METRICS if name not in ("sent", "revenue", "refused")}) | {
    "description": "Shares from 0 to 1; null where nothing was sent."
}
_FIGURES: Schema = {
    **{name: _COUNT | {"description": MEANINGS[name]} for name in METRICS},
    "revenue": _MONEY | {"description": MEANINGS["revenue"]},
    "rates": _RATES,
}
_LINE: Schema = {one.value: {"type": "string"} for one in BREAKDOWNS}
_GROUP = object_of(
    {"people": _COUNT, "converted": _COUNT, "share": _NUMBER, "revenue": _MONEY, "revenue_each": _NUMBER}
)
_INTERVAL = listed({"type": "number"}) | {"type": ["array", "null"], "minItems": 2, "maxItems": 2}
_ENDS = listed({"type": "number"}) | {"minItems": 2, "maxItems": 2}
_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_SPLIT = object_of(
    {
        "step": _TEXT,
        "by": {"type": "string", "enum": ["clicks", "orders", "goals"]},
        "since": _MOMENT,
        "decided_at": _MOMENT,
        "winner": _MAYBE | {"description": "The arm that all get who come after `decided_at`."},
        "surely_better": _MAYBE,
        "arms": listed(
            object_of(
                {
                    "name": _TEXT,
                    "people": _COUNT,
                    "hits": _COUNT,
                    "share": {"type": "number"},
                    "interval": _ENDS,
                }
            )
        ),
        "pairs": listed(
            object_of({"better": _TEXT, "other": _TEXT, "sure": {"type": "boolean"}, "interval": _ENDS})
        ),
        "said": listed(_TEXT),
    }
)
SCHEMAS: dict[str, Schema] = {
    "Figures": object_of(_FIGURES),
    "CampaignReport": object_of(
        {
            "campaign": {"type": "string"},
            "from": _DAY,
            "to": _DAY,
            "timezone": {"type": "string"},
            "currency": {"type": "string"},
            "credit": listed({"type": "string", "enum": [one.value for one in Credit]}),
            "total": ref("Figures"),
            "by": listed({"type": "string", "enum": [one.value for one in BREAKDOWNS]}),
            "lines": listed(object_of(_LINE | _FIGURES, tuple(_FIGURES))),
            "weeks": listed(object_of({"week": {"type": "string", "format": "date"}, **_FIGURES})),
            "groups": object_of(
                {
                    "from": _DAY,
                    "to": _DAY,
                    "treated": _GROUP | {"description": GROUP_MEANINGS["treated"]},
                    "held_out": _GROUP | {"description": GROUP_MEANINGS["held_out"]},
                    "waiting": _COUNT | {"description": GROUP_MEANINGS["waiting"]},
                }
            ),
            "lift": object_of(
                {
                    "said": {"type": "string"},
                    "kind": {"type": "string"},
                    "said_of_revenue": {"type": ["string", "null"]},
                    **dict.fromkeys(("more_per_hundred", "revenue_per_hundred"), _NUMBER),
                    **dict.fromkeys(("interval", "revenue_interval"), _INTERVAL),
                }
            )
            | {"description": GROUP_MEANINGS["lift"]},
            "splits": listed(_SPLIT) | {"description": SPLITS_MEANING},
            "meanings": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ),
}
_QUESTION = [
    {
        "name": name,
        "in": "query",
        "description": f"Mails {meaning}, by the brand's clock.",
        "schema": {"type": "string", "format": "date"},
    }
    for name, meaning in (("since", "from that day on"), ("until", "up to that day, it included"))
] + [
    {
        "name": "by",
        "in": "query",
        "description": "What the lines are broken down by; the step, where nothing is said.",
        "schema": listed({"type": "string", "enum": [one.value for one in BREAKDOWNS]}),
    }
]
PATHS: dict[str, Schema] = {
    "/v1/campaigns/{name}/report": {
        "parameters": named("name", "As in the campaign files."),
        "get": operation(
            "get_report",
            "See what the mails of a campaign are worth",
            Scope.CAMPAIGNS_READ,
            {200: ref("CampaignReport")},
            parameters=_QUESTION,
        ),
    }
}


def with_results(document: dict[str, Any]) -> dict[str, Any]:
    """The document with these routes in it."""
    document["paths"].update(PATHS)
    document.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMAS)
    return document
