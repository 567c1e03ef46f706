"""What Gmail, Apple Mail and Outlook do not know, among what letters use: `mail_support.json`, made by
tools/mail_support.py from the data of caniemail.com (MIT licence)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import resources

from penfriend.rendering.css import Declaration

_SHOWN = 2
_NICETIES = frozenset(
    {
        "animation",
        "border-radius",
        "box-shadow",
        "max-height",
        "max-width",
        "min-height",
        "min-width",
        "outline",
        "text-shadow",
        "transition",
    }
)
"""Where a value of these is not known the letter looks plainer and nothing is lost."""
_COLOURS = frozenset({"color", "background", "background-color"})
_FUNCTION = re.compile(r"([a-z][a-z-]*)\(")
_UNIT = re.compile(r"(?<![\w#.-])-?(?:\d+\.?\d*|\.\d+)([a-z]+)\b")
_QUOTED = re.compile(r"""url\([^)]*\)|"[^"]*"|'[^']*'""")


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    text = resources.files(__package__).joinpath("mail_support.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, list[str]]] = {
        kind: entries for kind, entries in json.loads(text).items() if isinstance(entries, dict)
    }
    return table


def fails_in(kind: str, name: str) -> str:
    """The programs that do not know it, in words; empty where all know it."""
    programs = _table().get(kind, {}).get(name, [])
    shown = ", ".join(programs[:_SHOWN])
    more = len(programs) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def css_faults(block: Sequence[Declaration]) -> Iterator[tuple[Declaration, str, str]]:
    """What of one block fails and leaves the letter broken: the declaration, what of it, and where. Nothing
    where an earlier declaration of the same thing says it more plainly."""
    said: set[str] = set()
    names = {one.name for one in block}
    for one in block:
        plain = "background" if one.name in ("background-color", "background-image") else one.name
        is_backed = one.name == "background-image" and not names.isdisjoint(
            {"background-color", "background"}
        )
        if plain not in said and one.name not in _NICETIES and not is_backed:
            for kind, name, shown in _met(one):
                where = fails_in(kind, name)
                if where:
                    yield one, shown, where
        said.add(plain)


def _met(one: Declaration) -> Iterator[tuple[str, str, str]]:
    """What a declaration uses: kind and name as in the table, and how it is shown."""
    value = _QUOTED.sub(" ", one.value.lower())
    yield "property", one.name, one.name
    word = f"{one.name}:{value.strip()}"
    yield "value", word, word
    for name in dict.fromkeys(_FUNCTION.findall(value)):
        if name != "rgba" or one.name in _COLOURS:
            yield "function", name, f"{name}()"
    for name in dict.fromkeys(_UNIT.findall(value)):
        yield "unit", name, f"the unit {name}"
