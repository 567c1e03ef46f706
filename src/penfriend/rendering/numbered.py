"""A letter whose elements carry numbers, so that what is seen in the finished HTML leads back to the place in
the template: a class at each MJML element, an attribute at each HTML tag."""

from __future__ import annotations

import re

from penfriend.domain.problems import Place
from penfriend.rendering.defaults import Defaults
from penfriend.rendering.html_tags import TagReader
from penfriend.rendering.marked import Marked
from penfriend.rendering.mjml_rules import RULES
from penfriend.rendering.mjml_tree import Node
from penfriend.rendering.selectors import Element

_ATTRIBUTE = "data-pfat"
_CLASS = re.compile(r"pfat(\d+)")
_NO_CLASS = frozenset({"mj-raw", "mj-carousel-image"})


class Numbered:
    """The text of `marked` with numbers in it. `places` are those of the numbers."""

    def __init__(self, marked: Marked, root: Node) -> None:
        self.places: list[Place] = []
        self._plain = marked
        self._defaults = Defaults(marked, root)
        self._insertions: list[tuple[int, str]] = []
        for body in (child for child in root.elements if child.name == "mj-body"):
            for node in body.walk():
                self._number(node)
        self.marked = marked.rewritten(self._written())
        self.added = len(self.marked.text) - len(marked.text)
        """By so much it is longer."""

    def _next(self, at: int) -> int:
        self.places.append(self._plain.place(at))
        return len(self.places) - 1

    def _number(self, node: Node) -> None:
        if node.name in RULES and node.name not in _NO_CLASS:
            own = node.attribute("css-class")
            name = f"pfat{self._next(node.at)}"
            if own is not None:
                self._insertions.append((own.end, f" {name}"))
            else:
                usual = self._defaults.value(node, "css-class") or ""
                text = f' css-class="{f"{usual} {name}".strip()}"'
                self._insertions.append((node.at + 1 + len(node.name), text))
        if node.content is not None:
            for tag in TagReader(self._plain, *node.content).read().tags:
                at = tag.at + 1 + len(tag.name)
                self._insertions.append((at, f' {_ATTRIBUTE}="{self._next(tag.at)}"'))

    def _written(self) -> str:
        parts, at = [], 0
        for position, text in sorted(self._insertions):
            parts += [self._plain.text[at:position], text]
            at = position
        return "".join([*parts, self._plain.text[at:]])


def number_of(element: Element) -> int | None:
    """The number of the nearest element of the template around one of the finished letter."""
    at: Element | None = element
    while at is not None:
        own = at.attributes.get(_ATTRIBUTE, "")
        found = re.fullmatch(r"(\d+)", own) or _CLASS.search(at.attributes.get("class", ""))
        if found is not None:
            return int(found[1])
        at = at.parent
    return None
