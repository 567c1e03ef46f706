"""Collects the problems of all files while they are read, so that a person sees them all at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from penfriend.domain.problems import Place, Problem, did_you_mean

_MOST_SUGGESTIONS = 100
_LONGEST_WORD = 60
_LARGEST_VOCABULARY = 1000


class Placed(Protocol):
    """Anything that knows where it stands in a file."""

    @property
    def place(self) -> Place:
        """Where it begins."""


class Report:
    """The problems found so far. The same problem at the same place is kept once."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._refused: set[Place] = set()
        self._suggestions = 0

    def error(self, at: Placed | Place, text: str) -> None:
        """Notes what keeps the files from taking effect."""
        self._add(at, text, warning=False)

    def refuse(self, place: Place, text: str) -> None:
        """Notes an error of a value as it is written: what it would be taken for is no further problem."""
        self._add(place, text, warning=False)
        self._refused.add(place)

    def warning(self, at: Placed | Place, text: str) -> None:
        """Notes what a person should know and what hinders nothing."""
        self._add(at, text, warning=True)

    def _add(self, at: Placed | Place, text: str, *, warning: bool) -> None:
        place = at if isinstance(at, Place) else at.place
        if place in self._refused:
            return
        self._problems[Problem(place, text, "warning" if warning else "error")] = None

    def suggest(self, word: str, known: Collection[str]) -> str:
        """` Did you mean "send"?` or nothing.

        Comparing words costs their lengths multiplied: a file with a hundred mistakes gets no more guesses,
        so that a megabyte of nonsense is answered as quickly as a megabyte of sense.
        """
        if self._suggestions >= _MOST_SUGGESTIONS or len(word) > _LONGEST_WORD:
            return ""
        if len(known) > _LARGEST_VOCABULARY:
            return ""
        self._suggestions += 1
        return did_you_mean(word, sorted(set(known)))

    @property
    def count(self) -> int:
        """How many problems there are so far."""
        return len(self._problems)

    @property
    def has_errors(self) -> bool:
        """Whether anything keeps the files from taking effect."""
        return any(problem.level == "error" for problem in self._problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them, in the order of the file."""
        return tuple(sorted(self._problems))
