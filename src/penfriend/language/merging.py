"""Several files made one: their sections put together, each thing with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from penfriend.language.nodes import Entry, MappingNode, Node, Sequence, is_null, kind_of
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading

ONCE = frozenset({"brand", "policy", "retention", "results"})
"""Sections that one file alone can have."""

IN_EACH = frozenset({"version"})
"""What may stand in every file."""

_LISTS = frozenset({"tests"})
_LISTS_OR_ONE = frozenset({"dkim"})
"""Sections of which one entry needs no list."""
_OF_SECTIONS = frozenset({"data"})
"""Sections that hold sections."""


def merge(sections: Mapping[str, Entry], more: Mapping[str, Entry], reading: Reading) -> dict[str, Entry]:
    """The sections of another file put to those that are there. A name that is given twice is an error at
    the second place."""
    merged = dict(sections)
    for key, entry in more.items():
        first = merged.get(key)
        if first is None:
            merged[key] = entry
        elif key in ONCE:
            reading.error(entry.key, f"{quote(key)} is given already, at {first.key.place}.")
        elif key not in IN_EACH:
            merged[key] = replace(first, value=_put_together(key, first.value, entry.value, reading))
    return merged


def _put_together(section: str, one: Node, other: Node, reading: Reading) -> Node:
    """The value of a section out of two files."""
    if is_null(one) or is_null(other):
        return other if is_null(one) else one
    if section in _LISTS_OR_ONE:
        return Sequence(one.file, one.line, one.column, (*_items(one), *_items(other)))
    if section in _LISTS and isinstance(one, Sequence) and isinstance(other, Sequence):
        return replace(one, items=(*one.items, *other.items))
    if isinstance(one, MappingNode) and isinstance(other, MappingNode):
        return replace(one, entries=_entries(section, one, other, reading))
    if type(one) is not type(other):
        wrong = other if isinstance(one, MappingNode | Sequence) else one
        reading.error(wrong, f"{section} has another form here than at {one.place}: {kind_of(wrong)}.")
    return one


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _entries(section: str, one: MappingNode, other: MappingNode, reading: Reading) -> dict[str, Entry]:
    entries = dict(one.entries)
    for name, entry in other.entries.items():
        first = entries.get(name)
        if first is None:
            entries[name] = entry
        elif section in _OF_SECTIONS:
            inner = f"{section}.{name}"
            entries[name] = replace(first, value=_put_together(inner, first.value, entry.value, reading))
        else:
            reading.error(entry.key, f"{quote(name)} is given in {section} already, at {first.key.place}.")
    return entries
