"""The `<a>` of a piece of HTML: their addresses changed, and the attributes that are ours taken out."""

from __future__ import annotations

import re
from collections.abc import Callable

from penfriend.rendering.mjml_rules import TRACK, UTM

_ANCHOR = re.compile(r"""<a\s(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_HREF = re.compile(r"""(?<![\w-])(href\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_OURS = re.compile(
    rf"""\s+(?P<name>{UTM}|{TRACK})(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+)))?"""
    r"(?=[\s>/])",
    re.IGNORECASE,
)

_OFF = frozenset({"off", "no", "false"})
"""`off` is the word; what is meant by the others is as plain."""

Change = Callable[[str, bool, bool], str]
"""An address as it becomes: given whether it may carry parameters, and whether it may be tracked."""


def change_addresses(html: str, change: Change) -> str:
    """The piece with the address of each link changed. `data-utm="off"` and `data-track="off"` are heeded and
    left out."""
    return _ANCHOR.sub(lambda found: _changed(found[0], change), html)


def _changed(anchor: str, change: Change) -> str:
    off: set[str] = set()

    def heed(found: re.Match[str]) -> str:
        said = found["double"] or found["single"] or found["bare"] or ""
        if said.strip().lower() in _OFF:
            off.add(found["name"].lower())
        return ""

    anchor = _OURS.sub(heed, anchor)
    utm, track = UTM not in off, TRACK not in off
    return _HREF.sub(
        lambda found: f"{found[1]}{found[2][0]}{change(found[2][1:-1], utm, track)}{found[2][0]}", anchor, 1
    )
