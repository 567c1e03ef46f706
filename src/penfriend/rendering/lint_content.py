"""What a reader or a mail program will not like, as far as it can be seen in the template: addresses of
links and pictures, pictures and links that say nothing, CSS and elements that programs do not know.

All branches are looked at, also those that a made-up person does not take; `inspect` looks at the finished
letter.
"""

from __future__ import annotations

import re

from penfriend.rendering.css import Declaration, declarations, read_sheet
from penfriend.rendering.defaults import Defaults
from penfriend.rendering.findings import Problems
from penfriend.rendering.html_tags import Tag, TagReader
from penfriend.rendering.link_rules import address_fault
from penfriend.rendering.mail_support import css_faults, fails_in
from penfriend.rendering.marked import Marked
from penfriend.rendering.mjml_tree import Attribute, Node

_PICTURES = frozenset({"src", "background-url", "background"})
_ADDRESSES = frozenset({"href"}) | _PICTURES
_ALT_WANTED = frozenset({"mj-image", "mj-carousel-image"})
_BUTTONS = frozenset({"mj-button", "mj-navbar-link"})
_NO_HTML = frozenset({"mj-title", "mj-preview", "mj-breakpoint"})
_NOWHERE = frozenset({"script", "iframe", "frame", "embed"})
"""Mail programs take these out, all of them, so that caniemail.com does not ask."""
_NO_ALT = 'this picture has no alt; say in it what the picture says, or alt="" where it only decorates.'
_NO_ALT_OF_ICON = "this icon has neither an alt nor a text beside it; say in alt where it leads."
_EMPTY = "this link shows nothing that can be read; give it a text, or its picture an alt."
_PLAIN_TYPE = re.compile(r"data:image/|[^?#]*\.(\w+)(?:[?#]|\Z)")


class ContentLint:
    """Looks through one document."""

    def __init__(self, marked: Marked, root: Node, problems: Problems) -> None:
        self._marked, self._root, self._problems = marked, root, problems
        self._defaults = Defaults(marked, root)

    def look(self) -> None:
        """Adds what is found to the problems."""
        defaults = {
            id(node) for one in self._root.walk() if one.name == "mj-attributes" for node in one.walk()
        }
        for node in self._root.walk():
            for attribute in node.attributes:
                self._look_at_attribute(attribute)
            if id(node) not in defaults:
                self._look_at_element(node)
            if node.content is None or node.name in _NO_HTML:
                continue
            if node.name == "mj-style":
                self._look_at_sheet(self._marked.text[slice(*node.content)], node.content[0])
            else:
                self._look_at_html(*node.content)

    def _find(self, code: str, at: int, text: str) -> None:
        self._problems.find(code, self._marked.place(at), text)

    def _look_at_attribute(self, attribute: Attribute) -> None:
        if attribute.name in _ADDRESSES:
            text = self._marked.text[attribute.start : attribute.end].strip()
            self._look_at_address(text, attribute.start, picture=attribute.name in _PICTURES)

    def _look_at_address(self, text: str, at: int, *, picture: bool) -> None:
        fault = address_fault(self._marked, text, picture=picture)
        if fault is not None:
            self._find(fault[0], at, fault[1])
        elif picture:
            self._look_at_format(text, at)

    def _look_at_format(self, text: str, at: int) -> None:
        found = _PLAIN_TYPE.match(text)
        kind = ((found[1] or "data:") if found else "").lower()
        where = fails_in("format", kind)
        if where:
            shown = "a picture within its own address" if kind == "data:" else f"a picture of the kind {kind}"
            self._find("unsupported-html", at, f"{shown} is not shown in {where}.")

    def _look_at_element(self, node: Node) -> None:
        if node.name in _ALT_WANTED and self._defaults.value(node, "src") is None:
            self._find("placeholder-link", node.at, f"this <{node.name}> shows nothing: it has no src.")
        if node.name in _ALT_WANTED:
            alt = self._defaults.value(node, "alt")
            if alt is None:
                self._find("missing-alt", node.at, _NO_ALT)
            elif not alt and self._defaults.value(node, "href"):
                self._find("empty-link", node.at, _EMPTY)
        if node.name == "mj-social-element" and not self._defaults.value(node, "alt"):
            if not self._shows(node):
                self._find("missing-alt", node.at, _NO_ALT_OF_ICON)
        elif node.name in _BUTTONS:
            if self._defaults.value(node, "href") is None:
                self._find("placeholder-link", node.at, f"this <{node.name}> leads nowhere: it has no href.")
            elif not self._shows(node):
                self._find("empty-link", node.at, _EMPTY)

    def _shows(self, node: Node) -> bool:
        """Whether an element's content has words, a value or a picture with alt."""
        return node.content is not None and TagReader(self._marked, *node.content).read().shows

    def _look_at_html(self, start: int, end: int) -> None:
        found = TagReader(self._marked, start, end).read()
        for tag in found.tags:
            self._look_at_tag(tag)
        for link in found.links:
            if not link.shows and not link.faceless and link.tag.value("href"):
                self._find("empty-link", link.tag.at, _EMPTY)
        for text, at in found.sheets:
            self._look_at_sheet(text, at)

    def _look_at_tag(self, tag: Tag) -> None:
        if tag.name == "img" and "alt" not in tag.attributes:
            self._find("missing-alt", tag.at, _NO_ALT)
        for name, picture in (("href", False), ("src", True), ("background", True)):
            value = tag.value(name)
            if value is not None and (name != "href" or tag.name in ("a", "area")):
                self._look_at_address(value, tag.attributes[name][1], picture=picture)
        where = fails_in("element", tag.name)
        shown = f"<{tag.name}>"
        if tag.name == "input":
            kind = tag.value("type") or "text"
            where, shown = fails_in("input", kind), f'<input type="{kind}">'
        if tag.name in _NOWHERE:
            where = "any mail program"
        if where:
            self._find("unsupported-html", tag.at, f"{shown} does not work in {where}.")
        if "style" in tag.attributes:
            text, at = tag.attributes["style"]
            self._look_at_block(declarations(text, at))

    def _look_at_sheet(self, text: str, offset: int) -> None:
        """A style sheet. Who knows @media and @supports gets more, and nobody else loses."""
        sheet = read_sheet(text, offset)
        for statement, at in sheet.statements:
            name = statement.split()[0].lower()
            where = fails_in("rule", name)
            if where:
                self._find("unsupported-css", at, f"{name} fails in {where}.")
        for rule in sheet.rules:
            if not rule.within:
                self._look_at_block(rule.declarations)

    def _look_at_block(self, block: tuple[Declaration, ...]) -> None:
        for one, shown, where in css_faults(block):
            self._find("unsupported-css", one.at, f"{shown} fails in {where}.")


def lint_content(marked: Marked, root: Node, problems: Problems) -> None:
    """Adds what is found in the document to the problems."""
    ContentLint(marked, root, problems).look()
