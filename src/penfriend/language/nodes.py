"""A YAML text as a tree of words with places: everything is text until a key says what it wants.

Read from the parser's events and not composed: the tree is built here without recursion, so that neither
depth nor aliases nor duplicate keys can do harm (`[` 5,000 times is a RecursionError in `compose`, 332
bytes of aliases can fill the memory).

Nodes are not frozen, though nobody changes them: a file of 1 MB has 100,000, and a frozen one takes longer
to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from penfriend.domain.problems import Place


@dataclass(slots=True, eq=False)
class Node:
    """A piece of the file. Line and column are counted from 1."""

    file: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.line, self.column)


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A word, a number, a line of text: always text here. An empty value, `~` and `null` without quotes are
    null."""

    text: str
    is_null: bool = False
    from_environment: bool = False
    """The text held a `${NAME}`."""


@dataclass(slots=True, eq=False)
class Sequence(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, eq=False)
class MappingNode(Node):
    """Keys with values, in the order of the file."""

    entries: Mapping[str, Entry]

    def value(self, key: str) -> Node | None:
        """The value of `key`, or None where the file does not give it."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


def is_null(node: Node) -> bool:
    """Whether nothing was written there."""
    return isinstance(node, Scalar) and node.is_null


def kind_of(node: Node) -> str:
    """What a person would call it: nothing, a mapping, a list or the word itself in quotes."""
    match node:
        case Scalar(is_null=True):
            return "nothing"
        case Sequence():
            return "a list"
        case MappingNode():
            return "a mapping"
        case _:
            return "a word"
