"""The lines of a campaign file that are about one campaign, as they stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.problems import Place

_COMMENT = re.compile(r"\s+#.*$")
_IF = re.compile(r"^(\s*-?\s*)if:\s*(\S.*)$")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file, the first of which has that number."""

    file: str
    first: int
    lines: tuple[str, ...]

    def at(self, line: int) -> str:
        """A line by its number, without what is around it; empty for one that is not here."""
        place = line - self.first
        return self.lines[place].strip() if 0 <= place < len(self.lines) else ""

    def conditions_below(self, line: int) -> tuple[str, ...]:
        """What stands behind the first `if:` below a line and behind those that are indented alike: the
        conditions of the arms of a fork."""
        found: list[tuple[int, str]] = []
        begin = line - self.first
        if not 0 <= begin < len(self.lines):
            return ()
        indent = _indent(self.lines[begin])
        for text in self.lines[begin + 1 :]:
            if text.strip() and _indent(text) <= indent:
                break
            matched = _IF.match(text)
            if matched:
                found.append((len(matched[1]), _COMMENT.sub("", matched[2])))
        return tuple(text for column, text in found if column == found[0][0])


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
