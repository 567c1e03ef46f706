"""The words of triggers by date and by schedule: `-3 days`, a cron line, a moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from penfriend.domain.cron import check_cron, cron_walls
from penfriend.domain.moments import At
from penfriend.domain.timing import Duration
from penfriend.language import words
from penfriend.language.quoting import quote
from penfriend.language.shapes import Word, pattern
from penfriend.language.words import WordError, parse_duration, parse_moment

OFFSET_PATTERN = r"[-+]? *0*[1-9][0-9]{0,9} +(?:day|week|month|year)s?"
CRON_PATTERN = r" *(?:[^\s:]+ +){4}[^\s:]+ *"
_SIGNED = re.compile(r"([-+]?) *([0-9].*)")
_ANY = datetime(2000, 1, 1)  # noqa: DTZ001 - the clock on the wall, of any zone
_WITHIN_AN_HOUR = timedelta(minutes=59)
_LOOKS = tuple(timedelta(days=days) for days in (1, 32, 367, 4 * 366, 41 * 366))


def parse_offset(text: str) -> tuple[Duration, int]:
    """`-3 days` before, `2 weeks` after: the duration and its sign."""
    found = _SIGNED.fullmatch(text.strip())
    if found is None:
        raise WordError(_no_offset(text))
    try:
        duration = parse_duration(found[2])
    except WordError:
        raise WordError(_no_offset(text)) from None
    if duration.is_elapsed:
        raise WordError(
            f"{quote(text)}: a date is moved by days, weeks, months or years; the time of day stands in at."
        )
    return duration, -1 if found[1] == "-" else 1


def _no_offset(text: str) -> str:
    return f"{quote(text)} is no offset. Write -3 days for before the date, 2 weeks for after it."


def parse_schedule(text: str) -> At | str:
    """A moment that is written out, or a cron line that comes at most once an hour."""
    text = text.strip()
    if re.match(words.DATE_PATTERN, text):
        moment = parse_moment(text)
        if isinstance(moment, At):
            return moment
    try:
        check_cron(text)
    except ValueError as error:
        raise WordError(
            f"{quote(text)} is no schedule: {error}. Write a moment, such as 2026-12-24 09:00, or a cron line"
            ' of minute, hour, day, month, weekday, such as "0 10 1 * *": 10:00 on each first of the month.'
        ) from None
    times = _times_in_an_hour(text)
    if times > 1:
        raise WordError(
            f"{quote(text)} comes {times} times in an hour, and once is the most. The first of the five is"
            " the minute: 0 is the full hour."
        )
    return text


def _times_in_an_hour(cron: str) -> int:
    """How often it comes in the hour that begins with its first time: minutes are the same in all its
    hours."""
    for look in _LOOKS:
        walls = cron_walls(cron, _ANY, _ANY + look)
        if walls:
            return 1 + len(cron_walls(cron, walls[0], walls[0] + _WITHIN_AN_HOUR))
    return 0


OFFSET: Word[tuple[Duration, int]] = Word(
    "offset", "such as -3 days, 2 weeks", parse_offset, pattern(OFFSET_PATTERN)
)
SCHEDULE: Word[At | str] = Word(
    "schedule", "a moment, or a cron line of five fields", parse_schedule,
    pattern(rf"{words.WRITTEN_PATTERN}|{CRON_PATTERN}"),
)  # fmt: skip
