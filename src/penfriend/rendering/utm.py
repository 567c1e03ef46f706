"""Parameters of a shop's statistics on the links of a letter.

Where the addresses stand is found when a letter is compiled: each goes through a filter of its own, and no
mail is searched. What is not ours alone (a translation, a text of one's own) is searched when it is filled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from penfriend.rendering.links import PATHS
from penfriend.rendering.marked import Code, Marked
from penfriend.rendering.source import Kind, Piece

_ANCHOR = re.compile(r"""<a\s(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_HREF = re.compile(r"""(?<![\w-])(href\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_OFF = re.compile(r"""(?<![\w-])data-utm\s*=\s*["']?off\b""", re.IGNORECASE)
_WEB = re.compile(r"\s*https?://", re.IGNORECASE)
_FRAGMENT = re.compile(r"#")
_FRAGMENT_IN_HTML = re.compile(r"(?<!&)#|#(?!\d+;|x[\da-f]+;)", re.IGNORECASE)
"""The first # that begins no character reference."""
_SEPARATOR = re.compile(r"&(?:amp;)?|;")
_ADDRESS = re.compile(r"""https?://[^\s<>"']+(?<![.,;:!?)\]])""", re.IGNORECASE)
MAX_KEPT = 2_000
"""So many finished addresses are kept for one step; most are the same in each of its mails."""
_MAY_STAND = frozenset({"if", "elif", "else", "endif", "for", "endfor"})
_OPENS, _CLOSES = frozenset({"if", "for"}), frozenset({"endif", "endfor"})


class LinkTags:
    """The parameters of one step's links. `public_url` is where our own links lead, which get none."""

    def __init__(self, pairs: tuple[tuple[str, str], ...], public_url: str) -> None:
        self._pairs = pairs
        base = public_url.rstrip("/")
        ours = [f"{base}/{path}/" for path in PATHS.values()]
        self._ours = tuple({*ours, *map(escape, ours)})
        self._made: tuple[dict[str, str], dict[str, str]] = ({}, {})
        """Finished addresses of texts and of HTML."""

    def add(self, address: str, *, html: bool) -> str:
        """The address with the parameters that it does not have, where it is a web address and not our own;
        query and fragment stay as they are, byte for byte. `html`: it is written as HTML."""
        known = self._made[html]
        made = known.get(address)
        if made is not None:
            return made
        if not _WEB.match(address) or address.lstrip().startswith(self._ours):
            return address
        if len(known) >= MAX_KEPT:
            known.clear()
        made = known[address] = self._added(address, html)
        return made

    def _added(self, address: str, html: bool) -> str:
        found = (_FRAGMENT_IN_HTML if html else _FRAGMENT).search(address)
        at = found.start() if found else len(address.rstrip())
        before, rest = address[:at], address[at:]
        _, mark, query = before.partition("?")
        held = {part.partition("=")[0] for part in _SEPARATOR.split(query)} if query else ()
        wanted = [f"{name}={value}" for name, value in self._pairs if name not in held]
        ampersand = "&amp;" if html else "&"
        glue = "?" if not mark else "" if not query or query.endswith(("&", "&amp;")) else ampersand
        return f"{before}{glue}{ampersand.join(wanted)}{rest}" if wanted else address

    def add_in_html(self, text: str) -> str:
        """The same for each link of a piece of HTML."""
        return _ANCHOR.sub(lambda found: _with_address(found[0], lambda one: self.add(one, html=True)), text)

    def add_in_text(self, text: str) -> str:
        """The same for each web address of a text, without the full stop behind it."""
        return _ADDRESS.sub(lambda found: self.add(found[0], html=False), text)


def _with_address(anchor: str, change: Callable[[str], str]) -> str:
    """The tag of a link with its address changed, unless it says `data-utm="off"`."""
    if _OFF.search(anchor):
        return anchor
    return _HREF.sub(lambda found: f"{found[1]}{found[2][0]}{change(found[2][1:-1])}{found[2][0]}", anchor, 1)


class LinkMarks:
    """Finds the links of one template while it is compiled."""

    def __init__(self, marked: Marked) -> None:
        self._marked = marked
        self._begin, self._end = f"{marked.stem}linkb", f"{marked.stem}linke"
        self._marks = re.compile(f"({self._begin}|{self._end})")

    def around(self, address: str) -> str:
        """An address of the marked text between two marks, where it can be taken as a whole."""
        return f"{self._begin}{address}{self._end}" if address and self._is_whole(address) else address

    def in_html(self, text: str) -> str:
        """A part of HTML, marked, with marks around the addresses of its links."""
        return _ANCHOR.sub(lambda found: _with_address(found[0], self.around), text)

    def parts(self, text: str) -> Iterator[str | Piece | Code]:
        """The runs of text and the tags of a text with marks, the marks as filters."""
        for run in self._marks.split(text):
            if run == self._begin:
                yield OPEN
            elif run == self._end:
                yield CLOSE
            else:
                for part in self._marked.parts(run):
                    yield from _around_translation(part)

    def _is_whole(self, address: str) -> bool:
        """Whether what decides in the address begins and ends there."""
        depth = 0
        for found in self._marked.token.finditer(address):
            piece = self._marked.piece(found.group())
            if piece.kind is not Kind.STATEMENT:
                continue
            depth += (piece.word in _OPENS) - (piece.word in _CLOSES)
            if depth < 0 or piece.word not in _MAY_STAND:
                return False
        return depth == 0


OPEN, CLOSE = Code("{% filter _utm %}"), Code("{% endfilter %}")
_SEARCHED = Code("{% filter _utm_inside %}")


def _around_translation(part: str | Piece) -> Iterator[str | Piece | Code]:
    """A tag that brings links of its own is searched when it is filled."""
    if isinstance(part, Piece) and part.kind in (Kind.WHOLE, Kind.PRINT) and "<a" in part.text:
        yield from (_SEARCHED, part, CLOSE)
    else:
        yield part


def utm_filters() -> Mapping[str, Callable[..., object]]:
    """The filters that the compiler writes; `_utm` of a letter's names is its LinkTags, or None."""
    return {"_utm": _utm, "_utm_inside": _utm_inside}


@pass_context
def _utm(context: Context, value: str) -> str:
    """The content of a filter block is escaped already, and what comes of it is written as it is."""
    tags = context.get("_utm")
    return tags.add(str(value), html=isinstance(value, Markup)) if isinstance(tags, LinkTags) else value


@pass_context
def _utm_inside(context: Context, value: str) -> str:
    tags = context.get("_utm")
    if not isinstance(tags, LinkTags):
        return value
    return tags.add_in_html(str(value)) if isinstance(value, Markup) else tags.add_in_text(value)
