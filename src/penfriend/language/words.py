"""The words for the numbers and policies of campaigns, beside those for time
(`penfriend.domain.time_words`): each function reads one text and says in one sentence what is wrong with it.

Sending hours are LANGUAGE.md's, "Words". Nothing here knows a zone or a clock.
"""

from __future__ import annotations

import re
from datetime import time

from penfriend.domain.campaign import Reentry, ReentryKind
from penfriend.domain.problems import quote
from penfriend.domain.time_words import (
    DATE_PATTERN,
    DURATION_PATTERN,
    FIELD_PATTERN,
    MOMENT_PATTERN,
    TIME_PATTERN,
    UNIT_PATTERN,
    WEEKDAYS,
    WRITTEN_PATTERN,
    ZONE_PATTERN,
    WordError,
    looks_like_field,
    parse_date,
    parse_duration,
    parse_moment,
    parse_time,
    parse_window,
    parse_written,
    parse_zone,
)
from penfriend.domain.timing import Cap

AMOUNT_UNIT = 10_000
"""An amount is kept in ten-thousandths."""

MAX_WHOLE = 10**15 - 1
"""Whole numbers of more digits are mistakes; this still fits every database."""

MAX_AMOUNT_DIGITS = 12

_TIME = re.compile(TIME_PATTERN)
_CAP = re.compile(r"([0-9]{1,6}) +per +(.+)")


def parse_send_between(text: str) -> tuple[time, time]:
    """`09:00-20:00`: opens, closes. 24:00 is the midnight that ends the day; the whole day is 00:00-24:00."""
    opens, dash, closes = (part.strip() for part in text.partition("-"))
    if not dash or not (_TIME.fullmatch(opens) and (_TIME.fullmatch(closes) or closes == "24:00")):
        raise WordError(
            f"{quote(text)} is no sending window. Write when it opens and closes, such as 09:00-20:00."
        )
    window = parse_time(opens), time(0) if closes == "24:00" else parse_time(closes)
    if window[0] == window[1] and closes != "24:00":
        raise WordError(f"{quote(text)} opens and closes at the same time. The whole day is 00:00-24:00.")
    return window


def _weekday(text: str) -> int | None:
    word = text.strip().lower()
    return next((n for n, day in enumerate(WEEKDAYS) if word in (day, day[:3])), None)


def parse_send_on(text: str) -> frozenset[int]:
    """`mon-sat`, `mon, wed, fri`, `sat-mon`: Python's weekdays, Monday is 0."""
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        if start is None or end is None:
            raise WordError(f"{quote(part.strip())} is no day of the week. Write mon-sat, or mon, wed, fri.")
        days.update((start + n) % 7 for n in range((end - start) % 7 + 1))
    return frozenset(days)


def parse_cap(text: str) -> Cap:
    """`3 per 7 days`; `1 per day` means one day."""
    found = _CAP.fullmatch(text.strip())
    if found is None or int(found[1]) < 1:
        raise WordError(
            f"{quote(text)} is no limit. Write how many mails per how long, such as 3 per 7 days, or none."
        )
    per = found[2] if found[2][0].isdigit() else f"1 {found[2]}"
    return Cap(int(found[1]), parse_duration(per))


def parse_reentry(text: str) -> Reentry:
    """`never`, `always`, `every 90 days`."""
    word, _, rest = text.strip().partition(" ")
    if word == "every" and rest:
        return Reentry(ReentryKind.EVERY, parse_duration(rest))
    if text.strip() not in ("never", "always"):
        raise WordError(
            f"{quote(text)} is no re-entry. Write never, always, or every and a duration, such as every 90"
            " days."
        )
    return Reentry(ReentryKind(text.strip()))


__all__ = [
    "AMOUNT_UNIT",
    "DATE_PATTERN",
    "DURATION_PATTERN",
    "FIELD_PATTERN",
    "MAX_AMOUNT_DIGITS",
    "MAX_WHOLE",
    "MOMENT_PATTERN",
    "TIME_PATTERN",
    "UNIT_PATTERN",
    "WEEKDAYS",
    "WRITTEN_PATTERN",
    "ZONE_PATTERN",
    "WordError",
    "looks_like_field",
    "parse_cap",
    "parse_date",
    "parse_duration",
    "parse_moment",
    "parse_reentry",
    "parse_send_between",
    "parse_send_on",
    "parse_time",
    "parse_window",
    "parse_written",
    "parse_zone",
]
