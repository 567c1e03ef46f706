"""Reads MJML, with its Jinja tags already swapped for word tokens, into a tree that knows where everything
stands.

The content of mj-text, mj-button, mj-table and their like is HTML and is not looked into here: MJML hands it
on as it is. Only their tags, their attributes and what stands between elements make the structure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from penfriend.rendering.mjml_rules import ENDING, RULES, TRACK, UTM, may_carry

_MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | </(?P<closes>[A-Za-z][\w-]*)\s*>
      | <(?P<opens>[A-Za-z][\w-]*)(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*?)(?P<alone>/?)>
      | <[?!][^>]*>""",
    re.VERBOSE | re.DOTALL,
)
MAX_DEPTH = 50
"""MJML itself needs six."""
_OTHER = re.compile(r"</?mj[-m]")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=/>"']+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'))?"""
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name="value"`: offsets into the text, the quotes left out."""

    name: str
    at: int
    start: int
    end: int


@dataclass(slots=True)
class Bare:
    """A Jinja tag that stands between elements, or a comment for Outlook."""

    start: int
    end: int


@dataclass(slots=True)
class Node:
    """An element. `content` is what an element like mj-text holds; others have children."""

    name: str
    at: int
    attributes: list[Attribute] = field(default_factory=list)
    children: list[Node | Bare] = field(default_factory=list)
    content: tuple[int, int] | None = None

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)

    @property
    def elements(self) -> list[Node]:
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> Iterator[Node]:
        """This element and all below, in the order of the file."""
        yield self
        for child in self.elements:
            yield from child.walk()


def carries(node: Node) -> bool:
    """Whether the link of an element gets parameters."""
    return may_carry(node.name) and node.attribute(UTM) is None


def is_tracked(node: Node) -> bool:
    """Whether clicks on the link of an element are tracked."""
    return may_carry(node.name) and node.attribute(TRACK) is None


@dataclass(slots=True)
class Document:
    """What was read: the mjml element, the Jinja tags before and behind it, and what is wrong, by offset."""

    root: Node | None = None
    before: list[Bare] = field(default_factory=list)
    behind: list[Bare] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


def _whole_element(text: str) -> str:
    """The name of the one MJML element that the text begins with and that ends in it; else empty."""
    found = _MARKUP.match(text)
    name = (found and found["opens"]) or ""
    others = _OTHER.findall(text)
    is_whole = found is not None and (found["alone"] or (len(others) == 2 and f"</{name}>" in text))
    return name if is_whole and len(others) <= 2 else ""


class TreeReader:
    """Reads one text. `token` finds the word tokens that stand for Jinja tags, `is_statement` tells which are
    statements."""

    def __init__(self, text: str, token: re.Pattern[str], is_statement: Callable[[str], bool]) -> None:
        self._is_statement = is_statement
        self._text = text
        self._token = token
        self._document = Document()
        self._open: list[Node] = []

    def read(self) -> Document:
        """The tree, as far as the text is one."""
        at = 0
        while found := _MARKUP.search(self._text, at):
            self._between(at, found.start())
            at = found.end()
            if found.group("opens"):
                at = self._opens(found)
            elif found.group("closes"):
                self._closes(found.group("closes"), found.start())
            elif found.group().startswith("<!--"):
                self._comment(found)
        self._between(at, len(self._text))
        for node in self._open[:MAX_DEPTH]:
            self._fault(node.at, f"<{node.name}> is not closed; </{node.name}> is missing.")
        if self._document.root is None and not self._document.faults:
            self._fault(0, "this is no MJML: there is no <mjml> element.")
        return self._document

    def _fault(self, at: int, text: str) -> None:
        self._document.faults.append((at, text))

    def _add_bare(self, start: int, end: int) -> None:
        if self._open:
            self._open[-1].children.append(Bare(start, end))
        elif self._document.root is None:
            self._document.before.append(Bare(start, end))
        else:
            self._document.behind.append(Bare(start, end))

    def _between(self, start: int, end: int) -> None:
        """What stands between two elements: Jinja tags, and no text."""
        at = start
        for found in self._token.finditer(self._text, start, end):
            self._stray(at, found.start())
            self._add_bare(found.start(), found.end())
            at = found.end()
        self._stray(at, end)

    def _stray(self, start: int, end: int) -> None:
        run = self._text[start:end]
        if not run.strip():
            return
        at = start + len(run) - len(run.lstrip())
        if "<" in run:
            self._fault(
                start + run.index("<"),
                'this "<" begins no element; a tag may not be closed, or a quote is missing.',
            )
            return
        if self._open and self._open[-1].name not in RULES:
            return  # the element itself is unknown
        where = f"<{self._open[-1].name}>" if self._open else "the top of the file"
        self._fault(at, f"text cannot stand in {where}; put it into <mj-text>.")

    def _comment(self, found: re.Match[str]) -> None:
        """Comments are left out but for Outlook's; the Jinja statements in them still count."""
        if found.group().startswith("<!--[if") and not self._token.search(found.group()):
            self._add_bare(found.start(), found.end())
            return
        for token in self._token.finditer(self._text, found.start(), found.end()):
            if self._is_statement(token.group()):
                self._add_bare(token.start(), token.end())

    def _opens(self, found: re.Match[str]) -> int:
        """Takes an element in; returns where to read on."""
        node = Node(found.group("opens"), found.start())
        self._read_attributes(node, found.start("attributes"), found.end("attributes"))
        if self._open:
            self._open[-1].children.append(node)
        elif self._document.root is not None:
            self._fault(node.at, f"<{node.name}> stands behind </mjml>.")
        elif node.name != "mjml":
            self._fault(node.at, f"a template begins with <mjml>, not with <{node.name}>.")
            self._document.root = node
        else:
            self._document.root = node
        if found.group("alone"):
            return found.end()
        if node.name not in ENDING:
            self._open.append(node)
            if len(self._open) > MAX_DEPTH:
                self._fault(node.at, f"elements are nested deeper than {MAX_DEPTH}.")
                self._open.clear()  # that the rest is not read is the only problem of those around it
                return len(self._text)
            return found.end()
        closing = re.compile(rf"</{node.name}\s*>").search(self._text, found.end())
        other = _OTHER.search(self._text, found.end(), closing.start() if closing else len(self._text))
        inner = _whole_element(self._text[other.start() : closing.start()]) if closing and other else ""
        if closing is None or (other is not None and inner in ("", node.name)):
            self._fault(node.at, f"<{node.name}> is not closed; </{node.name}> is missing.")
            node.content = (found.end(), other.start() if other else len(self._text))
            return node.content[1]
        if other is not None:
            text = f"<{inner}> cannot stand in <{node.name}>; close </{node.name}> before it."
            self._fault(other.start(), text)
        node.content = (found.end(), closing.start())
        return closing.end()

    def _closes(self, name: str, at: int) -> None:
        if not self._open:
            self._fault(at, f"</{name}> closes nothing.")
            return
        if self._open[-1].name == name:
            self._open.pop()
            return
        node = self._open[-1]
        if any(above.name == name for above in self._open):
            self._fault(node.at, f"<{node.name}> is not closed before </{name}>.")
            while self._open.pop().name != name:
                pass
        else:
            self._fault(at, f"</{name}> closes nothing; <{node.name}> is open here.")

    def _read_attributes(self, node: Node, start: int, end: int) -> None:
        at = start
        while at < end and (found := _ATTRIBUTE.match(self._text, at, end)):
            name, at = found.group("name"), found.end()
            if self._token.search(name):
                self._fault(
                    found.start("name"),
                    "a Jinja tag can stand in the value of an attribute, not between attributes.",
                )
                continue
            group = "double" if found.group("double") is not None else "single"
            if found.group(group) is None:
                self._fault(found.start("name"), f'the attribute "{name}" has no value in quotes.')
            elif node.attribute(name):
                self._fault(found.start("name"), f'the attribute "{name}" stands twice.')
            else:
                node.attributes.append(
                    Attribute(name, found.start("name"), found.start(group), found.end(group))
                )
        if self._text[at:end].strip():
            self._fault(at, f"the attributes of <{node.name}> cannot be read.")
