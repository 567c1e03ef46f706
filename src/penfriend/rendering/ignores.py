"""`lint.ignore: code - reason` in the head of a template: what it silences, and whether it still does.

In a letter it holds for everything that is found in the letter, in a layout or partial for what is found in
that file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from penfriend.domain.lint_codes import CODES
from penfriend.domain.problems import Place, Problem, did_you_mean
from penfriend.rendering.findings import Problems

_IGNORE = re.compile(r"(?P<code>[\w-]*?)(?:\s+[-–—]\s*(?P<reason>.*))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ignore:
    """One line of a head."""

    code: str
    place: Place


def read_ignore(text: str, place: Place, problems: Problems) -> Ignore | None:
    """What stands behind `lint.ignore:`, where it is right."""
    found = _IGNORE.fullmatch(text)
    code = found["code"] if found else text.partition(" ")[0]
    if code not in CODES:
        hint = did_you_mean(code, CODES)
        problems.error(place, f'lint.ignore: there is no code "{code}".{hint}', "bad-ignore")
    elif CODES[code].firm:
        problems.error(
            place, f'lint.ignore: "{code}" cannot be silenced; such a letter does not work.', "bad-ignore"
        )
    elif not found or not (found["reason"] or "").strip():
        problems.error(
            place, f"lint.ignore: the reason is missing; write {code} - why it is right here.", "bad-ignore"
        )
    else:
        return Ignore(code, place)
    return None


class Silence:
    """Applies the lines of all letters that are checked, and knows which of them were of use."""

    def __init__(self) -> None:
        self._seen: set[Ignore] = set()
        self._used: set[Ignore] = set()

    def keep(
        self, problems: Iterable[Problem], ignores: Sequence[Ignore], letter: str, *, whole: bool
    ) -> list[Problem]:
        """What is still to be told of one letter, whose file is `letter`. `whole` says that all of the letter
        was looked at, so that a line that silenced nothing may be idle."""
        self._seen.update(ignores if whole else ())
        self._used.update(() if whole else ignores)
        return self.left(problems, ignores, letter)

    def left(self, problems: Iterable[Problem], ignores: Sequence[Ignore], letter: str = "") -> list[Problem]:
        """What is not silenced; it says nothing of lines that silence none of these."""
        kept = []
        for problem in problems:
            silenced = [one for one in ignores if _applies(one, problem, letter)]
            self._used.update(silenced)
            if not silenced:
                kept.append(problem)
        return kept

    def tell_idle(self, problems: Problems) -> None:
        """Adds the lines that silenced nothing in any letter."""
        for one in self._seen - self._used:
            problems.warning(
                one.place, f'lint.ignore: there is no "{one.code}" to silence here.', "idle-ignore"
            )


def _applies(ignore: Ignore, problem: Problem, letter: str) -> bool:
    return ignore.code == problem.code and ignore.place.file in (letter, problem.place.file)
