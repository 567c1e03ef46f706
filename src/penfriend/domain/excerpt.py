"""The lines of a campaign file that are about one campaign, as they stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.problems import Place


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file, the first of which has that number."""

    file: str
    first: int
    lines: tuple[str, ...]


def excerpt_of(text: str, place: Place) -> Excerpt:
    """From the line of the place to the line before the next that is indented no more than it."""
    lines = text.splitlines()
    begin = place.line - 1
    if not 0 <= begin < len(lines):
        return Excerpt(place.file, place.line, ())
    return Excerpt(place.file, place.line, tuple(lines[begin : _end(lines, begin)]))


def _end(lines: Sequence[str], begin: int) -> int:
    indent, last = _indent(lines[begin]), begin + 1
    for at in range(begin + 1, len(lines)):
        text = lines[at]
        if not text.strip():
            continue
        if _indent(text) <= indent:
            break
        last = at + 1
    return last


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
