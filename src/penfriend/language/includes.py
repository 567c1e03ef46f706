"""`include: [campaigns/*.yaml]`: which further files the first one names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

import yaml

from penfriend.language.nodes import Entry
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.shapes import INCLUDE
from penfriend.language.tree import LOADER
from penfriend.language.words import WordError

MAX_FILES = 500
"""More than so many are a pattern that takes in what nobody meant."""

_KEY = re.compile(r"""^["']?include["']?\s*:""", re.MULTILINE)


def patterns_of(text: str) -> tuple[str, ...]:
    """The patterns that a first file names, without the rest of it being read; what is wrong with them is for
    `load` to say. Never raises."""
    if not _KEY.search(text):
        return ()
    try:
        return tuple(pattern for pattern in _walk(text) if _is_pattern(pattern))
    except yaml.YAMLError:
        return ()


def _walk(text: str) -> Iterable[str]:
    """The texts of the value of the key `include` of the file, which is read no further than that."""
    depth, key, inside = 0, True, False
    for event in yaml.parse(text.removeprefix("\ufeff"), Loader=LOADER):
        if isinstance(event, yaml.ScalarEvent):
            if inside:
                yield event.value
            elif depth == 1 and key:
                inside = event.value == "include"
                key = False
                continue
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if (
            depth == 1
            and not key
            and isinstance(event, yaml.ScalarEvent | yaml.CollectionEndEvent | yaml.AliasEvent)
        ):
            if inside:
                return
            key = True


def _is_pattern(text: str) -> bool:
    try:
        INCLUDE.parse(text)
    except WordError:
        return False
    return True


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern names a path: `*` stands for any name, `**` for any folders."""
    return _match(pattern.split("/"), path.split("/"))


def _match(pattern: list[str], path: list[str]) -> bool:
    if not pattern or not path:
        return pattern == path
    if pattern[0] == "**":
        return _match(pattern[1:], path) or _match(pattern, path[1:])
    return fnmatchcase(path[0], pattern[0]) and _match(pattern[1:], path[1:])


def read_include(entry: Entry | None, files: Iterable[str], first: str, reading: Reading) -> list[str]:
    """The further files, in the order of their names; a pattern that names none of `files` is an error."""
    if entry is None:
        return []
    others = sorted(set(files) - {first})
    found: dict[str, None] = {}
    for node in reading.items(entry.value, '"include"', or_one=True):
        pattern = reading.value(node, INCLUDE, '"include"')
        if pattern is None:
            continue
        named = [path for path in others if matches(pattern, path)]
        if not named:
            reading.error(node, f"{quote(pattern)} names no file that is there.")
        found.update(dict.fromkeys(named))
    if len(found) > MAX_FILES:
        reading.error(entry.key, f"these are {len(found)} files; at most {MAX_FILES} can be included.")
    return sorted(found)
