"""Values of the campaign language as a person reads them in a list of changes."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from enum import Enum

from penfriend.domain.campaign import Reentry, ReentryKind
from penfriend.domain.pacing import Rate
from penfriend.domain.timing import Cap, Duration
from penfriend.domain.transport_plan import WarmUp
from penfriend.domain.triggers import DateTrigger, EventTrigger, ScheduleTrigger, SegmentTrigger

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def said(value: object) -> str:
    """The value in a few words; empty where it takes more than that, as a condition does."""
    match value:
        case None | () | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case str():
            secret = "://" in value and "@" in value  # an address with a password
            return value if len(value) <= 60 and "\n" not in value and not secret else ""
        case int() | float() | Decimal() | Duration() | Rate() | WarmUp():
            return str(value)
        case Reentry():
            return f"every {value.every}" if value.kind is ReentryKind.EVERY else value.kind.value
        case (time() as first, time() as last):
            return f"{first:%H:%M}-{last:%H:%M}"
        case tuple():
            parts = [said(one) for one in value]
            return ", ".join(parts) if all(parts) else ""
        case _:
            return _of_time(value) or _trigger(value)


def _of_time(value: object) -> str:
    match value:
        case time():
            return value.strftime("%H:%M")
        case frozenset() if all(isinstance(day, int) for day in value):
            return " ".join(_DAYS[day] for day in sorted(value))
        case Cap():
            return f"{value.mails} per {value.per}"
        case _:
            return ""


def _trigger(value: object) -> str:
    match value:
        case SegmentTrigger(condition=None):
            return f"segment {value.segment}"
        case EventTrigger(condition=None, where=None, segment=None):
            return f"event {value.event}" + (f" by {value.key}" if value.key else "")
        case DateTrigger(condition=None, segment=None):
            return f"date {value.field.name}" + (f" every {value.every}" if value.every else "")
        case ScheduleTrigger(condition=None, segment=None, cron=cron) if cron:
            return f"schedule {cron}"
        case _:
            return ""
