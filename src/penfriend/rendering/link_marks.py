"""Finds the links of a letter while it is compiled, so that no mail is searched for them: each address goes
through a filter of its own, which adds parameters (`utm`) and lets it lead through the service (`tracked`).

What is not ours alone (a translation that brings links of its own) is searched when it is filled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import partial

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from penfriend.rendering.anchors import change_addresses
from penfriend.rendering.limits import check_size
from penfriend.rendering.marked import Code, Marked
from penfriend.rendering.source import Kind, Piece
from penfriend.rendering.tracked import Tracker
from penfriend.rendering.utm import LinkTags

_MAY_STAND = frozenset({"if", "elif", "else", "endif", "for", "endfor"})
_OPENS, _CLOSES = frozenset({"if", "for"}), frozenset({"endif", "endfor"})


class Marking(Enum):
    """What becomes of an address: the filter that it goes through."""

    NONE = ""
    CARRIES = "_utm"
    IS_TRACKED = "_tracked"
    BOTH = "_link"


UNMARKED = Marking.NONE
_BY_WISH = {
    (False, False): Marking.NONE,
    (True, False): Marking.CARRIES,
    (False, True): Marking.IS_TRACKED,
    (True, True): Marking.BOTH,
}


class LinkMarks:
    """The links of one template. `utm`: they carry parameters in some letter, `track`: they are tracked in
    some."""

    def __init__(self, marked: Marked, *, utm: bool, track: bool) -> None:
        self._marked, self._utm, self._track = marked, utm, track
        self._begins = {
            marking: f"{marked.stem}link{number}b" for number, marking in enumerate(Marking) if marking.value
        }
        self._end = f"{marked.stem}linkend"
        self._codes = {
            begin: Code(f"{{% filter {marking.value} %}}") for marking, begin in self._begins.items()
        }
        self._codes[self._end] = CLOSE
        self._marks = re.compile("(" + "|".join(self._codes) + ")")

    def marking(self, *, utm: bool, track: bool) -> Marking:
        """What becomes of the address of a link that may carry parameters, that may be tracked."""
        return _BY_WISH[utm and self._utm, track and self._track]

    def around(self, address: str, marking: Marking) -> str:
        """An address of the marked text between two marks, where it can be taken as a whole."""
        if marking is UNMARKED or not address or not self._is_whole(address):
            return address
        return f"{self._begins[marking]}{address}{self._end}"

    def in_text(self, address: str) -> str:
        """The same in the plain text, where people read addresses: they carry parameters and lead straight
        there."""
        return self.around(address, self.marking(utm=True, track=False))

    def in_html(self, text: str) -> str:
        """A part of HTML, marked, with marks around the addresses of its links."""
        return change_addresses(
            text, lambda address, utm, track: self.around(address, self.marking(utm=utm, track=track))
        )

    def parts(self, text: str) -> Iterator[str | Piece | Code]:
        """The runs of text and the tags of a text with marks, the marks as filters."""
        for run in self._marks.split(text):
            code = self._codes.get(run)
            if code is not None:
                yield code
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


CLOSE = Code("{% endfilter %}")
_SEARCHED = Code("{% filter _links_inside %}")


def _around_translation(part: str | Piece) -> Iterator[str | Piece | Code]:
    """A tag that brings links of its own is searched when it is filled."""
    if isinstance(part, Piece) and part.kind in (Kind.WHOLE, Kind.PRINT) and "<a" in part.text:
        yield from (_SEARCHED, part, CLOSE)
    else:
        yield part


def link_filters() -> Mapping[str, Callable[..., object]]:
    """The filters that the compiler writes; of a letter's names `_utm` is its LinkTags, `_track` its Tracker,
    or None."""
    return {"_utm": _utm, "_tracked": _tracked, "_link": _link, "_links_inside": _links_inside}


# the content of a filter block is escaped already, and what comes of it is written as it is


@pass_context
def _utm(context: Context, value: str) -> str:
    tags = context.get("_utm")
    return tags.add(str(value), html=isinstance(value, Markup)) if isinstance(tags, LinkTags) else value


@pass_context
def _tracked(context: Context, value: str) -> str:
    tracker = context.get("_track")
    return tracker.address(str(value)) if isinstance(tracker, Tracker) else value


@pass_context
def _link(context: Context, value: str) -> str:
    tags, tracker = context.get("_utm"), context.get("_track")
    address = str(value)
    if isinstance(tags, LinkTags):
        address = tags.add(address, html=True)
    return tracker.address(address) if isinstance(tracker, Tracker) else address


@pass_context
def _links_inside(context: Context, value: str) -> str:
    tags, tracker = context.get("_utm"), context.get("_track")
    if not isinstance(value, Markup):
        return tags.add_in_text(value) if isinstance(tags, LinkTags) else value

    def change(address: str, utm: bool, track: bool) -> str:
        if utm and isinstance(tags, LinkTags):
            address = tags.add(address, html=True)
        return tracker.address(address) if track and isinstance(tracker, Tracker) else address

    return change_addresses(str(value), change)


Follow = Callable[[str], str]
"""Gives what becomes of the address of a link."""

# the same three, asked once for all links of a letter (`penfriend.rendering.quick_code`)


def utm_of(context: Context, html: bool) -> Follow:
    """What `_utm` does in this letter."""
    tags = context.get("_utm")
    return _fitting(partial(tags.add, html=html) if isinstance(tags, LinkTags) else None)


def tracked_of(context: Context, _html: bool) -> Follow:
    """What `_tracked` does in this letter."""
    tracker = context.get("_track")
    return _fitting(tracker.address if isinstance(tracker, Tracker) else None)


def link_of(context: Context, _html: bool) -> Follow:
    """What `_link` does in this letter."""
    add, track = utm_of(context, html=True), tracked_of(context, True)
    return lambda address: track(add(address))


def _fitting(change: Follow | None) -> Follow:
    def follow(address: str) -> str:
        check_size(len(address))
        return address if change is None else change(address)

    return follow
