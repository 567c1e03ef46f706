"""Views of a finished letter for people who look at it: in light or in dark whatever their own screen does,
without pictures, with drawings where the pictures of sample things would be."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import default
from html import escape, unescape
from typing import Literal
from urllib.parse import quote

from penfriend.rendering.sample_things import PICTURES

Scheme = Literal["light", "dark"]

_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_BOTH_IN_CSS = re.compile(r"(color-schemes?\s*:\s*)light dark\b", re.IGNORECASE)
_BOTH_IN_META = re.compile(r"(content\s*=\s*[\"'])light dark([\"'])", re.IGNORECASE)
_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[a-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_SOURCE = re.compile(
    r"\s(?:src|srcset|background|poster)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE
)
_IN_CSS = re.compile(r"url\(\s*(?:&quot;|&#34;|[\"'])?\s*(?:https?:|data:|//)[^)]*\)", re.IGNORECASE)
_HIDDEN = re.compile(r"<body\b[^>]*>\s*<div style=\"display:\s*none;[^\"]*\">(.*?)</div>", re.DOTALL)
_FILLERS = re.compile(r"[\u00a0\u00ad\u034f\u200b-\u200d\u2007\u2060\ufeff\s]+")
_HUES = (28, 44, 78, 120, 160, 205, 350)
_PICTURE = re.compile(rf"{re.escape(PICTURES)}([a-z0-9-]+)\.jpg")


def parts_of(content: bytes) -> tuple[str, str]:
    """The HTML and the text of a message, as they are in its bytes."""
    message = BytesParser(policy=default).parsebytes(content)
    found = []
    for kind in ("html", "plain"):
        part = message.get_body((kind,))
        found.append("" if part is None else str(part.get_content()).replace("\r\n", "\n"))
    return found[0], found[1]


def preview_text(html: str) -> str:
    """What mail programs show beside the subject: the hidden text that the letter begins with, without what
    fills it up."""
    found = _HIDDEN.search(html)
    return "" if found is None else _FILLERS.sub(" ", unescape(_TAG.sub("", found[1]))).strip()


def in_scheme(html: str, scheme: Scheme) -> str:
    """The letter as a mail program in that scheme shows it, on every screen."""

    def asked(found: re.Match[str]) -> str:
        return "(min-width: 0)" if found[1].lower() == scheme else "(max-width: 0)"

    def restyled(found: re.Match[str]) -> str:
        css = _BOTH_IN_CSS.sub(rf"\g<1>{scheme}", _QUERY.sub(asked, found[2]))
        return found[1] + css + found[3]

    return _BOTH_IN_META.sub(rf"\g<1>{scheme}\g<2>", _STYLE.sub(restyled, html))


def without_pictures(html: str) -> str:
    """The letter as a mail program shows it that fetches none: texts of pictures in their places."""
    return _IN_CSS.sub("none", _TAG.sub(lambda found: _SOURCE.sub("", found[0]), html))


def with_drawings(html: str) -> str:
    """The letter with a drawing where the picture of a sample thing would be."""
    return _PICTURE.sub(lambda found: _drawing(found[1]), html)


def _drawing(name: str) -> str:
    """A picture that needs nothing: the initial on a ground of a colour that goes by the name."""
    hue = _HUES[sum(name.encode()) % len(_HUES)]
    initial = escape(name[:1].upper())
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600" viewBox="0 0 60 60">'
        f'<rect width="60" height="60" fill="hsl({hue} 26% 80%)"/><circle cx="30" cy="32" r="17" '
        f'fill="hsl({hue} 26% 66%)"/><text x="30" y="38" font-family="Georgia,serif" font-size="18" '
        f'text-anchor="middle" fill="hsl({hue} 30% 22%)">{initial}</text></svg>'
    )
    return f"data:image/svg+xml,{quote(svg, safe=' =:/()')}"
