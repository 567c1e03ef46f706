"""Compiles MJML once for all readers: what Jinja fills, and what mrml would harm, goes past mrml as word
tokens.

mrml writes attribute values as Rust debug strings (an emoji joiner becomes `\\u{200d}`, a backslash two), and
drops what stands where it expects a number. So nothing but plain ASCII passes through it: a value with a
Jinja tag or another character becomes one token, the content of mj-text and its like becomes one token, a
Jinja tag between elements becomes one token. Afterwards each token is counted. A value may come out more than
once (a title is also a label); none at all, or a tag between elements twice, means that this template needs
its values before MJML is compiled: it falls back to mrml for each message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from mjml import mjml2html

from penfriend.rendering.link_marks import UNMARKED, LinkMarks, Marking
from penfriend.rendering.marked import JinjaSource, Marked
from penfriend.rendering.mjml_rules import OURS
from penfriend.rendering.mjml_tree import Attribute, Bare, Node, carries, is_tracked

_HEADED = re.compile(r"<th[\s>]", re.IGNORECASE)
_HARMLESS = re.compile(r"[ !#-%'-;=?-\[\]-~]*")
"""Printable ASCII without the double quote, &, <, > and backslash."""
_IN_COMMENT = frozenset({"mj-social", "mj-navbar", "mj-accordion", "mj-accordion-element"})
"""Between the children of these mrml keeps a comment and nothing else."""
_KEPT_IN = frozenset({"mj-body", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero"})
_URL_ATTRIBUTES = frozenset({"href", "src", "background-url"})
_MIRRORED = {"left": "right", "right": "left"}
_MIRRORED_NAMES = frozenset({"align", "text-align", "ico-align", "icon-position"})
_SIDES = {"left": "right", "right": "left"}


class Slot(Enum):
    """What a token stands for."""

    VALUE = "the value of an attribute"
    CONTENT = "the content of an element"
    BARE = "a tag between elements"


@dataclass(frozen=True, slots=True)
class Held:
    """A part of the marked text that goes past mrml."""

    slot: Slot
    start: int
    end: int
    name: str
    """The attribute or element."""
    wrapped: bool = False
    """Stands in a comment, which goes when the tag comes back."""
    marking: Marking = UNMARKED
    """What becomes of it where it is the address of a link."""


class Skeleton:
    """The tree written as MJML with a token for each part that is held back.

    `lang` is where the marked text has the tag for the document's language. `rtl` gives right-to-left readers
    what MJML does not by itself: sections and columns print `direction:ltr` and so need `<mj-all
    direction="rtl">`; what is written as left and right is mirrored. The addresses of links that `links`
    marks are held back as well.
    """

    def __init__(
        self,
        marked: Marked,
        root: Node,
        *,
        lang: tuple[int, int],
        rtl: bool,
        links: LinkMarks,
    ) -> None:
        self.held: list[Held] = []
        self.reasons: list[tuple[int, str]] = []
        """Why the structure depends on the data, and the offset of the tag; empty where it does not."""
        self.hoisted: list[Bare] = []
        """`{% set %}` in the head or outside of it, which runs before everything else."""
        self._marked = marked
        self._rtl = rtl
        self._lang = lang
        self.links = links
        self.stem = marked.stem + "slot"
        self.token = re.compile(rf"(<!--)?{self.stem}(\d{{6}})z(?(1)-->)")
        self.root = root

    def write(self, bare: Callable[[str], str] | None = None) -> str:
        """The MJML. `bare` writes a Jinja tag between elements, where it is not to be held back."""
        self.held.clear()
        self.reasons.clear()
        self.hoisted.clear()
        self._bare_writer = bare
        return self._element(self.root)

    def _hold(
        self, slot: Slot, start: int, end: int, name: str, wrapped: bool = False, marking: Marking = UNMARKED
    ) -> str:
        number = len(self.held)
        self.held.append(Held(slot, start, end, name, wrapped, marking))
        token = f"{self.stem}{number:06d}z"
        return f"<!--{token}-->" if wrapped else token

    def _element(self, node: Node) -> str:
        attributes = "".join(self._attribute(node, attribute) for attribute in node.attributes)
        if node.name == "mjml":
            lang = self._hold(Slot.VALUE, *self._lang, "lang")
            attributes = f' lang="{lang}" dir="{"rtl" if self._rtl else "ltr"}"'
        if node.content is not None:
            start, end = node.content
            content = (
                self._hold(Slot.CONTENT, start, end, node.name)
                if self._marked.text[start:end].strip()
                else ""
            )
            return f"<{node.name}{attributes}>{content}</{node.name}>"
        self._look_at_columns(node)
        children = "".join(
            self._element(child) if isinstance(child, Node) else self._bare(node, child)
            for child in node.children
            if not (node.name == "mj-attributes" and isinstance(child, Node) and self._is_idle(child))
        )
        if node.name == "mj-head" and self._rtl:
            children = f'<mj-attributes><mj-all direction="rtl"/>{_ALIGN_START}</mj-attributes>{children}'
        return f"<{node.name}{attributes}>{children}</{node.name}>"

    def _is_idle(self, default: Node) -> bool:
        """Whether values stand in a default that no element of this letter takes: they would come out
        nowhere, which says nothing."""
        texts = {one.name: self._marked.text[one.start : one.end] for one in default.attributes}
        if default.name == "mj-all" or not any(map(self._marked.has_jinja, texts.values())):
            return False
        body = [node for child in self.root.elements if child.name == "mj-body" for node in child.walk()]
        if default.name != "mj-class":
            return all(node.name != default.name for node in body)
        named = " ".join(
            self._marked.text[one.start : one.end]
            for node in body
            if (one := node.attribute("mj-class")) is not None
        )
        return texts.get("name") not in named.split() and not self._marked.has_jinja(named)

    def _attribute(self, node: Node, attribute: Attribute) -> str:
        value = self._marked.text[attribute.start : attribute.end]
        name = attribute.name
        if name in OURS:
            return ""
        marking = UNMARKED
        if name == "href":
            marking = self.links.marking(utm=carries(node), track=is_tracked(node))
        if self._rtl and node.name != "mjml":
            name, value = _mirror(name, value)
        if marking is not UNMARKED or not _HARMLESS.fullmatch(value) or self._marked.has_jinja(value):
            value = self._hold(Slot.VALUE, attribute.start, attribute.end, attribute.name, marking=marking)
        return f' {name}="{value}"'

    def _bare(self, parent: Node, bare: Bare) -> str:
        text = self._marked.text[bare.start : bare.end]
        if text.startswith("<!--"):
            return text if parent.name in _KEPT_IN else ""
        piece = self._marked.piece(text)
        if parent.name in ("mjml", "mj-head", "mj-attributes"):
            if piece.word == "set" and "=" in piece.inner:
                self.hoisted.append(bare)
                return ""
            self.reasons.append((bare.start, f"a tag stands in <{parent.name}>"))
        elif parent.name not in _KEPT_IN | _IN_COMMENT:
            self.reasons.append((bare.start, f"a tag stands in <{parent.name}>"))
        if self._bare_writer is not None:
            return self._bare_writer(text)
        return self._hold(Slot.BARE, bare.start, bare.end, parent.name, parent.name in _IN_COMMENT)

    def _look_at_columns(self, node: Node) -> None:
        """Columns without a width share the room between them, so their number must be known."""
        if node.name not in ("mj-section", "mj-group"):
            return
        automatic = any(
            c.name in ("mj-column", "mj-group") and c.attribute("width") is None for c in node.elements
        )
        moving = [child for child in node.children if isinstance(child, Bare) and self._moves(child)]
        if automatic and moving:
            text = f"how many columns <{node.name}> has depends on the data, and they have no width"
            self.reasons.append((moving[0].start, text))

    def _moves(self, bare: Bare) -> bool:
        tag = self._marked.text[bare.start : bare.end]
        return not tag.startswith("<!--") and self._marked.piece(tag).word != "set"


_ALIGN_START = "".join(f'<{name} align="right"/>' for name in ("mj-text", "mj-table"))


def _mirror(name: str, value: str) -> tuple[str, str]:
    """An attribute as a right-to-left reader needs it: left is right, and the four lengths of a padding go
    the other way round."""
    if name in _MIRRORED_NAMES:
        return name, _MIRRORED.get(value, value)
    stem, _, side = name.rpartition("-")
    if side in _SIDES and stem in ("padding", "inner-padding", "border", "inner-border"):
        return f"{stem}-{_SIDES[side]}", value
    parts = value.split()
    if name in ("padding", "inner-padding", "icon-padding", "text-padding") and len(parts) == 4:
        return name, f"{parts[0]} {parts[3]} {parts[2]} {parts[1]}"
    return name, value


def mrml(text: str) -> str:
    """MJML to HTML. Raises ValueError with mrml's own words.

    Left alone mrml links fonts of fonts.googleapis.com, Ubuntu in nearly every letter, so that opening one
    would tell a third party. Without its list only what an mj-font names is fetched. It writes the preview in
    white; hidden is enough, and what is white on white costs a mail 0.7 points at SpamAssassin.
    """
    return mjml2html(text, fonts={}).replace(_PREVIEW_IN_WHITE, _PREVIEW, 1)


_PREVIEW = '<div style="display:none;font-size:1px;'
_PREVIEW_IN_WHITE = f"{_PREVIEW}color:#ffffff;"


def counts(skeleton: Skeleton, html: str) -> Counter[int]:
    """How often each held part came out of mrml."""
    return Counter(int(found.group(2)) for found in skeleton.token.finditer(html))


def needs_fallback(skeleton: Skeleton, found: Counter[int]) -> bool:
    """Whether the template cannot be compiled once: its structure depends on the data, or mrml lost or
    doubled a tag."""
    if skeleton.reasons:
        return True
    return any(
        found[number] == 0 or (found[number] > 1 and held.slot is Slot.BARE)
        for number, held in enumerate(skeleton.held)
    )


def put_back(skeleton: Skeleton, marked: Marked, html: str, source: JinjaSource) -> None:
    """Writes the HTML as a Jinja source, each token replaced by what it stands for."""
    at = 0
    held_text = [marked.text[held.start : held.end] for held in skeleton.held]
    html = with_roles(html, skeleton.stem, held_text.__getitem__)
    for found in skeleton.token.finditer(html):
        held = skeleton.held[int(found.group(2))]
        source.add_static(html[at : found.start()])
        put_held(skeleton, held, marked, source)
        at = found.end()
    source.add_static(html[at:])


def with_roles(html: str, stem: str, content: Callable[[int], str]) -> str:
    """The HTML with each mj-table marked that has no heads: it is there for the looks then, and nobody wants
    to hear its rows and columns counted. mrml drops the attribute that says so. `content` gives what the
    token of that number stands for."""

    def marked(found: re.Match[str]) -> str:
        return found[1] if _HEADED.search(content(int(found[3]))) else f'<table role="presentation"{found[2]}'

    return re.sub(rf"""(<table( border="0" (?:[^>"]|"[^"]*")*>))(?={stem}(\d{{6}})z)""", marked, html)


def put_held(skeleton: Skeleton, held: Held, marked: Marked, source: JinjaSource) -> None:
    """Writes one held part as Jinja source."""
    text, links = marked.text[held.start : held.end], skeleton.links
    if held.slot is Slot.VALUE:
        text = text.replace('"', "&quot;")
        is_plain = held.marking is UNMARKED
        parts = marked.parts(text) if is_plain else links.parts(links.around(text, held.marking))
        source.add_html(parts, "href=" if held.name in _URL_ATTRIBUTES else "")
    elif held.slot is Slot.CONTENT:
        source.add_html(links.parts(links.in_html(text)))
    else:
        source.add_html(marked.parts(text))
