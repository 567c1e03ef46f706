"""The facts of a letter as JSON, so that they can be frozen with the message, and back again as values for
templates.

A copy of a mail is made from the frozen facts and has the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from penfriend.domain.money import SCALE, Money
from penfriend.domain.timing import Moment, iso_utc, to_datetime

Frozen = Any
"""A JSON value in which money, moments and dates are small marked objects."""


def frozen_money(units: int | None, currency: str | None) -> Frozen:
    """Money, or None where there is no amount."""
    return None if units is None else {"$money": [units, currency or ""]}


def frozen_moment(moment: int | None) -> Frozen:
    """A moment, or None."""
    return None if moment is None else {"$at": moment}


def frozen_day(day: str | None) -> Frozen:
    """A date given as ISO text, or None."""
    return None if day is None else {"$day": day}


def thaw(value: Frozen, zone: ZoneInfo) -> object:
    """The value for templates: `Money`, datetimes on the clock of `zone`, dates, texts, numbers, lists and
    dicts."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            match next(iter(value.items())):
                case ("$money", [units, currency]):
                    return Money(units, currency)
                case ("$at", int(moment)):
                    return to_datetime(Moment(moment), zone)
                case ("$day", str(day)):
                    return date.fromisoformat(day)
        return {key: thaw(part, zone) if type(part) in _HOLDING else part for key, part in value.items()}
    if isinstance(value, list):
        return [thaw(part, zone) for part in value]
    return value


_HOLDING = (dict, list)
"""What JSON makes of groups and lists; all else is as it is."""


def plain(value: Frozen) -> object:
    """The value as other programs read JSON: money as `{"amount": "12.50", "currency": "GBP"}`, moments as
    ISO 8601 in UTC, dates as ISO texts."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            match next(iter(value.items())):
                case ("$money", [units, currency]):
                    return {"amount": _decimal_text(units), "currency": currency or None}
                case ("$at", int(moment)):
                    return iso_utc(Moment(moment))
                case ("$day", str(day)):
                    return day
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def _decimal_text(units: int) -> str:
    """Two places, or as many more as are needed."""
    amount = Decimal(units) / SCALE
    return f"{amount:.2f}" if units % (SCALE // 100) == 0 else f"{amount.normalize():f}"
