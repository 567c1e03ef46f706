"""Builds the tree of nodes from the events of the YAML parser, with the limits that a file has to keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from penfriend.domain.problems import Place
from penfriend.language.files import forbidden_in
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar, Sequence
from penfriend.language.quoting import quote
from penfriend.language.report import Report
from penfriend.language.yaml_errors import Quoted, in_plain_words

MAX_DEPTH = 60
MAX_ALIASES = 100
MAX_ALIASED_NODES = 10_000
"""All that the aliases of a file stand for, counted as if it were written out."""

LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml is ten times as fast; PyYAML can be built without it
_YAML_TAG = "tag:yaml.org,2002:"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_VARIABLE = re.compile(r"\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{[^}\n]*\}?")
_MERGE = "<<"


class _UnreadableError(Exception):
    """The rest of the file cannot be read."""


class _Open:
    """A mapping or list whose end has not come yet."""

    __slots__ = ("anchor", "column", "deepest", "entries", "extra", "items", "key", "line", "merged")

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        mark = event.start_mark
        self.line, self.column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        self.anchor = event.anchor
        self.items: list[Node] | None = [] if type(event) is yaml.SequenceStartEvent else None
        """None in a mapping."""
        self.entries: dict[str, Entry] = {}
        self.merged: tuple[MappingNode, ...] = ()
        self.key: Node | None = None
        self.extra = 0
        """How many nodes stand in the mappings and lists that it holds."""
        self.deepest = 0
        """How deep the deepest of those goes."""

    def close(self, file: str) -> MappingNode | Sequence:
        """The whole node."""
        if self.items is not None:
            return Sequence(file, self.line, self.column, tuple(self.items))
        for merged in self.merged:
            self.entries = {**merged.entries, **self.entries}
        return MappingNode(file, self.line, self.column, self.entries)

    @property
    def size(self) -> int:
        """How many nodes it comes to with itself and keys."""
        return 1 + self.extra + (2 * len(self.entries) if self.items is None else len(self.items))

    @property
    def height(self) -> int:
        """How deep it goes: 1 where it holds nothing."""
        return 1 + (self.deepest or bool(self.entries or self.items))


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for: the node, how many nodes it holds, how deep it goes."""

    node: Node
    size: int
    height: int


def read_tree(text: str, file: str, environment: Mapping[str, str], report: Report) -> Node | None:
    """The tree of a file, or None where it cannot be read; every problem is in the report. Never raises for a
    bad text."""
    builder = _Builder(file, environment, report)
    takers = builder.takers
    try:
        for event in _events(text):
            take = takers.get(type(event))
            if take is not None:
                take(event)
    except _UnreadableError:
        return None
    except yaml.YAMLError as error:
        report.error(*in_plain_words(error, file, text, builder.quoted))
        return None
    if builder.root is None or _is_empty(builder.root):
        report.error(
            Place(file), "the file is empty. It needs sections such as brand, topics, segments and campaigns."
        )
        return None
    return builder.root


def _events(text: str) -> Iterator[yaml.Event]:
    """The events of the parser; there are 175,000 in a file of 1 MB, and `yaml.parse` asks twice for each."""
    return iter(LOADER(text).get_event, None)


def _is_empty(root: Node) -> bool:
    return (isinstance(root, Scalar) and root.is_null) or (isinstance(root, MappingNode) and not root.entries)


