"""Makes one run of pieces of a template: `{% extends %}`, `{% block %}` and `{% include %}` are resolved at
the source.

MJML is compiled once per template, so all of it has to be there before Jinja runs. That is why the names of
layouts and partials are written out and cannot be computed, and why what a partial sets is seen by what
follows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from jinja2 import Environment

from penfriend.domain.problems import Place, Problem, did_you_mean
from penfriend.rendering.findings import Problems
from penfriend.rendering.ignores import Ignore
from penfriend.rendering.source import Kind, Piece, Source, read_source
from penfriend.rendering.syntax import check_file

MAX_DEPTH = 20
"""Layouts and partials may be nested so deep."""
MAX_PIECES = 3_000
"""A letter with all its partials has at most so many tags and runs of text."""

_NAMED = re.compile(
    r"""(?:extends|include)\s+(?P<quote>["'])(?P<path>[^"']+)(?P=quote)\s*(?:with\s+context)?\s*\Z"""
)
_BLOCK = re.compile(r"block\s+(?P<name>\w+)(?:\s+(?:scoped|required))*\s*\Z")
_REFUSED = {
    "import": (
        "macros cannot be imported; write a partial and {% include %} it, with its values "
        "set before by {% set %}."
    ),
    "from": (
        "macros cannot be imported; write a partial and {% include %} it, with its values "
        "set before by {% set %}."
    ),
    "autoescape": "values are always escaped; {% autoescape %} is not available.",
}

Blocks = Mapping[str, tuple[tuple[Piece, ...], ...]]
"""What each block holds, the nearest to the letter first."""


class Sources:
    """The files of a revision, each read and its tags checked once."""

    def __init__(self, files: Mapping[str, str], env: Environment) -> None:
        self.paths = frozenset(files)
        self._files = files
        self._env = env
        self._read: dict[str, tuple[Source, tuple[Problem, ...]]] = {}

    def read(self, path: str) -> tuple[Source, tuple[Problem, ...]]:
        """The file, and what is wrong with it by itself."""
        if path not in self._read:
            problems = Problems()
            source = read_source(path, self._files[path], problems)
            check_file(source.body, self._env, problems)
            self._read[path] = (source, problems.all)
        return self._read[path]


class Flattener:
    """Resolves one template against the files below templates/."""

    def __init__(self, sources: Sources, problems: Problems) -> None:
        self._sources = sources
        self._problems = problems
        self.ignores: dict[Ignore, None] = {}
        """What the heads of the files that were read silence."""

    def source(self, path: str) -> Source:
        """The file at `path`."""
        source, problems = self._sources.read(path)
        self.ignores.update(dict.fromkeys(source.ignores))
        self._problems.add(problems)
        return source

    def flatten(self, path: str) -> tuple[Piece, ...]:
        """The body of the file with its layouts, blocks and partials in place."""
        pieces = self._resolve(path, {}, ())
        if len(pieces) > MAX_PIECES:
            self._problems.error(
                Place(f"templates/{path}"),
                f"with its partials it has more than {MAX_PIECES} parts.",
                "too-large",
            )
            return ()
        return pieces

    def _resolve(self, path: str, below: Blocks, trail: tuple[str, ...]) -> tuple[Piece, ...]:
        source, trail = self.source(path), (*trail, path)
        first = next(
            (piece for piece in source.body if piece.kind is not Kind.TEXT or piece.text.strip()), None
        )
        if first is None or first.word != "extends":
            return self._expand(source.body, below, trail)
        layout = self._named(first, trail)
        if layout is None:
            return ()
        rest = source.body[source.body.index(first) + 1 :]
        before, own = self._outside_and_blocks(rest)
        self._refuse_blocks_of_nobody(rest, self._blocks_of(layout, trail))
        blocks = {name: (*below.get(name, ()), *own.get(name, ())) for name in below.keys() | own.keys()}
        return (*self._expand(before, {}, trail), *self._resolve(layout, blocks, trail))

    def _named(self, piece: Piece, trail: tuple[str, ...]) -> str | None:
        """The path that an extends or include names, where it can be followed."""
        matched = _NAMED.match(piece.inner)
        if matched is None:
            self._problems.error(
                piece.place,
                f'{{% {piece.word} %}} needs the name of a file in quotes, such as "_partials/button.mjml".',
                "broken-include",
            )
            return None
        path = matched.group("path")
        if path in trail:
            self._problems.error(
                piece.place, f'"{path}" is part of itself: {" -> ".join((*trail, path))}.', "broken-include"
            )
        elif len(trail) >= MAX_DEPTH:
            self._problems.error(
                piece.place, f"layouts and partials are nested deeper than {MAX_DEPTH}.", "broken-include"
            )
        elif path not in self._sources.paths:
            hint = did_you_mean(path, self._sources.paths)
            self._problems.error(piece.place, f'there is no file "templates/{path}".{hint}', "broken-include")
        else:
            return path
        return None

    def _outside_and_blocks(
        self, pieces: Sequence[Piece]
    ) -> tuple[list[Piece], dict[str, tuple[tuple[Piece, ...], ...]]]:
        """Of a letter with a layout: the tags outside of blocks, and the blocks, those in other blocks
        included."""
        outside: list[Piece] = []
        blocks: dict[str, tuple[tuple[Piece, ...], ...]] = {}
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            if piece.word == "block":
                end = self._end_of_block(pieces, at)
                self._collect(pieces[at : end + 1], blocks)
                at = end
            elif piece.kind is Kind.STATEMENT:
                outside.append(piece)
            elif piece.kind is not Kind.TEXT or piece.text.strip():
                start = len(piece.text) - len(piece.text.lstrip())
                self._problems.error(
                    piece.place_of(start),
                    "this stands outside of every {% block %} and would not be shown.",
                    "broken-block",
                )
            at += 1
        return outside, blocks

    def _blocks_of(self, path: str, trail: tuple[str, ...]) -> dict[str, None]:
        """The names of the blocks that a layout has, with those of its own layouts."""
        body = self._sources.read(path)[0].body
        names = [_BLOCK.match(piece.inner) for piece in body if piece.word == "block"]
        found = dict.fromkeys(one.group("name") for one in names if one is not None)
        above = next((_NAMED.match(piece.inner) for piece in body if piece.word == "extends"), None)
        if above is not None and above.group("path") in self._sources.paths.difference((*trail, path)):
            found |= self._blocks_of(above.group("path"), (*trail, path))
        return found

    def _refuse_blocks_of_nobody(self, pieces: Sequence[Piece], known: Mapping[str, None]) -> None:
        """What stands in a block that no layout has is never shown."""
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            if piece.word == "block":
                name = self._block_name(piece)
                if name is not None and name not in known:
                    hint = did_you_mean(name, known) or f" It has: {', '.join(known) or 'none'}."
                    text = f'the layout has no block "{name}", so this would not be shown.{hint}'
                    self._problems.error(piece.place, text, "broken-block")
                at = self._end_of_block(pieces, at)
            at += 1

    def _collect(self, pieces: Sequence[Piece], blocks: dict[str, tuple[tuple[Piece, ...], ...]]) -> None:
        for at, piece in enumerate(pieces):
            name = self._block_name(piece) if piece.word == "block" else None
            if name is not None:
                inner = tuple(pieces[at + 1 : self._end_of_block(pieces, at)])
                if name in blocks:
                    self._problems.error(
                        piece.place, f'there are two blocks "{name}" in this file.', "broken-block"
                    )
                blocks.setdefault(name, (inner,))

    def _block_name(self, piece: Piece) -> str | None:
        matched = _BLOCK.match(piece.inner)
        if matched is None:
            self._problems.error(piece.place, "a block is opened by {% block NAME %}.", "broken-block")
            return None
        return matched.group("name")

    def _end_of_block(self, pieces: Sequence[Piece], start: int) -> int:
        depth = 0
        for at in range(start, len(pieces)):
            depth += {"block": 1, "endblock": -1}.get(pieces[at].word, 0)
            if depth == 0:
                return at
        self._problems.error(
            pieces[start].place, "{% block %} is not closed; {% endblock %} is missing.", "broken-block"
        )
        return len(pieces)

    def _expand(self, pieces: Sequence[Piece], blocks: Blocks, trail: tuple[str, ...]) -> tuple[Piece, ...]:
        """Puts blocks and partials in place."""
        done: list[Piece] = []
        at = 0
        while at < len(pieces) and len(done) <= MAX_PIECES:
            piece = pieces[at]
            if piece.word == "block" and piece.kind is Kind.STATEMENT:
                end = self._end_of_block(pieces, at)
                name = self._block_name(piece)
                chain = (*blocks.get(name or "", ()), tuple(pieces[at + 1 : end]))
                done += self._expand(self._with_super(chain), blocks, trail)
                at = end
            elif piece.word == "include":
                path = self._named(piece, trail)
                done += self._resolve(path, {}, trail) if path else ()
            elif self._is_kept(piece):
                done.append(piece)
            at += 1
        return tuple(done)

    def _with_super(self, chain: tuple[tuple[Piece, ...], ...]) -> tuple[Piece, ...]:
        """The nearest block, with `{{ super() }}` replaced by the one that it overrides."""
        held: list[Piece] = []
        for piece in chain[0]:
            if piece.kind is Kind.PRINT and piece.inner.replace(" ", "") == "super()":
                if len(chain) == 1:
                    self._problems.error(
                        piece.place, "super() has nothing above it: no layout has this block.", "broken-block"
                    )
                else:
                    held += self._with_super(chain[1:])
            else:
                held.append(piece)
        return tuple(held)

    def _is_kept(self, piece: Piece) -> bool:
        if piece.kind is not Kind.STATEMENT:
            return True
        if piece.word == "extends":
            self._problems.error(piece.place, "{% extends %} stands first in a file.", "broken-include")
        elif piece.word == "endblock":
            self._problems.error(piece.place, "{% endblock %} closes no {% block %}.", "broken-block")
        elif piece.word in _REFUSED:
            self._problems.error(piece.place, _REFUSED[piece.word], "jinja-syntax")
        else:
            return True
        return False
