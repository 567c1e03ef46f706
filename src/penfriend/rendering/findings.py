"""What is found wrong with templates, and how it travels: gathered, with a place each, told all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import nodes

from penfriend.domain.errors import RenderFailed
from penfriend.domain.lint_codes import CODES
from penfriend.domain.problems import Place, Problem


class Problems:
    """Gathers what is wrong, each thing once, so that all of it can be told together. Each has a code of
    `penfriend.domain.lint_codes`; `code` is that of those that bring none."""

    def __init__(self, code: str = "") -> None:
        self.code = code
        self._found: dict[Problem, None] = {}

    def error(self, place: Place, text: str, code: str = "") -> None:
        """Something that must be put right."""
        self._found[Problem(place, text, "error", code or self.code)] = None

    def warning(self, place: Place, text: str, code: str = "") -> None:
        """Something that a person should look at."""
        self._found[Problem(place, text, "warning", code or self.code)] = None

    def find(self, code: str, place: Place, text: str) -> None:
        """Something of the level that its code has."""
        self._found[Problem(place, text, CODES[code].level, code)] = None

    def add(self, problems: Sequence[Problem]) -> None:
        """Problems that somebody else found."""
        self._found.update(dict.fromkeys(problems))

    @property
    def all(self) -> tuple[Problem, ...]:
        """What was found, in the order in which it was found."""
        return tuple(self._found)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be put right."""
        return tuple(problem for problem in self._found if problem.level == "error")


@dataclass(frozen=True, slots=True)
class Outline:
    """A parsed Jinja source, and the place of each of its lines."""

    tree: nodes.Template
    places: Mapping[int, Place]
    file: str

    def place(self, line: int | None) -> Place:
        """Where a line came from; the nearest tag before it."""
        known = [number for number in self.places if line is not None and number <= line]
        return self.places[max(known)] if known else Place(self.file)


class LetterFailed(RenderFailed):
    """A letter could not be made for this person; knows where in the template that came up."""

    def __init__(self, place: Place, text: str) -> None:
        self.place = place
        self.text = text
        super().__init__(f"{place}: {text}")


class TemplateBroken(Exception):
    """A template cannot be compiled; carries every problem that was found, and what could be parsed all the
    same."""

    def __init__(self, problems: tuple[Problem, ...], outlines: tuple[Outline, ...] = ()) -> None:
        self.problems = problems
        self.outlines = outlines
        super().__init__("\n".join(map(str, problems)))
