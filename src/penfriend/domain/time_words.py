"""The words for time, as campaigns and templates write them: each function reads one text and says in one
sentence what is wrong with it.

Durations, moments and windows are LANGUAGE.md's, "Words". Nothing here knows a zone or a clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfoNotFoundError, available_timezones

from penfriend.domain.fields import Field
from penfriend.domain.moments import At, Entry, FromNow, MomentExpr, OfEntry, OfField, Weekday, Window
from penfriend.domain.problems import did_you_mean, quote
from penfriend.domain.timing import Duration, Unit, zone_of

_LONGEST = {
    Unit.SECONDS: 3_153_600_000,
    Unit.MINUTES: 52_560_000,
    Unit.HOURS: 876_000,
    Unit.DAYS: 36_500,
    Unit.WEEKS: 5_200,
    Unit.MONTHS: 1_200,
    Unit.YEARS: 100,
}
"""A hundred years, in each unit: further away no calendar has to be reckoned."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

UNIT_PATTERN = "(?:" + "|".join(f"{unit.value[:-1]}s?" for unit in Unit) + ")"
DURATION_PATTERN = rf"0*[1-9][0-9]{{0,9}} +{UNIT_PATTERN}"
TIME_PATTERN = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
DATE_PATTERN = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
ZONE_PATTERN = r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*"
FIELD_PATTERN = r"waited|[a-z_]+\.[^\n]+"
MOMENT_PATTERN = (
    rf"{DURATION_PATTERN} +ago|in +{DURATION_PATTERN}|{'|'.join(WEEKDAYS)}|entry"
    rf"|{DATE_PATTERN}(?:[T ]+{TIME_PATTERN}(?::00)?(?: *{ZONE_PATTERN})?)?"
    rf"|(?:{DURATION_PATTERN} +(?:before|after) +)?(?:entry|{FIELD_PATTERN})"
)
_DURATION = re.compile(rf"([0-9]{{1,15}}) +({UNIT_PATTERN})")
_TIME = re.compile(TIME_PATTERN)
_FIELD = re.compile(FIELD_PATTERN)
WRITTEN_PATTERN = rf"{DATE_PATTERN}(?:[T ]+{TIME_PATTERN}(?::00)?(?: *{ZONE_PATTERN})?)?"
_WRITTEN = re.compile(rf"({DATE_PATTERN})(?:[T ]+({TIME_PATTERN})(?::00)?(?: *({ZONE_PATTERN}))?)?")
_OFFSET = re.compile(rf"([0-9]{{1,15}} +{UNIT_PATTERN}) +(before|after) +(.+)")
ResolveField = Callable[[str], Field]
"""Finds the field of a name; raises WordError where there is none."""


class WordError(ValueError):
    """A text is not what its place wants; the message is a whole sentence."""


@lru_cache(maxsize=4096)
def parse_duration(text: str) -> Duration:
    """`2 days`: a whole number of at least 1, and a unit."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise WordError(
            f"{quote(text)} is no duration. Write a whole number and seconds, minutes, hours, days, weeks,"
            " months or years, such as 2 days."
        )
    unit = Unit(found[2] if found[2].endswith("s") else f"{found[2]}s")
    amount = int(found[1])
    if amount < 1:
        raise WordError(f"{quote(text)} is no duration: it is at least 1.")
    if amount > _LONGEST[unit]:
        raise WordError(f"{quote(text)} is too long: a duration is at most 100 years.")
    return Duration(amount, unit)


def parse_time(text: str) -> time:
    """`09:00`, a time of day of 24 hours."""
    text = text.strip()
    if not _TIME.fullmatch(text):
        raise WordError(
            f"{quote(text)} is no time of day. Write hours and minutes of a 24-hour clock, such as 09:00."
        )
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


def parse_window(text: str) -> Window:
    """`last 30 days`, `next 30 days`."""
    word, _, rest = text.strip().partition(" ")
    if word not in ("last", "next"):
        raise WordError(
            f"{quote(text)} is no window. Write last or next and a duration, such as last 30 days."
        )
    return Window(parse_duration(rest), -1 if word == "last" else 1)


def parse_zone(text: str) -> str:
    """A zone of the IANA list, such as Europe/London."""
    text = text.strip()
    try:
        zone_of(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(text[:60], available_timezones())
        raise WordError(
            f"there is no time zone {quote(text)}.{near} A zone is written such as Europe/London or UTC."
        ) from None
    return text


def parse_date(text: str) -> date:
    """`2026-12-24`."""
    try:
        return date.fromisoformat(text.strip() if re.fullmatch(DATE_PATTERN, text.strip()) else "")
    except ValueError:
        raise WordError(f"{quote(text)} is no date. Write year, month and day, such as 2026-12-24.") from None


def parse_moment(text: str, resolve: ResolveField | None = None) -> MomentExpr:
    """Any moment of the language. `resolve` finds fields; without it a field is no moment here."""
    text = text.strip()
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        return _written_moment(written)
    if text.endswith(" ago"):
        return FromNow(parse_duration(text.removesuffix(" ago")), -1)
    if text.startswith("in "):
        return FromNow(parse_duration(text.removeprefix("in ")), 1)
    if text in WEEKDAYS:
        return Weekday(WEEKDAYS.index(text))
    if text == "entry":
        return Entry()
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        return _offset_moment(offset, resolve)
    if resolve is not None and looks_like_field(text):
        return OfField(resolve(text))
    last = "entry, or 7 days before entry" if resolve is None else "entry, a field, or 7 days before a field"
    raise WordError(
        f"{quote(text)} is no moment. Write 90 days ago, in 3 days, monday, 2026-12-24, 2026-12-24 09:00,"
        f" {last}."
    )


def parse_written(text: str) -> At:
    """A moment that is written out: `2026-03-02 10:00`, with a zone behind it or not."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise WordError(f"{quote(text)} is no moment here. Write day and time, such as 2026-03-02 10:00.")
    return _written_moment(written)


def _written_moment(found: re.Match[str]) -> At:
    day = parse_date(found[1])
    if found[2] is None:
        return At(day)
    zone = {"Z": "UTC"}.get(found[3], found[3])
    return At(day, parse_time(found[2]), zone and parse_zone(zone))


def _offset_moment(found: re.Match[str], resolve: ResolveField | None) -> MomentExpr:
    duration, sign = parse_duration(found[1]), -1 if found[2] == "before" else 1
    if found[3] == "entry":
        return OfEntry(duration, sign)
    if resolve is None or not looks_like_field(found[3]):
        raise WordError(
            f"{quote(found[3])} is no field. {found[2].capitalize()} stands a field or entry, such as"
            " cart.updated_at."
        )
    return OfField(resolve(found[3]), duration, sign)


def looks_like_field(text: str) -> bool:
    """Whether a text has the form of a field's name: words with dots, or `waited`."""
    return _FIELD.fullmatch(text) is not None
