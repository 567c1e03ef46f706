"""The plain-text part, made at compile time from the same source as the HTML: a second Jinja template, no
work per mail but to fill it.

Links read `text: address`, rows of a table are lines, lists have dashes, pictures are their alternative text.
What is for the eyes only (`aria-hidden="true"`, `hidden`, styles, comments) is left out.
"""

from __future__ import annotations

import html
import re

from penfriend.rendering.html_reader import HtmlReader
from penfriend.rendering.link_marks import LinkMarks
from penfriend.rendering.marked import JinjaSource, Marked
from penfriend.rendering.mjml_rules import UTM
from penfriend.rendering.mjml_tree import Bare, Node, carries
from penfriend.rendering.source import Kind
from penfriend.rendering.tidying import CELL_GAP

_BLOCKS = frozenset(
    {
        "p",
        "div",
        "table",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "section",
        "article",
        "header",
        "footer",
        "dl",
        "pre",
        "hr",
        "center",
    }
)
_LINES = frozenset({"tr", "li", "dt", "dd", "caption"})
_SILENT = frozenset({"style", "script", "head", "title", "template"})
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
"""Elements that have no end."""
_SPACE = re.compile(r"[ \t\n\f\v\u00a0\u200c\u00ad\ufeff\u034f]+")


class _HtmlToText(HtmlReader):
    """Writes one piece of HTML, Jinja tags as tokens, as text."""

    def __init__(self, marked: Marked, marks: LinkMarks | None) -> None:
        super().__init__(convert_charrefs=True)
        self._marked, self._marks = marked, marks
        self._parts: list[str] = []
        self._links: list[tuple[str, int, bool]] = []
        """Address, where its text begins, and whether it may carry parameters."""
        self._silent: list[str] = []
        self._pictures: list[int] = []
        self._row_start = 0
        self._in_row = False
        self._linked = False
        """A link stands in this cell, and in a row that cannot be gathered it ends the line."""
        self._row: list[str] | None = None
        """Addresses that wait for the end of their table row; None outside of one, or where a row's cells
        depend on the data."""

    def convert(self, source: str) -> str:
        self.feed(source)
        self.close()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if self._silent or tag in _SILENT or values.get("aria-hidden") == "true" or "hidden" in values:
            if tag not in VOID:
                self._silent.append(tag)
            return
        if tag == "a":
            self._links.append((values.get("href") or "", len(self._parts), values.get(UTM) != "off"))
        elif tag == "img":
            self._pictures.append(len(self._parts))
            self._parts.append(values.get("alt") or "")
        elif tag == "br":
            self._parts.append("\n")
        elif tag in _BLOCKS:
            self._parts.append("\n\n" if tag != "div" else "\n")
        elif tag == "li":
            self._parts.append("- ")
        elif tag == "tr":
            self._row, self._row_start, self._pictures, self._in_row = [], len(self._parts), [], True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if self._silent[-1] == tag:
                self._silent.pop()
            return
        if tag == "a" and self._links:
            self._end_link()
        elif tag in ("td", "th"):
            self._parts.append("\n" if self._linked else CELL_GAP)
            self._linked = False
        elif tag == "tr":
            self._end_row()
        elif tag in _LINES:
            self._parts.append("\n")
        elif tag in _BLOCKS:
            self._parts.append("\n\n" if tag != "div" else "\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add_text(data)
        else:
            self._add_statements(data)

    def handle_comment(self, data: str) -> None:
        self._add_statements(data)

    def _add_text(self, data: str) -> None:
        if self._row is not None and self._has_statement(data):
            self._parts += [f"\n{address}\n" for address in self._row]
            self._row = None
        self._parts.append(_SPACE.sub(" ", data))

    def _add_statements(self, data: str) -> None:
        """Of what is not shown only the statements are kept, which must stay paired."""
        for found in self._marked.token.finditer(data):
            if self._marked.piece(found.group()).kind is Kind.STATEMENT:
                self._parts.append(found.group())

    def _end_row(self) -> None:
        """A picture's text is not said again where the row says it; the row's addresses stand below it."""
        said = [self._written(part) for part in self._parts[self._row_start :]]
        for at in self._pictures:
            if at >= self._row_start and said.count(self._written(self._parts[at])) > 1:
                self._parts[at] = ""
        self._parts += [f"\n{address}" for address in self._row or ()]
        self._parts.append("\n\n" if self._row else "\n")
        self._row, self._in_row, self._linked = None, False, False

    def _written(self, part: str) -> str:
        """A part as its author wrote it, so that two tags that print the same are equal."""
        return self._marked.token.sub(lambda found: self._marked.piece(found.group()).inner, part).strip()

    def _has_statement(self, data: str) -> bool:
        return any(
            self._marked.piece(found.group()).kind is Kind.STATEMENT
            for found in self._marked.token.finditer(data)
        )

    def _end_link(self) -> None:
        address, start, carries = self._links.pop()
        text = "".join(self._parts[start:])
        label = text.strip()
        address = address.strip().removeprefix("mailto:").removeprefix("tel:")
        if not address or address.startswith("#"):
            return
        is_said = label == address
        if self._marks is not None and carries:
            address = self._marks.in_text(address)
        if is_said:
            self._parts[start:] = [text.replace(label, address, 1)]
        elif not label:
            self._parts.append(address)
        elif self._row is not None:
            self._row.append(address)
        else:
            self._parts[start:] = [f"{label}: {address}"]
            self._linked = self._in_row


class TextWriter:
    """Writes the body of an MJML tree as text with tokens."""

    def __init__(self, marked: Marked, marks: LinkMarks | None = None) -> None:
        """With `marks` the addresses of links get parameters."""
        self._marked, self._marks = marked, marks

    def write(self, root: Node, source: JinjaSource) -> None:
        """Adds the text of all that is shown to the Jinja source."""
        source.add_parts((self._marks or self._marked).parts(self._node(root)))

    def _node(self, node: Node) -> str:
        if node.name == "mj-head":
            return ""
        if node.content is not None:
            return f"\n\n{self._shown(node)}\n\n"
        if node.name == "mj-image":
            return f"\n\n{self._picture(node)}\n\n"
        if node.name == "mj-divider":
            return "\n\n----\n\n"
        parts = [
            self._bare(child) if isinstance(child, Bare) else self._node(child) for child in node.children
        ]
        return "".join(parts)

    def _bare(self, bare: Bare) -> str:
        text = self._marked.text[bare.start : bare.end]
        return "" if text.startswith("<!--") else text

    def _shown(self, node: Node) -> str:
        start, end = node.content or (0, 0)
        text = _HtmlToText(self._marked, self._marks).convert(self._marked.text[start:end]).strip()
        address = self._value(node, "href")
        if node.name == "mj-carousel-image":
            text = self._value(node, "alt")
        if not address:
            return text
        link = self._link(node, address)
        return f"{text}: {link}" if text and text != address else link

    def _picture(self, node: Node) -> str:
        label, address = self._value(node, "alt"), self._value(node, "href")
        if not label or not address:
            return label
        return f"{label}: {self._link(node, address)}"

    def _link(self, node: Node, address: str) -> str:
        return address if self._marks is None or not carries(node) else self._marks.in_text(address)

    def _value(self, node: Node, name: str) -> str:
        attribute = node.attribute(name)
        if attribute is None:
            return ""
        return html.unescape(self._marked.text[attribute.start : attribute.end]).strip()
