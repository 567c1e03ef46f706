"""A problem of a campaign file, a template or a catalog, with its place, and how it is written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_LONGEST_QUOTE = 60
Level = Literal["error", "warning", "notice"]
"""An error must be put right, a warning should be looked at, a notice is good to know."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: file as the person named it, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One sentence about one place: what was found and what would have been right."""

    place: Place
    text: str
    level: Level = "error"
    code: str = ""
    """What it is, where it is about a letter or a catalog: a word of `penfriend.domain.lint_codes`."""

    def __str__(self) -> str:
        mark = "" if self.level == "error" else f"{self.level}: "
        return f"{self.place}: {mark}{self.text}{f' [{self.code}]' if self.code else ''}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean "send"?`, with a leading space, or nothing where no known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""


def quote(text: str) -> str:
    """`text` between double quotes, on one line and not too long to be read."""
    if len(text) <= _LONGEST_QUOTE and text.isprintable() and "  " not in text:
        return f'"{text}"'
    flat = " ".join("".join(c if c.isprintable() else " " for c in text[: _LONGEST_QUOTE * 4]).split())
    return f'"{flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1] + "…"}"'
