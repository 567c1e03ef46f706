"""Names that a partial wants and that the letter does not set before it: told at the letter, where they are
missing, not at the partial, which is right."""

from __future__ import annotations

import re

from penfriend.domain.problems import Place
from penfriend.rendering.findings import Outline, Problems
from penfriend.rendering.inheritance import Sources
from penfriend.rendering.source import Kind

_SET = re.compile(r"set\s+(\w+)\b")
_FOLDER = "templates/"


class UnsetNames:
    """Of one letter."""

    def __init__(self, sources: Sources, outline: Outline, problems: Problems) -> None:
        self._sources, self._outline, self._problems = sources, outline, problems

    def tell(self, line: int, name: str) -> bool:
        """Add that the name is not set, where it is one that letters set for a partial; whether it is."""
        partial = self._outline.place(line).file.removeprefix(_FOLDER)
        letter = self._outline.file.removeprefix(_FOLDER)
        if partial == letter or not self._is_set_by_others(name, partial):
            return False
        text = f'"{partial}" wants "{name}", which is not set before; write {{% set {name} = ... %}} above.'
        self._problems.error(self._included(letter, partial), text, "unknown-name")
        return True

    def _is_set_by_others(self, name: str, partial: str) -> bool:
        return any(
            found is not None and found[1] == name
            for path in self._sources.paths
            if path.endswith(".mjml") and path != partial
            for piece in self._sources.read(path)[0].body
            if piece.kind is Kind.STATEMENT and piece.word == "set"
            for found in (_SET.match(piece.inner),)
        )

    def _included(self, letter: str, partial: str) -> Place:
        """Where the letter names the partial, or else its first line."""
        body = self._sources.read(letter)[0].body if letter in self._sources.paths else ()
        return next(
            (
                piece.place
                for piece in body
                if piece.word in ("include", "extends") and partial in piece.inner
            ),
            Place(f"{_FOLDER}{letter}"),
        )
