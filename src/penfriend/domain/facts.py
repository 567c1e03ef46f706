"""The facts of a letter as JSON, so that they can be frozen with the message, and back again as values for
templates.

A copy of a mail is made from the frozen facts and has the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from penfriend.domain.money import Money
from penfriend.domain.timing import Moment, to_datetime

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
        return {key: thaw(part, zone) for key, part in value.items()}
    if isinstance(value, list):
        return [thaw(part, zone) for part in value]
    return value
