"""Values as they come in, made into what a type is kept as, or refused in a few words.

Kept in JSON: a number as a JSON number, a yes or no as true or false, a moment as microseconds UTC, a date as
ISO text, a list as a list. A text out of a CSV file and a JSON value that mean the same are kept the same.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from penfriend.domain.errors import EventRefused
from penfriend.domain.events import Json
from penfriend.domain.fields import FieldType
from penfriend.domain.timing import Moment, at_wall_clock, from_datetime, local_date, midnight

MAX_LINE = 255
"""A name, an id or another short text has at most so many characters."""
MAX_NUMBER = 10**12
"""Larger amounts and counts are mistakes; ten-thousandths of it are far from the end of 64 bits."""
MAX_DEPTH = 20
OLDEST_YEAR = 1900

_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_A_TEXT = re.compile("[\x00\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?")
_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"no", "false", "0"})


def line(value: Json) -> str:
    """A short text of one line, trimmed, NFC. A number is its digits; an id often comes as one."""
    if type(value) is str and len(value) <= MAX_LINE and value.isascii() and value.isprintable():
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise EventRefused(f"{shown(value)} is not a text")
    text = value.strip()
    if len(text) > MAX_LINE:
        raise EventRefused(f"has {len(text):,} characters; at most {MAX_LINE} are taken")
    if _NOT_IN_A_LINE.search(text):
        raise EventRefused(f"{shown(text)} holds a line break or a control character")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def text(value: Json) -> str:
    """A text of any length and any number of lines, NFC."""
    if type(value) is str and value.isascii() and value.isprintable():
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise EventRefused(f"{shown(value)} is not a text")
    if _NOT_IN_A_TEXT.search(value):
        raise EventRefused(f"{shown(value)} holds a NUL or half a character")
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def number(value: Json) -> int | float:
    """A number, whole where it is written so."""
    if isinstance(value, str) and len(value) <= MAX_LINE and _NUMBER.fullmatch(value.strip()):
        value = float(value) if any(mark in value for mark in ".eE") else int(value)
    # a whole number is finite, and may be too large to be asked
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not is_number:
        raise EventRefused(f"{shown(value)} is not a number, e.g. 12 or 12.5")
    if abs(value) > MAX_NUMBER:
        raise EventRefused(f"{shown(value)} is too large")
    found: int | float = value
    return found


def amount(value: Json) -> int | float:
    """An amount of money, not below 0, as a number; `money.to_units` makes it ten-thousandths."""
    try:
        found = number(value)
    except EventRefused as error:
        hint = str(error).replace("a number, e.g. 12 or 12.5", "an amount, e.g. 12.50")
        raise EventRefused(hint) from None
    if found < 0:
        raise EventRefused(f"{shown(value)} is below 0")
    return found


def whole(value: Json) -> int:
    """A whole number, not below 0."""
    try:
        found = number(value)
    except EventRefused:
        found = -1
    if found < 0 or found != int(found):
        raise EventRefused(f"{shown(value)} is not a whole number, e.g. 120")
    return int(found)


def yes_no(value: Json) -> bool:
    """A yes or no."""
    word = str(value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise EventRefused(f"{shown(value)} is not yes or no")


def day(value: Json, zone: ZoneInfo) -> str:
    """A date as ISO text; a moment is the date that the calendar of `zone` shows then."""
    if isinstance(value, str):
        found = value.strip()
        try:
            if not _DATE.fullmatch(found):
                return local_date(moment(found, zone), zone).isoformat()
            return date.fromisoformat(found).isoformat()
        except (ValueError, EventRefused):
            pass
    raise EventRefused(f"{shown(value)} is not a date, e.g. 2026-03-02")


def moment(value: Json, zone: ZoneInfo) -> Moment:
    """A moment out of ISO 8601; without a zone it is on the clock of `zone`, a date alone is its midnight."""
    if isinstance(value, str):
        try:
            return _moment(value.strip(), zone)
        except (ValueError, OverflowError):
            pass
    raise EventRefused(f"{shown(value)} is not a moment, e.g. 2026-03-02T10:00:00Z")


@lru_cache(maxsize=8192)
def _moment(written: str, zone: ZoneInfo) -> Moment:
    if _DATE.fullmatch(written):
        found = midnight(date.fromisoformat(written), zone)
    else:
        wall = datetime.fromisoformat(written)
        if wall.tzinfo is not None:
            found = from_datetime(wall)
        else:
            found = at_wall_clock(wall.date(), wall.time(), zone)
    if int(written[:4]) < OLDEST_YEAR:
        raise ValueError("too long ago")
    return found


def entries(value: Json) -> list[Json]:
    """A list: of JSON, JSON written as a text, or a text with semicolons between."""
    if isinstance(value, str):
        written = value.strip()
        value = (
            _list_of(written) if written.startswith("[") else [part.strip() for part in written.split(";")]
        )
    if not isinstance(value, list):
        raise EventRefused(f"{shown(value)} is not a list")
    return [tidy(entry) for entry in value if entry is not None and entry != ""]


def _list_of(written: str) -> Json:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        raise EventRefused(f"{shown(written)} is not a list in JSON") from None


def tidy(value: Json, depth: int = 0) -> Json:
    """Any JSON value as it is kept where no type is known: texts NFC, nothing that a database cannot hold."""
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, int):  # a yes or no, too
        if value is not None and not -(2**63) <= value < 2**63:
            raise EventRefused(f"{shown(value)} is too large")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EventRefused(f"{value} is not a number")
        return value
    if depth >= MAX_DEPTH:
        raise EventRefused(f"is nested deeper than {MAX_DEPTH} times")
    if isinstance(value, dict):
        return {line(key): tidy(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(part, depth + 1) for part in value]
    raise EventRefused(f"{shown(value)} is no value of JSON")


Reader = Callable[[Json, ZoneInfo], Json]

READERS: dict[FieldType, Reader] = {
    FieldType.TEXT: lambda value, _: text(value),
    FieldType.NUMBER: lambda value, _: number(value),
    FieldType.AMOUNT: lambda value, _: amount(value),
    FieldType.COUNT: lambda value, _: whole(value),
    FieldType.YES_NO: lambda value, _: yes_no(value),
    FieldType.DATE: day,
    FieldType.MOMENT: moment,
    FieldType.LIST: lambda value, _: entries(value),
}
"""How a value of each type is read. Each raises EventRefused."""


def place(name: Json) -> str:
    """A name in front of a message: on one line, the beginning of a long one."""
    return shown(str(name))[1:-1]


def shown(value: Json) -> str:
    """A value in a message: in quotes, on one line, the beginning of a long one."""
    written = value if isinstance(value, str) else _written(value)
    clean = _NOT_IN_A_LINE.sub(lambda found: f"\\x{ord(found.group()):02x}", written)
    return f'"{clean[:40]}…"' if len(clean) > 41 else f'"{clean}"'


def _written(value: Json) -> str:
    try:
        return repr(value)
    except RecursionError:
        return "what is nested too deeply"
