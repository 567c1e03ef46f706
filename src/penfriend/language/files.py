"""From the bytes of a campaign file to its text, or to the one problem that keeps it from being read."""

from __future__ import annotations

import re

from penfriend.domain.problems import Place, Problem

MAX_BYTES = 1024 * 1024
"""A document past 1 MB is an error."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1, 5.1 does not take as a character, and the byte order mark anywhere but at the start."""


def read_bytes(path_name: str, data: bytes) -> str | Problem:
    """The text of a file of campaigns: UTF-8, with or without a byte order mark, at most 1 MB, without
    control characters."""
    if len(data) > MAX_BYTES:
        return _too_long(path_name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        place = _end_of(path_name, before)
        return Problem(
            place,
            f"the file is not UTF-8: the byte {data[error.start]:#04x} cannot stand here. Save it as UTF-8.",
        )
    return refuse_text(path_name, text) or text


def forbidden_in(text: str) -> str | None:
    """The name of the first character of a text that cannot stand in a file, such as NUL or U+001B."""
    found = _FORBIDDEN.search(text)
    return None if found is None else _name_of(found[0])


def _name_of(character: str) -> str:
    return "NUL" if character == "\0" else f"U+{ord(character):04X}"


def refuse_text(path_name: str, text: str) -> Problem | None:
    """The problem of a text that no YAML parser may see, or None."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES + 3:  # and a byte order mark
        return _too_long(path_name)
    found = _FORBIDDEN.search(text, 1 if text.startswith("\ufeff") else 0)
    if found is None:
        return None
    place = _end_of(path_name, text[: found.start()])
    return Problem(place, f"the character {_name_of(found[0])} cannot stand here.")


def _too_long(path_name: str) -> Problem:
    return Problem(Place(path_name), "the file is longer than 1 MB.")


def _end_of(path_name: str, before: str) -> Place:
    """The place that follows `before`, counted in lines as editors do."""
    lines = re.split("\r\n|[\r\n]", before.removeprefix("\ufeff"))
    return Place(path_name, len(lines), len(lines[-1]) + 1)
