"""Template files: which file a letter is made of, its head, and its Jinja tags cut out with their places.

A file is cut into pieces: text, and Jinja tags that stay whole (a `{% trans %}` or `{% raw %}` block counts
as one tag). Whitespace marks (`{%- -%}`) are applied here and taken away, so that every later stage can treat
a tag as one opaque thing with a place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from penfriend.domain.problems import Place
from penfriend.rendering.findings import Problems
from penfriend.rendering.head import read_head
from penfriend.rendering.ignores import Ignore

MAX_FILE = 1_000_000
"""A template file is at most so many characters."""
MAX_TAGS = 1_000
"""Jinja tags of one file: each costs half a millisecond in every locale."""


class Kind(Enum):
    """What a piece is."""

    TEXT = "text"
    PRINT = "print"
    """`{{ ... }}`"""
    STATEMENT = "statement"
    """`{% ... %}`"""
    WHOLE = "whole"
    """`{% trans %}...{% endtrans %}` or `{% raw %}...{% endraw %}`: prints, and is never looked into."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text or one Jinja tag, without whitespace marks, and where it stands."""

    kind: Kind
    text: str
    file: str
    line: int
    column: int
    word: str = ""
    """The first word of a statement: if, for, block, include, ..."""

    @property
    def place(self) -> Place:
        """Where the piece begins."""
        return Place(self.file, self.line, self.column)

    def place_of(self, offset: int) -> Place:
        """Where the character at `offset` of the text stands."""
        before = self.text[:offset]
        line = before.count("\n")
        column = offset - before.rfind("\n") if line else self.column + offset
        return Place(self.file, self.line + line, column)

    @property
    def inner(self) -> str:
        """What stands between the delimiters of a print or statement."""
        return self.text[2:-2].strip()


_OPENS = re.compile(r"\{\{|\{%|\{#")
_IN_TAG = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\}\}|%\}|\{|\}""", re.DOTALL)
_WORD = re.compile(r"\{%[-+]?\s*(\w+)")
_TO_END = {
    "trans": re.compile(r"\{%[-+]?\s*endtrans\s*[-+]?%\}"),
    "raw": re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}"),
}
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_RECOVERS = re.compile(r"[^<\n]*")
"""Behind a tag that is not closed the next element or line is read on, so that one slip is one problem."""


def _end_of_tag(text: str, start: int) -> int:
    """The index behind the tag that opens at `start`, or -1 where it is not closed."""
    opening = text[start : start + 2]
    if opening == "{#":
        end = text.find("#}", start + 2)
        return end + 2 if end >= 0 else -1
    depth, at = 0, start + 2
    while found := _IN_TAG.search(text, at):
        mark, at = found.group(), found.end()
        if mark == "%}" and opening == "{%":
            return at
        if opening == "{%" or mark == "%}":
            continue
        if mark == "{":
            depth += 1
        elif mark == "}}" and depth == 0:
            return at
        elif mark in ("}", "}}"):
            depth, at = max(depth - 1, 0), found.start() + 1
    return -1


class Splitter:
    """Cuts one file into pieces."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems

    def split(self, text: str, line: int = 1, column: int = 1) -> tuple[Piece, ...]:
        """The pieces of `text`, which begins at this line and column of the file. Comments are left out."""
        whole = Piece(Kind.TEXT, text, self._file, line, column)
        pieces: list[Piece] = []
        at, strip_next = 0, False
        while True:
            found = _OPENS.search(text, at)
            stop = found.start() if found else len(text)
            strip_this = bool(found) and text[stop + 2 : stop + 3] == "-"
            self._add_text(pieces, whole, at, stop, strip_next, strip_this)
            if not found:
                return tuple(pieces)
            at = self._add_tag(pieces, whole, stop)
            strip_next = text[at - 3] == "-" and text[at - 2 : at] in _CLOSES.values()

    def _add_text(
        self, pieces: list[Piece], whole: Piece, start: int, stop: int, left: bool, right: bool
    ) -> None:
        run = whole.text[start:stop]
        if left:
            start += len(run) - len(run.lstrip())
        run = whole.text[start:stop].rstrip() if right else whole.text[start:stop]
        if run:
            place = whole.place_of(start)
            pieces.append(Piece(Kind.TEXT, run, self._file, place.line, place.column))

    def _add_tag(self, pieces: list[Piece], whole: Piece, start: int) -> int:
        text, place = whole.text, whole.place_of(start)
        opening = text[start : start + 2]
        end = _end_of_tag(text, start)
        if end < 0:
            self._problems.error(
                place, f'"{opening}" is not closed; "{_CLOSES[opening]}" is missing.', "jinja-syntax"
            )
            return _end_of_broken(text, start)
        if opening == "{#":
            return end
        kind, word = Kind.PRINT, ""
        if opening == "{%":
            kind = Kind.STATEMENT
            matched = _WORD.match(text, start)
            word = matched.group(1) if matched else ""
        if word in _TO_END:
            closing = _TO_END[word].search(text, end)
            if closing is None:
                self._problems.error(
                    place, f"{{% {word} %}} is not closed; {{% end{word} %}} is missing.", "jinja-syntax"
                )
                return end
            kind, end = Kind.WHOLE, closing.end()
        pieces.append(
            Piece(kind, _without_marks(text[start:end]), self._file, place.line, place.column, word)
        )
        return end


def _end_of_broken(text: str, start: int) -> int:
    matched = _RECOVERS.match(text, start)
    return matched.end() if matched else len(text)


def _without_marks(tag: str) -> str:
    body = tag[2:-2]
    if body[:1] in "-+":
        body = " " + body[1:]
    if body[-1:] in "-+":
        body = body[:-1] + " "
    return tag[:2] + body + tag[-2:]


@dataclass(frozen=True, slots=True)
class Source:
    """One template file, read: its head's texts and its body, in pieces."""

    file: str
    """As problems name it: `templates/welcome/hello.mjml`."""
    head: Mapping[str, tuple[Piece, ...]]
    body: tuple[Piece, ...]
    raw_head: Mapping[str, tuple[str, int, int]]
    """Each key's text as written, with its line and column; the text is what a catalog translates."""
    ignores: tuple[Ignore, ...] = ()
    """What its head silences."""
    is_unread: bool = False
    """Whether a problem of the whole file kept it from being read."""


def read_source(path: str, text: str, problems: Problems) -> Source:
    """Reads a file below templates/: the head between two lines of `---`, where there is one, and the
    body."""
    file = f"templates/{path}"
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_FILE:
        problems.error(
            Place(file),
            f"the file has {len(text)} characters; a template has at most {MAX_FILE}.",
            "too-large",
        )
        return Source(file, {}, (), {}, is_unread=True)
    if len(_OPENS.findall(text)) > MAX_TAGS:
        problems.error(Place(file), f"the file has more than {MAX_TAGS} Jinja tags.", "too-large")
        return Source(file, {}, (), {}, is_unread=True)
    splitter = Splitter(file, problems)
    if not text.startswith("---\n"):
        return Source(file, {}, splitter.split(text), {})
    end = re.compile(r"^---[ \t]*$", re.MULTILINE).search(text, 4)
    if end is None:
        problems.error(Place(file), "the head is not closed; a second line of --- is missing.", "broken-head")
        return Source(file, {}, (), {}, is_unread=True)
    written = read_head(file, text[4 : end.start()], problems)
    head = {key: splitter.split(*value) for key, value in written.texts.items()}
    body_line = text.count("\n", 0, end.end()) + 1
    body = splitter.split(text[end.end() :].removeprefix("\n"), body_line + 1)
    return Source(file, head, body, written.texts, written.ignores)
