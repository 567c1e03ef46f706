"""The single words of a transport's pace."""

from __future__ import annotations

import re
from functools import partial

from penfriend.domain.pacing import UNITS, Rate
from penfriend.language.figures import parse_whole_between
from penfriend.language.quoting import quote
from penfriend.language.shapes import Word, pattern
from penfriend.language.words import WordError

MOST_CONNECTIONS = 1000
LARGEST = 999_999_999
LEAST_GROWTH, MOST_GROWTH = 1.01, 10.0

_PACE = rf" *0*[1-9][0-9]{{0,8}} +per +(?:{'|'.join(UNITS)}) *"
_GROWTH = r"[0-9]{1,2}(?:\.[0-9]{1,4})?"


def parse_pace(text: str) -> Rate:
    """`50 per second`, also minute, hour and day."""
    if not re.fullmatch(_PACE, text):
        raise WordError(
            f"{quote(text)} is no rate of mails. Write it such as 50 per second, or per minute, hour or day."
        )
    mails, _, unit = text.split()
    return Rate(int(mails), UNITS[unit])


def parse_growth(text: str) -> float:
    """How many times the day before, such as 1.5."""
    if not re.fullmatch(_GROWTH, text.strip()) or not LEAST_GROWTH <= float(text) <= MOST_GROWTH:
        raise WordError(
            f"{quote(text)} is no growth from one day to the next. Write a number from {LEAST_GROWTH}"
            f" to {MOST_GROWTH:.0f}, such as 1.5."
        )
    return float(text)


PACE: Word[Rate] = Word("pace", "such as 50 per second", parse_pace, pattern(_PACE))
CONNECTIONS: Word[int] = Word(
    "connections",
    f"1 to {MOST_CONNECTIONS}",
    partial(parse_whole_between, 1, MOST_CONNECTIONS),
    {"type": "integer", "minimum": 1, "maximum": MOST_CONNECTIONS},
)
MAILS: Word[int] = Word(
    "mails",
    "a number of mails",
    partial(parse_whole_between, 1, LARGEST),
    {"type": "integer", "minimum": 1, "maximum": LARGEST},
)
GROWTH: Word[float] = Word(
    "growth",
    "how many times the day before: 1.5",
    parse_growth,
    {"type": "number", "minimum": LEAST_GROWTH, "maximum": MOST_GROWTH},
)
