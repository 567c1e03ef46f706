"""The YAML parser's complaints, in words that help somebody who writes campaigns."""

from __future__ import annotations

import re

import yaml

from penfriend.domain.problems import Place

_PLAIN: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        (
            "a second colon, or a line that is indented further than it should be. Text with a colon stands"
            " in quotes."
        ),
    ),
    (
        "did not find expected ',' or '}'",
        (
            "inside { } an entry ends with a comma, and the whole with }. What holds a ?, a comma or ${NAME}"
            " stands in quotes there."
        ),
    ),
    ("did not find expected ',' or ']'", "inside [ ] an entry ends with a comma, and the whole with ]."),
    ("found unexpected end of stream", "a quote is opened and never closed."),
    (
        "did not find expected '-' indicator",
        "a list and keys are mixed. Each line of this list begins with - at the same indentation.",
    ),
    (
        "did not find expected key",
        (
            "a key, such as name:, was expected here. Lines of one block begin at the same column; text after"
            " a closing quote is not allowed."
        ),
    ),
    (
        "could not find expected ':'",
        "a colon is missing: this line is no key with a value, and the one before it is not finished.",
    ),
    (
        "found unknown escape character",
        "a backslash between double quotes begins an escape. Write \\\\, or use single quotes.",
    ),
    (
        "block sequence entries are not allowed",
        "a list that begins on the line of its key stands in [ ]; or begin it on the next line.",
    ),
    (
        "found incompatible yaml document",
        "the language is YAML 1.1 or 1.2 without a %YAML line of another version.",
    ),
    ("tag", "tags are not part of the language. Text that begins with ! stands in quotes."),
    ("did not find expected node content", "a value was expected here."),
    (
        "did not find expected <document start>",
        "the file goes on behind its end. Each line is a key with a value, or belongs to one.",
    ),
)


_CONFLICT = re.compile(r"(?:<{7}|>{7}|={7})(?:\s|$)")
_CLOSING = {"]": "[", "}": "{"}

Quoted = yaml.ScalarEvent
"""A text in quotes."""


def in_plain_words(
    error: yaml.YAMLError, file: str, text: str, quoted: Quoted | None = None
) -> tuple[Place, str]:
    """The place and the sentence for an error of the parser; `quoted` is the last text in quotes before."""
    lines = text.splitlines() or [""]
    conflict = next((number for number, line in enumerate(lines, 1) if _CONFLICT.match(line)), None)
    if conflict is not None:
        return Place(file, conflict), "this line was left by a merge of two versions. Choose one of them."
    opened = _place_of(getattr(error, "context_mark", None), file, lines)
    place = _place_of(getattr(error, "problem_mark", None), file, lines) or opened or Place(file)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    context = str(getattr(error, "context", None) or "")
    if "unexpected end of stream" in problem and opened is not None:
        place = opened  # the quote that was opened, not the end of the file
    return (
        _mark_of_yaml(place, opened, problem, context, lines)
        or _badly_laid_out(place, problem, lines, quoted)
        or (place, _plain(problem, place, opened))
    )


def _plain(problem: str, place: Place, opened: Place | None) -> str:
    sentence = next(
        (plain for part, plain in _PLAIN if part in problem.lower()), f"this is not YAML: {problem}."
    )
    if sentence.startswith("inside ") and opened is not None and opened.line < place.line:
        sentence += f" It began on line {opened.line}."
    return sentence


def _mark_of_yaml(
    place: Place, opened: Place | None, problem: str, context: str, lines: list[str]
) -> tuple[Place, str] | None:
    """A character that means something to YAML, where text was meant."""
    found = lines[place.line - 1][place.column - 1 : place.column]
    if found == "\t" or "tab character" in problem:
        return place, "a tab. Indent with spaces."
    if "cannot start any token" in problem:
        return place, f'a value that begins with {found} stands in quotes: "{found}..."'
    if ("anchor" in context or "alias" in context) and opened is not None:
        return opened, "a value that begins with * or & stands in quotes."
    if "directive" in context:
        line = Place(place.file, place.line)
        return line, "a line that begins with % is none of the language. Text stands in quotes."
    return None


def _badly_laid_out(
    place: Place, problem: str, lines: list[str], quoted: Quoted | None
) -> tuple[Place, str] | None:
    """Quotes, brackets, colons or indentation that do not belong where they stand."""
    if "did not find expected key" in problem:
        found = lines[place.line - 1][place.column - 1 : place.column]
        return _behind_quotes(place, lines, quoted) or _closes_nothing(place, found)
    if "mapping values are not allowed" in problem:
        return _key_inside_text(place, lines)
    return None


def _behind_quotes(place: Place, lines: list[str], quoted: Quoted | None) -> tuple[Place, str] | None:
    """What stands directly behind a text in quotes: the quotes were closed too early, or too late."""
    if quoted is None or quoted.start_mark is None or quoted.end_mark is None:
        return None
    start, end = quoted.start_mark, quoted.end_mark
    if end.line + 1 != place.line or lines[end.line][end.column : place.column - 1].strip():
        return None
    if end.line > start.line:
        closed = f"the next one that could close it stands on line {end.line + 1}."
        opened = Place(place.file, start.line + 1, start.column + 1)
        return opened, f"a quote is opened here, and {closed}"
    return place, (
        "the quotes before this are closed already. Inside '...' an apostrophe is written twice, inside"
        ' "..." a quote has a backslash before it.'
    )


def _closes_nothing(place: Place, found: str) -> tuple[Place, str] | None:
    return (
        (place, f"this {found} closes nothing: no {_CLOSING[found]} is open.") if found in _CLOSING else None
    )


def _key_inside_text(place: Place, lines: list[str]) -> tuple[Place, str] | None:
    """A line with a key that the parser takes for the rest of the text before it: that one lacks its colon,
    or this one stands too far to the right."""
    line = lines[place.line - 1]
    indent = len(line) - len(line.lstrip())
    before = next(
        (n for n in range(place.line - 1, 0, -1) if lines[n - 1].strip() and lines[n - 1].strip()[0] != "#"),
        None,
    )
    if before is None or ": " in line[: place.column - 1]:
        return None
    above = lines[before - 1]
    above_indent = len(above) - len(above.lstrip())
    if indent > above_indent:
        return Place(place.file, place.line, indent + 1), (
            "this line is indented further than the one above it, which has a value already."
        )
    if re.search(r":(?:\s|$)", above):
        return None
    what = "no colon with a space behind it" if ":" in above else "no colon"
    return Place(
        place.file, before, above_indent + 1
    ), f"this line has {what}. A key is written such as name: value."


def _place_of(mark: yaml.Mark | None, file: str, lines: list[str]) -> Place | None:
    """The place of a mark; one behind the end of the file is the end of its last line."""
    if mark is None:
        return None
    if mark.line >= len(lines):
        return Place(file, len(lines), len(lines[-1]) + 1)
    return Place(file, mark.line + 1, mark.column + 1)
