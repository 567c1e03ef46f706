"""Notifications of Amazon SES that come by mail (SNS with an email subscription): JSON in a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_BROKEN_LINE = re.compile(r"!?\n ")
"""Sendmail breaks what is longer than a line may be."""
_BEGIN = re.compile(r'"?\{\s*\\?"(?:notificationType|eventType)\\?"')


_NAMES = {
    "final-recipient": "emailAddress",
    "action": "action",
    "status": "status",
    "diagnostic-code": "diagnosticCode",
}


@dataclass(slots=True)
class Notification:
    """What SES says of one mail."""

    sort: str
    """`bounce`, `complaint`, `delivery`."""
    recipients: list[dict[str, str]] = field(default_factory=list)
    """Their fields, by the names of RFC 3464."""
    message_id: str | None = None


def read_notification(said: str) -> Notification | None:
    """The notification in a text; None where there is none. Never raises."""
    begin = _BEGIN.search(said)
    if begin is None:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(_BROKEN_LINE.sub("", said[begin.start() :]))
        found = json.loads(found) if isinstance(found, str) else found
        return _read(found)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None


def _read(found: Mapping[str, Any]) -> Notification:
    sort = str(found.get("notificationType") or found.get("eventType")).lower()
    about = found.get(sort) or {}
    lists = (about.get(name) for name in ("bouncedRecipients", "complainedRecipients", "recipients"))
    named: list[Any] = next((one for one in lists if one), [])
    headers = found.get("mail", {}).get("headers") or []
    ids = [str(one["value"]) for one in headers if str(one.get("name")).lower() == "message-id"]
    return Notification(sort, [_recipient(one) for one in named], next(iter(ids), None))


def _recipient(one: Any) -> dict[str, str]:
    if not isinstance(one, dict):
        return {"final-recipient": str(one)}
    return {name: str(one[key]) for name, key in _NAMES.items() if one.get(key)}
