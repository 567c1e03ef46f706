"""Every text of the templates that catalogs translate, with its place: what the functions `_`, `gettext`,
`ngettext`, `pgettext`, `npgettext` and `{% trans %}` are given as written, and the head's texts as a whole.

What is found is what a letter looks up when it is made, because both parse with the same syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from babel import Locale
from jinja2 import Environment, TemplateSyntaxError, nodes

from penfriend.domain.problems import Place, Problem
from penfriend.domain.written import WrittenText
from penfriend.rendering.catalogs import Translations
from penfriend.rendering.environment import LetterEnvironment
from penfriend.rendering.formats import Formats
from penfriend.rendering.inheritance import Sources
from penfriend.rendering.parsed import every_node
from penfriend.rendering.source import Kind, Piece, Source
from penfriend.rendering.syntax import alone

TEMPLATES = (".mjml", ".txt")
Notes = Mapping[int, str]
"""By line, what the author of a text on it wants translators to know."""
_NO_NOTES: Notes = {}
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "_": ("text",),
    "gettext": ("text",),
    "ngettext": ("text", "plural"),
    "pgettext": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
"""What the first arguments of each function are."""
_FILTERS = frozenset({"_", "gettext", "ngettext"})
_MENTIONS = re.compile(r"trans|gettext|(?<!\w)_(?!\w)")
_NOTE = re.compile(
    r"\{#-?\s*TRANSLATORS:\s*(?P<tag>(?:[^#]|#(?!\}))*?)\s*-?#\}"
    r"|(?<!\S)\#[ \t]*TRANSLATORS:[ \t]*(?P<line>[^\n]*)"
)


def gather(files: Mapping[str, str]) -> tuple[list[WrittenText], tuple[Problem, ...]]:
    """The texts of all templates by place, and what is wrong with a template: such a one lacks texts.
    `files` is path below templates/ to text."""
    syntax = LetterEnvironment(Translations([]), Formats(Locale("en"), "EUR"), escape=True, codes={})
    sources = Sources(files, syntax)
    texts: list[WrittenText] = []
    problems: list[Problem] = []
    for path in sorted(path for path in files if path.endswith(TEMPLATES)):
        source, wrong = sources.read(path)
        problems += [problem for problem in wrong if problem.level == "error"]
        notes = notes_of(files[path])
        texts += head_texts(source, path, notes)
        texts += texts_of(source.body, notes)
    return sorted(texts, key=lambda one: one.place), tuple(problems)


def variant_of(path: str) -> str | None:
    """The locale that a file is written for: `ar` of welcome/hello.ar.mjml; None for the common one."""
    parts = path.rpartition("/")[2].split(".")
    return parts[1] if len(parts) == 3 else None


def head_texts(source: Source, path: str, notes: Notes = _NO_NOTES) -> Iterator[WrittenText]:
    """The head's texts: as a whole where words stand outside of its tags, and what the tags translate. What
    a variant says is in its reader's language already."""
    for key, (text, line, column) in source.raw_head.items():
        pieces = source.head[key]
        if variant_of(path) is None and any(_has_words(piece) for piece in pieces):
            yield WrittenText(Place(source.file, line, column), text, note=notes.get(line, ""))
        yield from texts_of(pieces, notes)


def _has_words(piece: Piece) -> bool:
    return piece.kind is Kind.TEXT and any(character.isalpha() for character in piece.text)


def texts_of(pieces: Iterable[Piece], notes: Notes = _NO_NOTES) -> list[WrittenText]:
    """What the tags among the pieces translate."""
    return [
        text if not notes else replace(text, note=notes.get(text.place.line) or notes.get(piece.line, ""))
        for piece in pieces
        if piece.kind is not Kind.TEXT and _MENTIONS.search(piece.text)
        for text in _texts_of_piece(piece)
    ]


def _texts_of_piece(piece: Piece) -> list[WrittenText]:
    try:
        tree = _parser().parse(alone(piece))
    except (TemplateSyntaxError, RecursionError):  # told by `check_file`; the tag says nothing to anybody
        return []
    found = (_text(node, piece) for node in every_node(tree))
    return sorted((text for text in found if text is not None), key=lambda one: (one.place, one.text))


@cache
def _parser() -> Environment:
    """Only for its syntax, which is that of letters: a percent sign in `{% trans %}` is doubled."""
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True, cache_size=0)
    env.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension's own
    return env


def _text(node: nodes.Node, piece: Piece) -> WrittenText | None:
    """The text of one call or filter, where it is written out."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        name, given = node.node.name, list(node.args)
    elif isinstance(node, nodes.Filter) and node.name in _FILTERS and node.node is not None:
        name, given = node.name, [node.node, *node.args]
    else:
        return None
    wanted = _ARGUMENTS.get(name, ())
    said = {
        what: one.value
        for what, one in zip(wanted, given, strict=False)
        if isinstance(one, nodes.Const) and isinstance(one.value, str)
    }
    if not wanted or len(said) < len(wanted) or not said["text"]:
        return None
    place = _place(piece, said["text"], node.lineno)
    return WrittenText(place, said["text"], said.get("plural"), said.get("context", ""))


def _place(piece: Piece, text: str, line: int) -> Place:
    """Where the text stands in its tag: there is no column in what Jinja parses."""
    start = 0
    for _ in range(line - 1):
        start = piece.text.find("\n", start) + 1
    found = [piece.text.find(f"{quote}{text}{quote}", start) for quote in ('"', "'")]
    return piece.place_of(min((at for at in found if at >= 0), default=start))


def notes_of(text: str) -> dict[int, str]:
    """What is said to translators, by the line of the text that it is about: `{# TRANSLATORS: ... #}` in a
    template, `# TRANSLATORS: ...` in a head and in YAML, on the same line or on one of its own before."""
    notes = {}
    for found in _NOTE.finditer(text) if "TRANSLATORS:" in text else ():
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        behind = text[found.end() :].partition("\n")[0]
        line = text.count("\n", 0, found.end()) + 1
        if before.strip():
            line = text.count("\n", 0, found.start()) + 1
        elif not behind.strip():
            line += 1
        notes[line] = " ".join((found["tag"] or found["line"] or "").split())
    return notes
