"""Moments as people write them on a command line, and as commands print them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from penfriend.domain.errors import SettingError
from penfriend.domain.timing import Moment, at_wall_clock, from_datetime, to_datetime


def parse_moment(text: str, zone: ZoneInfo) -> Moment:
    """A MOMENT of the command line: ISO 8601; without a zone it is `zone`'s (the brand's), a date alone is
    its midnight."""
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingError(f'"{text}" is no moment, e.g. 2026-03-02T10:00Z or 2026-03-02') from None
    if value.tzinfo is not None:
        return from_datetime(value)
    return at_wall_clock(value.date(), value.time(), zone)


def shown_moment(moment: Moment | int | None, zone: ZoneInfo | None = None) -> str:
    """`2026-03-02 10:00`, on the clock of `zone` or UTC; empty for None."""
    if moment is None:
        return ""
    return to_datetime(Moment(moment), zone or ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M")


def iso_moment(moment: Moment | int | None) -> str | None:
    """ISO 8601 in UTC, for JSON."""
    return (
        None
        if moment is None
        else to_datetime(Moment(moment)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    )
