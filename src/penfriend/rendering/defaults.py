"""What mj-attributes gives to elements that do not say it themselves."""

from __future__ import annotations

from penfriend.rendering.marked import Marked
from penfriend.rendering.mjml_tree import Node


class Defaults:
    """The defaults of one document."""

    def __init__(self, marked: Marked, root: Node) -> None:
        self._marked = marked
        self._elements: dict[str, dict[str, str]] = {}
        self._classes: dict[str, dict[str, str]] = {}
        for node in (one for one in root.walk() if one.name == "mj-attributes"):
            for default in node.elements:
                said = {one.name: marked.text[one.start : one.end] for one in default.attributes}
                if default.name == "mj-class":
                    self._classes.setdefault(said.pop("name", ""), {}).update(said)
                else:
                    self._elements.setdefault(default.name, {}).update(said)

    def value(self, node: Node, name: str) -> str | None:
        """The attribute as it takes effect, by the order in which MJML looks; None where nobody says it."""
        own = node.attribute(name)
        if own is not None:
            return self._marked.text[own.start : own.end].strip()
        classes = node.attribute("mj-class")
        named = self._marked.text[classes.start : classes.end].split() if classes else []
        for said in (
            *(self._classes.get(one, {}) for one in reversed(named)),
            self._elements.get(node.name, {}),
            self._elements.get("mj-all", {}),
        ):
            if name in said:
                return said[name].strip()
        return None
