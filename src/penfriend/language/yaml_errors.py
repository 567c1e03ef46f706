"""The YAML parser's complaints, in words that help somebody who writes campaigns."""

from __future__ import annotations

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
    ("did not find expected node content", "a value was expected here."),
    (
        "did not find expected <document start>",
        "the file goes on behind its end. Each line is a key with a value, or belongs to one.",
    ),
)


def in_plain_words(error: yaml.YAMLError, file: str, text: str) -> tuple[Place, str]:
    """The place and the sentence for an error of the parser."""
    lines = text.splitlines() or [""]
    opened = _place_of(getattr(error, "context_mark", None), file, lines)
    place = _place_of(getattr(error, "problem_mark", None), file, lines) or opened or Place(file)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    if "unexpected end of stream" in problem and opened is not None:
        place = opened  # the quote that was opened, not the end of the file
    found = lines[place.line - 1][place.column - 1 : place.column]
    if found == "\t" or "tab character" in problem:
        return place, "a tab. Indent with spaces."
    if "cannot start any token" in problem:
        return place, f'a value that begins with {found} stands in quotes: "{found}..."'
    sentence = next(
        (plain for part, plain in _PLAIN if part in problem.lower()), f"this is not YAML: {problem}."
    )
    if sentence.startswith("inside ") and opened is not None and opened.line < place.line:
        sentence += f" It began on line {opened.line}."
    return place, sentence


def _place_of(mark: yaml.Mark | None, file: str, lines: list[str]) -> Place | None:
    """The place of a mark; one behind the end of the file is the end of its last line."""
    if mark is None:
        return None
    if mark.line >= len(lines):
        return Place(file, len(lines), len(lines[-1]) + 1)
    return Place(file, mark.line + 1, mark.column + 1)