class _Builder:
    """Takes the events one by one."""

    def __init__(self, file: str, environment: Mapping[str, str], report: Report) -> None:
        self.root: Node | None = None
        self.quoted: Quoted | None = None
        """The last text in quotes."""
        self._file = file
        self._environment = environment
        self._report = report
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._documents = 0
        self._aliases = 0
        self._aliased_nodes = 0
        self.takers: Mapping[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._take_scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._begin_document,
        }
        """Who takes which kind of event (a mapping of types cannot say that it is this kind: hence Any).
        Raises _UnreadableError where the rest makes no sense."""

    def _begin_document(self, event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "a second document begins here. A file holds one; take out the ---.")

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        if event.tag is not None:
            self._refuse_tag(event, event.tag)
        node = self._scalar(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 1)
        self._add(node)

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self._file) if mark is None else Place(self._file, mark.line + 1, mark.column + 1)

    def _stop(self, event: yaml.Event, text: str) -> None:
        self._report.error(self._place(event), text)
        raise _UnreadableError

    def _refuse_tag(self, event: yaml.Event, tag: str) -> None:
        written = quote(tag.replace(_YAML_TAG, "!!"))
        self._report.refuse(self._place(event), f"tags such as {written} are not part of the language.")

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        mark, text = event.start_mark, event.value
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        if not event.style:
            if text in _NULLS:
                return Scalar(self._file, line, column, text, is_null=True)
        elif event.style in ("'", '"'):
            self.quoted = event
            if event.style == '"':
                self._refuse_characters(event, text, "here, nor as an escape")
        if "${" not in text:
            return Scalar(self._file, line, column, text)
        filled = _VARIABLE.sub(lambda found: self._value_of(found, event), text)
        return Scalar(self._file, line, column, filled, from_environment=True)

    def _value_of(self, found: re.Match[str], event: yaml.ScalarEvent) -> str:
        """What stands for a `${NAME}`."""
        if found[1]:
            return found[1]
        name = found[2]
        if name is None:
            rule = "a name has letters, digits and _. For the text itself write $${."
            self._report.refuse(self._place(event), f"{quote(found[0])} is no ${{NAME}}: {rule}")
            return ""
        if name not in self._environment:
            self._report.refuse(self._place(event), f"the environment variable {name} is not set.")
        value = self._environment.get(name, "")
        self._refuse_characters(event, value, f"in the environment variable {name}")
        return value

    def _refuse_characters(self, event: yaml.ScalarEvent, text: str, where: str) -> None:
        """No database takes a NUL, and no terminal should be told a control character."""
        name = forbidden_in(text)
        if name is not None:
            self._report.refuse(self._place(event), f"the character {name} cannot stand {where}.")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            self._refuse_tag(event, event.tag)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(event, f"this is nested too deeply: at most {MAX_DEPTH} levels.")
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # until its end comes: an alias to it would never end
        self._stack.append(_Open(event))

    def _close(self, _event: yaml.Event) -> None:
        done = self._stack.pop()
        node, size, height = done.close(self._file), done.size, done.height
        if done.anchor is not None:
            self._anchors[done.anchor] = _Anchored(node, size, height)
        self._add_large(node, size, height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if name not in self._anchors:
            self._stop(event, f"the alias {quote('*' + name)} has no anchor {quote('&' + name)} above it.")
        anchored = self._anchors[name]
        if anchored is None:
            self._stop(event, f"the alias {quote('*' + name)} stands inside what it refers to.")
            return
        self._aliases += 1
        self._aliased_nodes += anchored.size
        if self._aliases > MAX_ALIASES or self._aliased_nodes > MAX_ALIASED_NODES:
            self._stop(
                event,
                f"too many aliases: at most {MAX_ALIASES} in a file, standing for at most {MAX_ALIASED_NODES}"
                " values.",
            )
        if len(self._stack) + anchored.height > MAX_DEPTH:
            self._stop(event, f"this is nested too deeply: at most {MAX_DEPTH} levels.")
        self._add_large(anchored.node, anchored.size, anchored.height)

    def _add_large(self, node: Node, size: int, height: int) -> None:
        """Adds what may hold more than itself."""
        if self._stack:
            parent = self._stack[-1]
            parent.extra += size - 1
            if height > parent.deepest:
                parent.deepest = height
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            key, parent.key = parent.key, None
            self._add_entry(parent, key, node)

    def _add_entry(self, parent: _Open, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._report.error(
                key, "a key is a word. What stands inside { } and begins with { or [ needs quotes."
            )
            return
        if not key.text or key.is_null:
            self._report.error(key, "a key is missing before the colon.")
            return
        if key.text == _MERGE:
            self._merge(parent, key, value)
            return
        before = parent.entries.get(key.text)
        if before is not None:
            self._report.error(key, f"duplicate key {quote(key.text)}, first on line {before.key.line}.")
            return
        parent.entries[key.text] = Entry(key, value)

    def _merge(self, parent: _Open, key: Scalar, value: Node) -> None:
        """Refuses a merge key, and reads what it would give all the same: only itself is the problem."""
        self._report.error(key, '"<<" is not part of the language. Write the keys out.')
        for merged in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(merged, MappingNode):
                parent.merged += (merged,)
