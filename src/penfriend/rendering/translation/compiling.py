"""A catalog compiled (.mo, for other programs: Penfriend reads the .po itself), and all that is not right
with it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from penfriend.domain.problems import Place, Problem, quote
from penfriend.rendering.catalogs import read_catalog
from penfriend.rendering.findings import Problems
from penfriend.rendering.translation.po import Entry, PoFile, read_po

_MAGIC = 0x950412DE
_HEAD_BYTES = 28
_CONTEXT = "\x04"
"""Between a context and its text; between plural forms stands a NUL (GNU gettext, "The Format of GNU MO
Files")."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled catalog, and how much of it there is."""

    content: bytes
    texts: int
    translated: int
    fuzzy: int
    untranslated: int
    problems: tuple[Problem, ...]
    """Whatever keeps the catalog from being right, by place; a text that has no translation is one."""


def compile_catalog(path: str, text: str) -> Compiled:
    """Compiles the .po text at `path` below templates/."""
    problems = Problems()
    catalog = read_catalog(path, text, problems)
    made = read_po(f"templates/{path}", text, Problems()) or PoFile()
    entries = [entry for entry in made.entries if not entry.is_obsolete]
    fuzzy = untranslated = 0
    for entry in entries:
        place = Place(f"templates/{path}", entry.line)
        if entry.is_fuzzy:
            fuzzy += 1
            problems.warning(place, f"the translation of {quote(entry.text)} is fuzzy, so it is not used.")
        elif not any(entry.strings):
            untranslated += 1
            problems.warning(place, f"{quote(entry.text)} is not translated.")
    used = {*catalog.texts, *catalog.plurals}
    good = [entry for entry in entries if entry.key in used and not entry.is_fuzzy and entry.is_whole]
    content = _mo(made, good)
    found = tuple(sorted(problems.all))
    return Compiled(content, len(entries), len(good), fuzzy, untranslated, found)


def _mo(made: PoFile, entries: list[Entry]) -> bytes:
    """The file: a head, two tables of lengths and offsets, sorted by text, and the texts with a NUL behind
    each. Of a text that stands twice the first counts, as in letters."""
    texts = {"": made.said, **{_id(entry): "\0".join(entry.strings) for entry in reversed(entries)}}
    pairs = sorted((key.encode(), value.encode()) for key, value in texts.items())
    count = len(pairs)
    at = _HEAD_BYTES + 16 * count
    tables, body = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[column]), at + len(body)))
            body += pair[column] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, count, _HEAD_BYTES, _HEAD_BYTES + 8 * count, 0, at)
    return head + b"".join(tables) + body


def _id(entry: Entry) -> str:
    text = entry.text if entry.plural is None else f"{entry.text}\0{entry.plural}"
    return f"{entry.context}{_CONTEXT}{text}" if entry.context else text
