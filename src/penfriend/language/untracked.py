"""Warns where a campaign goes by opens or clicks: the daemon does not track them yet, and would take their
absence for an answer.

Tests of campaigns say themselves what people do, so nothing is said of those.
"""

from __future__ import annotations

from penfriend.domain.fields import Field, FieldType
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.report import Placed

_EVENTS = frozenset({"mail_opened", "mail_clicked"})
_FIELDS = frozenset(
    {
        ("message", "opened"),
        ("message", "clicked"),
        ("contact", "last_opened_at"),
        ("contact", "last_clicked_at"),
    }
)


def warn_of_event(name: str, at: Placed, reading: Reading) -> None:
    """Warns if the event is one that never comes."""
    if name in _EVENTS:
        _warn(at, f"{quote(name)} never comes", reading)


def warn_of_field(field: Field, at: Placed, reading: Reading) -> None:
    """Warns if the field is one that opens and clicks would fill."""
    if (field.group, field.key) in _FIELDS or (field.group == "events" and field.subject in _EVENTS):
        _warn(at, f"{quote(field.name)} {_EMPTY.get(field.type, 'never has a value')}", reading)


def warn_of_winner_by_clicks(at: Placed, reading: Reading) -> None:
    """Warns of a split whose arms would never differ."""
    _warn(at, "nobody clicks, and the first arm wins", reading)


_EMPTY = {FieldType.YES_NO: "is always no", FieldType.COUNT: "is always 0"}


def _warn(at: Placed, consequence: str, reading: Reading) -> None:
    reading.report.warning(at, f"opens and clicks are not tracked yet: {consequence}.")
