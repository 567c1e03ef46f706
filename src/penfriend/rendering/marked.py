"""A text whose Jinja tags are swapped for word tokens, and the way back to a Jinja source that knows its
places.

Jinja reports lines only. On the way back each tag gets a line of its own, by a line break inside its
delimiters where it does not show, so that a line of the compiled template leads to the file, line and column
of the tag.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass

from penfriend.domain.problems import Place
from penfriend.rendering.source import Kind, Piece

_STATIC = re.compile(r"\{(?=[{%#]|\Z)")
_URL_BEFORE = re.compile(r"""(?:href|src|background|action)\s*=\s*["']?\s*\Z""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Code:
    """Jinja of our own between the tags of a template."""

    text: str


class Marked:
    """Pieces as one text; `token` matches what stands for a tag."""

    def __init__(self, pieces: Sequence[Piece], file: str) -> None:
        self.file = file
        plain = "".join(piece.text for piece in pieces)
        stem = "pfjinja"
        while stem in plain:
            stem += "q"
        self.stem = stem
        self.token = re.compile(rf"{stem}(\d{{6}})z")
        self.token_length = len(stem) + 7
        self._pieces = list(pieces)
        self._starts: list[int] = []
        parts: list[str] = []
        length = 0
        for number, piece in enumerate(pieces):
            part = piece.text if piece.kind is Kind.TEXT else f"{stem}{number:06d}z"
            self._starts.append(length)
            parts.append(part)
            length += len(part)
        self.text = "".join(parts)

    def rewritten(self, text: str) -> Marked:
        """The same tags in another text. The places of its tags are right, those of offsets are not."""
        other = copy(self)
        other.text = text
        return other

    def piece(self, token: str) -> Piece:
        """The tag that a token stands for."""
        return self._pieces[int(token[len(self.stem) : -1])]

    def is_statement(self, token: str) -> bool:
        """Whether the tag decides something and prints nothing."""
        return self.piece(token).kind is Kind.STATEMENT

    def place(self, offset: int) -> Place:
        """Where the character at `offset` of the text stands in its file."""
        if not self._pieces:
            return Place(self.file)
        number = max(bisect_right(self._starts, offset) - 1, 0)
        piece = self._pieces[number]
        if piece.kind is not Kind.TEXT:
            return piece.place
        return piece.place_of(min(offset - self._starts[number], len(piece.text)))

    def parts(self, text: str) -> Iterator[str | Piece]:
        """The runs of text and the tags of a part of the marked text, in order."""
        at = 0
        for found in self.token.finditer(text):
            if found.start() > at:
                yield text[at : found.start()]
            yield self.piece(found.group())
            at = found.end()
        if at < len(text):
            yield text[at:]

    def has_jinja(self, text: str) -> bool:
        """Whether a tag stands in this part."""
        return self.token.search(text) is not None


class JinjaSource:
    """Collects a Jinja source and, line by line, where it came from."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line = 1
        self._places: dict[int, Place] = {}

    @property
    def text(self) -> str:
        """The source so far."""
        return "".join(self._parts)

    @property
    def places(self) -> dict[int, Place]:
        """For each line on which (a part of) a tag stands, its place."""
        return self._places

    def add_static(self, text: str) -> None:
        """Text that Jinja must not read as its own."""
        if text:
            self._add(_STATIC.sub('{{ "{" }}', text))

    def add_code(self, code: str) -> None:
        """Jinja of our own."""
        self._add(code)

    def add_piece(self, piece: Piece, call: str = "") -> None:
        """A tag; `call` names a function that a print's value goes through."""
        opening, rest = piece.text[:2], piece.text[2:]
        if call and piece.kind is Kind.PRINT:
            rest = f" {call}(({piece.text[2:-2]}\n)) }}}}"
        self._add(opening + "\n")
        for number in range(rest.count("\n") + 1):
            self._places[self._line + number] = (
                Place(piece.file, piece.line + number) if number else piece.place
            )
        self._add(rest)

    def add_html(self, parts: Iterable[str | Piece | Code], before: str = "") -> None:
        """A part of HTML: a value at the beginning of a link goes through `_url`, which lets no script in. A
        beginning is also what follows a value there, which may be empty, or another case's."""
        tail = before
        for part in parts:
            if isinstance(part, str):
                self.add_static(part)
                tail = part
            elif isinstance(part, Code):
                self.add_code(part.text)
            elif part.kind is Kind.PRINT and _URL_BEFORE.search(tail):
                self.add_piece(part, "_url")
            else:
                self.add_piece(part)

    def add_parts(self, parts: Iterable[str | Piece | Code], call: str = "") -> None:
        """Text and tags as they are."""
        for part in parts:
            if isinstance(part, str):
                self.add_static(part)
            elif isinstance(part, Code):
                self.add_code(part.text)
            else:
                self.add_piece(part, call)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._line += text.count("\n")
