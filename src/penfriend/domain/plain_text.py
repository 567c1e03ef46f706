"""Text of strangers, made fit to be stored and shown: what a server, a report or a file says may hold control
characters, and with them commands to a terminal (ANSI escapes), forged lines of a log, and what no database
takes."""

from __future__ import annotations

import re

_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (C0, C1), line separators, what turns the direction of writing, halves of characters."""
_NOT_SHOWN_IN_LINES = re.compile(_NOT_SHOWN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
MARK = "\N{REPLACEMENT CHARACTER}"


def one_line(text: str) -> str:
    """The text in one line: white space is a space, every other control character a mark."""
    return _NOT_SHOWN.sub(MARK, " ".join(text.split()))


def lines(text: str) -> str:
    """The same for a text of several lines."""
    return text if text.isascii() and text.isprintable() else _NOT_SHOWN_IN_LINES.sub(MARK, text)


def is_line(text: str) -> bool:
    """Whether it can be kept and shown as it is."""
    return _NOT_SHOWN.search(text) is None


def json_text(document: str) -> str:
    """A JSON document that leaves no control character as it is: JSON itself escapes those of ASCII alone."""
    return _NOT_SHOWN_IN_LINES.sub(lambda found: f"\\u{ord(found.group()):04x}", document)
