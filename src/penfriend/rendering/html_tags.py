"""Reads the HTML in mj-text and its like, Jinja tags as tokens, for the lint: each tag with its place,
each link with what it shows."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from dataclasses import dataclass, field

from penfriend.rendering.html_reader import HtmlReader, TooManyUnended
from penfriend.rendering.marked import Marked
from penfriend.rendering.source import Kind
from penfriend.rendering.text_part import VOID

_ATTRIBUTE = re.compile(
    r"""\s(?P<name>[^\s=/>"']+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"']+)))?"""
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag: its offset in the marked text, and each attribute's raw value with its offset."""

    name: str
    at: int
    attributes: dict[str, tuple[str, int]]

    def value(self, name: str) -> str | None:
        """The attribute's value, entities written out; None where it is not there."""
        found = self.attributes.get(name)
        return None if found is None else html.unescape(found[0]).strip()


@dataclass(slots=True)
class Link:
    """An `<a>`: whether it shows anything, and whether a picture without alt stands in it."""

    tag: Tag
    shows: bool = False
    faceless: bool = False


@dataclass(slots=True)
class Found:
    """What one piece of HTML holds."""

    tags: list[Tag] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    sheets: list[tuple[str, int]] = field(default_factory=list)
    """The text of each `<style>` and its offset."""
    shows: bool = False
    """Whether there is anything to read: words, a value, a picture with an alt, or one that lacks it."""


class TagReader(HtmlReader):
    """Reads the part of the marked text from `start` to `end`."""

    def __init__(self, marked: Marked, start: int, end: int) -> None:
        super().__init__(convert_charrefs=False)
        self._marked = marked
        self._text = marked.text[start:end]
        self._start = start
        self._lines = [0, *(found.end() for found in re.finditer("\n", self._text))]
        self._open: list[Link] = []
        self._in_style = False
        self._found = Found()

    def read(self) -> Found:
        """All that is there; the beginning alone of what has too many tags without an end."""
        with suppress(TooManyUnended):
            self.feed(self._text)
            self.close()
        return self._found

    @property
    def _here(self) -> int:
        line, column = self.getpos()
        return self._start + self._lines[line - 1] + column

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """One more tag; an `<a>` is open until it ends."""
        read = Tag(tag, self._here, _attributes(self.get_starttag_text() or "", self._here))
        self._found.tags.append(read)
        self._in_style = tag == "style"
        if tag == "a" and "href" in read.attributes:
            link = Link(read, shows=bool(read.value("aria-label") or read.value("title")))
            self._found.links.append(link)
            self._open.append(link)
        elif tag == "img":
            alt = read.value("alt")
            self._found.shows = self._found.shows or alt != ""
            for link in self._open:
                link.shows = link.shows or bool(alt)
                link.faceless = link.faceless or alt is None
        elif tag not in VOID and tag == "svg":
            self._show()

    def handle_endtag(self, tag: str) -> None:
        """Ends a link."""
        self._in_style = False
        if tag == "a" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Words, and tokens of Jinja tags, of which those that print are taken for words."""
        if self._in_style:
            self._found.sheets.append((data, self._here))
            return
        rest = self._marked.token.sub("", data)
        prints = any(
            self._marked.piece(found[0]).kind is not Kind.STATEMENT
            for found in self._marked.token.finditer(data)
        )
        if prints or rest.strip():
            self._show()

    def handle_entityref(self, name: str) -> None:
        """A space that does not break is no word."""
        if name not in ("nbsp", "zwnj", "shy"):
            self._show()

    def handle_charref(self, name: str) -> None:
        """As above."""
        if html.unescape(f"&#{name};").strip():
            self._show()

    def _show(self) -> None:
        self._found.shows = True
        for link in self._open:
            link.shows = True


def _attributes(text: str, offset: int) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for one in _ATTRIBUTE.finditer(text):
        group = next((name for name in ("double", "single", "bare") if one[name] is not None), "")
        value = (one[group], offset + one.start(group)) if group else ("", offset + one.end())
        found.setdefault(one["name"].lower(), value)
    return found
