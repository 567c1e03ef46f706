"""The head of a template file: subject and preview, and what the lint is to let pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from penfriend.domain.problems import Place, did_you_mean
from penfriend.rendering.findings import Problems
from penfriend.rendering.ignores import Ignore, read_ignore

IGNORE = "lint.ignore"
"""May stand in a head several times."""
TEXT_KEYS = ("subject", "preview")
HEAD_KEYS = (*TEXT_KEYS, IGNORE)
_KEYS = "a key is subject, preview or lint.ignore."
_KEY = re.compile(r"([A-Za-z_.][\w.-]*)[ \t]*:[ \t]*")

Written = tuple[str, int, int]
"""A text as it is written, its line and column."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a head says."""

    texts: dict[str, Written]
    """By key; the text is what a catalog translates."""
    ignores: tuple[Ignore, ...]


def read_head(file: str, head: str, problems: Problems) -> Head:
    """`key: text` line by line; an indented line goes on with the text above it. The text may stand in
    quotes."""
    texts: dict[str, Written] = {}
    ignores: list[Ignore] = []
    for key, (text, line, column) in _entries(file, head, problems):
        if key == IGNORE:
            found = read_ignore(text, Place(file, line, column), problems)
            ignores += [] if found is None else [found]
        elif key in texts:
            problems.error(Place(file, line), f'duplicate key "{key}" in the head.', "broken-head")
        else:
            texts[key] = _unquoted(text, line, column)
    return Head(texts, tuple(ignores))


def _entries(file: str, head: str, problems: Problems) -> Iterator[tuple[str, Written]]:
    """Each known key with its text, the lines that go on with it included."""
    key, written = "", ("", 0, 0)
    for number, line in enumerate(head.split("\n"), start=2):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in " \t" and key:
            text, first, column = written
            written = (f"{text} {line.strip()}", first, column)
            continue
        if key:
            yield key, written
        key, column = _key(file, line, number, problems)
        written = (line[column - 1 :].rstrip(), number, column)
    if key:
        yield key, written


def _key(file: str, line: str, number: int, problems: Problems) -> tuple[str, int]:
    """The known key that a line begins with, or an empty one, and the column of what stands behind it."""
    matched = _KEY.match(line)
    if matched is None:
        problems.error(Place(file, number), f'a line of the head reads "key: text"; {_KEYS}', "broken-head")
        return "", 1
    word = matched.group(1)
    if word in HEAD_KEYS:
        return word, matched.end() + 1
    hint = did_you_mean(word, HEAD_KEYS)
    problems.error(
        Place(file, number), f'unknown key "{word}" in the head.{hint} {_KEYS.capitalize()}', "broken-head"
    )
    return "", 1


def _unquoted(text: str, line: int, column: int) -> Written:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]
    return (text[1:-1], line, column + 1) if quoted else (text, line, column)
