"""What is wrong with the MJML of a template, each thing with its place: elements, attributes, children, HTML
that is not closed."""

from __future__ import annotations

import re

from penfriend.rendering import mjml_rules
from penfriend.rendering.findings import Problems
from penfriend.rendering.html_reader import HtmlReader, TooManyUnended
from penfriend.rendering.marked import Marked
from penfriend.rendering.mjml_tree import Bare, Document, Node
from penfriend.rendering.source import Kind
from penfriend.rendering.text_part import VOID

_OPTIONAL_END = frozenset({"p", "li", "td", "th", "tr", "thead", "tbody", "tfoot", "dt", "dd", "option"})
_NO_HTML = frozenset({"mj-style", "mj-title", "mj-preview", "mj-raw", "mj-breakpoint"})


def lint(marked: Marked, document: Document, problems: Problems) -> None:
    """Adds what is wrong with the document to `problems`."""
    for at, text in document.faults:
        problems.error(marked.place(at), text, "mjml-syntax")
    if document.root is None:
        return
    root = document.root
    unknown_above = {id(root)} if root.name != "mjml" else set()
    for node in document.root.walk():
        if id(node) in unknown_above or node.name not in mjml_rules.RULES:
            unknown_above.update(id(child) for child in node.elements)
        if id(node) in unknown_above:
            continue  # HTML where MJML is wanted is one problem, at its outermost element
        _lint_element(marked, node, problems)
        if not document.faults:  # where a tag is not closed, all behind it stands in the wrong place
            _lint_children(marked, node, problems)
        for child in node.children:
            if isinstance(child, Bare):
                _lint_bare(marked, node, child, problems)
    if not document.faults and not any(child.name == "mj-body" for child in document.root.elements):
        problems.error(marked.place(document.root.at), "there is no <mj-body> in <mjml>.", "mjml-syntax")


def _lint_element(marked: Marked, node: Node, problems: Problems) -> None:
    unknown = mjml_rules.unknown_element(node.name)
    if unknown:
        problems.error(marked.place(node.at), unknown, "unknown-element")
        return
    for attribute in node.attributes:
        wrong = mjml_rules.wrong_attribute(node.name, attribute.name)
        value = marked.text[attribute.start : attribute.end]
        if wrong:
            problems.error(marked.place(attribute.at), wrong, "unknown-attribute")
        elif not marked.has_jinja(value):
            wrong = mjml_rules.wrong_value(node.name, attribute.name, value)
            if wrong:
                problems.error(marked.place(attribute.start), wrong, "bad-value")
    if node.name == "mj-style" and node.attribute("inline"):
        problems.warning(
            marked.place(node.at),
            '<mj-style inline="inline"> stays an ordinary style sheet; it is not put into the elements.',
            "inline-style",
        )
    if node.content is not None and node.name not in _NO_HTML:
        _lint_html(marked, *node.content, problems)


def _lint_children(marked: Marked, node: Node, problems: Problems) -> None:
    for child in node.elements:
        if child.name in mjml_rules.RULES and node.name in mjml_rules.RULES:
            wrong = mjml_rules.misplaced(child.name, node.name)
            if wrong:
                problems.error(marked.place(child.at), wrong, "misplaced-element")


def _lint_bare(marked: Marked, parent: Node, bare: Bare, problems: Problems) -> None:
    text = marked.text[bare.start : bare.end]
    if not text.startswith("<!--") and marked.piece(text).kind is not Kind.STATEMENT:
        problems.error(
            marked.place(bare.start),
            f"a value cannot stand in <{parent.name}>; put it into <mj-text>.",
            "mjml-syntax",
        )


class _OpenTags(HtmlReader):
    """Finds tags that are opened and not closed, or closed and not opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0]
        self._lines += [found.end() for found in re.finditer("\n", text)]
        self.open: list[tuple[str, int]] = []
        self.faults: list[tuple[int, str]] = []
        self.feed(text)
        self.close()
        self.faults += [
            (at, f"<{tag}> is not closed; </{tag}> is missing.")
            for tag, at in self.open
            if tag not in _OPTIONAL_END
        ]

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, self._at()))

    def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not any(name == tag for name, _ in self.open):
            self.faults.append((self._at(), f"</{tag}> closes nothing."))
            return
        while self.open:
            name, at = self.open.pop()
            if name == tag:
                return
            if name not in _OPTIONAL_END:
                self.faults.append((at, f"<{name}> is not closed before </{tag}>."))


def _lint_html(marked: Marked, start: int, end: int, problems: Problems) -> None:
    """Tags must be paired. Where Jinja chooses between halves of a pair this cannot be known, and is said as
    a warning."""
    text = marked.text[start:end]
    unquoted = re.search(rf"""<[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*?=\s*{marked.token.pattern}""", text)
    if unquoted:
        problems.error(
            marked.place(start + unquoted.start()),
            "the value of an attribute needs quotes around it.",
            "html-syntax",
        )
    comment = text.rfind("<!--")
    if comment >= 0 and "-->" not in text[comment:]:
        fault = "this comment is not closed, so what follows is not shown; --> is missing."
        problems.error(marked.place(start + comment), fault, "html-syntax")
    tags = marked.token.findall(text)
    try:
        faults = _OpenTags(text).faults
    except TooManyUnended:
        text = "this has many tags that begin with < and do not end."
        problems.error(marked.place(start), text, "html-syntax")
        return
    chooses = any(marked.piece(f"{marked.stem}{number}z").kind is Kind.STATEMENT for number in tags)
    for at, fault in faults:
        if chooses:
            problems.warning(marked.place(start + at), fault, "html-doubtful")
        else:
            problems.error(marked.place(start + at), fault, "html-syntax")
