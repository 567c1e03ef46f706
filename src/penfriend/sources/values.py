"""What a row says: about whom, about what, and the values that letters can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from zoneinfo import ZoneInfo

from penfriend.domain.contact import normalise_address, normalise_text
from penfriend.domain.facts import Frozen, frozen_day, frozen_moment
from penfriend.domain.sources import OCCURRENCE, PERSON_COLUMNS, SourceRow
from penfriend.domain.timing import from_datetime

_ROUND = 2**53
"""Beyond it a float is no exact whole number."""


class Columns:
    """The columns of one result. Their names are compared without regard to case, as databases do."""

    def __init__(self, names: Sequence[str], zone: ZoneInfo) -> None:
        self.names = tuple(names)
        self._zone = zone
        lowered = [name.lower() for name in names]
        self._own = {name: lowered.index(name) for name in (*PERSON_COLUMNS, OCCURRENCE) if name in lowered}
        self._further = [place for place in range(len(lowered)) if place not in self._own.values()]

    @property
    def fault(self) -> str | None:
        """What is wrong with them, or None."""
        if not set(PERSON_COLUMNS) & self._own.keys():
            return f"no column is called contact_id or email; there are: {', '.join(self.names)}"
        return None

    def row(self, values: Sequence[object]) -> SourceRow:
        """One row."""
        contact, email, occurrence = (self._text(values, name) for name in (*PERSON_COLUMNS, OCCURRENCE))
        return SourceRow(
            contact=contact or None,
            email=normalise_address(email) if email else None,
            occurrence=occurrence or "",
            values={self.names[place]: frozen(values[place], self._zone) for place in self._further},
        )

    def shown(self, values: Sequence[object]) -> Mapping[str, Frozen]:
        """All of a row, for people."""
        return {
            name: None if value is None else text_of(value)
            for name, value in zip(self.names, values, strict=True)
        }

    def _text(self, values: Sequence[object], name: str) -> str | None:
        place = self._own.get(name)
        value = None if place is None else values[place]
        return None if value is None else text_of(value)


def text_of(value: object) -> str:
    """A value as the text of an id: 17, 17.0 and 17.00 are the same."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _ROUND:
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, date):  # and datetime
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    return normalise_text(str(value)).strip()


def frozen(value: object, zone: ZoneInfo) -> Frozen:
    """A value as letters keep it. A moment without a zone is one of `zone`; what has no kind of its own is a
    text."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return normalise_text(value)
        case float():
            return value if isfinite(value) else None
        case Decimal():
            whole = value.is_finite() and value == value.to_integral_value()
            return int(value) if whole else frozen(float(value), zone)
        case datetime():
            return frozen_moment(from_datetime(value if value.tzinfo else value.replace(tzinfo=zone)))
        case date():
            return frozen_day(value.isoformat())
        case Mapping():
            return {str(name): frozen(part, zone) for name, part in value.items()}
        case list() | tuple():
            return [frozen(part, zone) for part in value]
        case time() | timedelta():
            return str(value)
        case _:
            return text_of(value)
