"""Reads style sheets and style attributes, as far as letters need: rules with their selectors and media, and
declarations with their place. What cannot be read is passed over, as mail programs do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_MARK = re.compile(r"""[{}();]|"[^"]*"|'[^']*'""")
_IMPORTANT = re.compile(r"!\s*important\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`; `at` is its offset in the text."""

    name: str
    value: str
    at: int
    important: bool = False


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A rule of a style sheet. `within` are the at-rules around it, the outermost first: `@media ...`."""

    selectors: tuple[str, ...]
    declarations: tuple[Declaration, ...]
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A style sheet: its rules, and its at-rules without a block (`@import`), with the offset of each."""

    rules: tuple[StyleRule, ...]
    statements: tuple[tuple[str, int], ...]


def _blank(text: str) -> str:
    """The text with its comments blanked out, every character in its place."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def declarations(text: str, offset: int = 0) -> tuple[Declaration, ...]:
    """The declarations of a style attribute or of a rule's block; `offset` is where the text begins."""
    return tuple(_declarations(_blank(text), offset))


def _declarations(text: str, offset: int) -> Iterator[Declaration]:
    start = 0
    for end in _ends(text):
        name, colon, value = text[start:end].partition(":")
        written = name.strip()
        if colon and written:
            at = offset + start + len(name) - len(name.lstrip())
            plain = _IMPORTANT.sub("", value)
            yield Declaration(written.lower(), plain.strip(), at, important=plain != value)
        start = end + 1


def _ends(text: str) -> Iterator[int]:
    """Where declarations end: at semicolons outside of brackets and quotes, and at the end."""
    depth = 0
    for found in _MARK.finditer(text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == ";" and depth <= 0:
            yield found.start()
    yield len(text)


def read_sheet(text: str, offset: int = 0) -> Sheet:
    """The rules of a style sheet, those within @media and the like too."""
    text = _blank(text)
    rules: list[StyleRule] = []
    statements: list[tuple[str, int]] = []
    within: list[str] = []
    start, opened = 0, ""
    for found in _MARK.finditer(text):
        mark, run = found[0], text[start : found.start()]
        if mark == "{":
            opened = " ".join(run.split())
            if opened.startswith("@") and not opened.startswith(("@font-face", "@page")):
                within.append(opened)
                opened = ""
            start = found.end()
        elif mark == "}":
            if opened:
                selectors = tuple(one.strip() for one in opened.split(",") if one.strip())
                rules.append(StyleRule(selectors, tuple(_declarations(run, offset + start)), tuple(within)))
                opened = ""
            elif within:
                within.pop()
            start = found.end()
        elif mark == ";" and not opened:
            if run.strip().startswith("@"):
                statements.append((" ".join(run.split()), offset + start + len(run) - len(run.lstrip())))
            start = found.end()
    return Sheet(tuple(rules), tuple(statements))
