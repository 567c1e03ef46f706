"""Links that lead through the service, and the foot of a letter that tells when it is opened.

The address is signed in the link itself. So a click leads where the mail said, whatever has become of the
template, the revision or the mail's row since, also while the store is away, and the store keeps no list of
addresses for each mail. The price is the length: a link of 100 characters becomes one of 200.

The plain text keeps its addresses as they are: people read them.
"""

from __future__ import annotations

import re
from html import escape, unescape
from html.entities import html5

from penfriend.domain.letter import Letter
from penfriend.domain.tokens import TRAP, Purpose
from penfriend.domain.tracking import Tracking
from penfriend.rendering.links import PATHS, own_addresses
from penfriend.rendering.tokens import Signer

LONGEST = 1_400
"""Bytes of an address that is tracked: its link stays below the 2,083 characters of old programs."""
MAX_KEPT = 2_000
_WEB = re.compile(r"https?://[^/?#@\\\s]+(?:[/?#]|$)", re.IGNORECASE)
"""A host without a user before it: who follows a link sees our host in it, not that one."""
_REFERENCE = re.compile(r"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z0-9]+;?)(?:(?=(?P<equals>=))|)")
_DROPPED = re.compile(r"[\t\r\n]")
_AROUND = "".join(map(chr, range(0x21)))
_ENCODED = re.compile(r"[^!-~]")


class Trackable:
    """The addresses of one brand's letters that can be tracked."""

    def __init__(self, public_url: str) -> None:
        base = escape(public_url.rstrip("/"))
        self.clicks, self.opens = (f"{base}/{PATHS[one]}/" for one in (Purpose.CLICK, Purpose.OPEN))
        """How our addresses begin, as HTML."""
        self._ours = own_addresses(public_url)
        self.known: dict[str, bytes] = {}
        """What was found before; nothing where an address is not tracked."""

    def target(self, address: str) -> bytes | None:
        """Where an address that is written as HTML leads; None where it is not tracked: it is our own, no web
        address, or too long."""
        known = self.known.get(address)
        if known is None:
            if len(self.known) >= MAX_KEPT:
                self.known.clear()  # by any thread: so nothing is read of it twice
            known = self.known[address] = self._target(address)
        return known or None

    def _target(self, address: str) -> bytes:
        if address.lstrip().startswith(self._ours):
            return b""
        url = as_browsers_read(address)
        if not _WEB.match(url) or not url.partition("://")[2].split("/")[0].isascii():
            return b""
        sent = _ENCODED.sub(_percent, url).encode("ascii")
        return sent if len(sent) <= LONGEST else b""


class Tracker:
    """The links of one letter, numbered in the order in which they are made, and its foot."""

    __slots__ = ("_links", "_number", "_trackable", "foot", "tracks_clicks")

    def __init__(self, trackable: Trackable, letter: Letter, key: bytes, tracking: Tracking) -> None:
        self._trackable = trackable
        self._links = Signer(Purpose.CLICK, letter.contact, letter.message, key)
        self._number, self.tracks_clicks = TRAP, tracking.clicks
        self.foot = ""
        """What stands at the end of the HTML."""
        if tracking.clicks:
            self.foot += _TRAP_LINK.format(trackable.clicks + self._links.sign(TRAP))
        if tracking.opens:
            opens = Signer(Purpose.OPEN, letter.contact, letter.message, key)
            self.foot += _DOT.format(f"{trackable.opens}{opens.sign(0)}.gif")

    def address(self, address: str) -> str:
        """The tracked address in place of one that is written as HTML, where it can be tracked."""
        trackable = self._trackable
        target = trackable.known.get(address) or trackable.target(address)
        if target is None:
            return address
        self._number += 1
        return trackable.clicks + self._links.sign(self._number, target)


_TRAP_LINK = (
    '<a href="{}" rel="nofollow" tabindex="-1" aria-hidden="true" style="display:none;mso-hide:all"></a>'
)
"""Empty, out of the way of eyes, keyboards and screen readers: only what follows every link follows it."""
_DOT = '<img src="{}" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px" />'


END = "</body>"


def with_foot(parts: list[str], foot: str) -> list[str]:
    """The parts of the HTML with a foot at the end of its body. One part is split where that is, so that its
    halves are the same in every letter (`penfriend.rendering.specialise`)."""
    place = next((number for number in reversed(range(len(parts))) if END in parts[number]), None)
    if place is None:
        return [*parts, foot]
    return [*parts[:place], *around_end(parts[place], foot), *parts[place + 1 :]]


def around_end(part: str, *between: str) -> list[str]:
    """What stands before the end of the body, and that end with what follows it."""
    at = part.rfind(END)
    return [part[:at], *between, part[at:]]


def as_browsers_read(address: str) -> str:
    """The URL that a browser makes of the value of an `href`: references decoded by the rules for attributes
    (HTML 13.2.5.73: `&copy=1` is no sign), line breaks and what stands around it dropped (URL 4.4)."""
    if "&" in address:
        address = _REFERENCE.sub(_decoded, address)
    return _DROPPED.sub("", address).strip(_AROUND)


def _decoded(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#") or (name.endswith(";") and name in html5):
        return unescape(found[0])
    # without its semicolon a name counts only where no letter, digit or = follows; the first two are in it
    return html5[name] if name in html5 and found["equals"] is None else found[0]


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
