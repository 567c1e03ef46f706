"""What is wrong with the address of a link or picture, as far as it is written in the template."""

from __future__ import annotations

import re

from penfriend.domain.problems import quote
from penfriend.rendering.marked import Marked

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LEFT_OVER = re.compile(
    r"\*\|.*\|\*|\[\[.*\]\]|%%.*%%|<%.*%>|\{.*\}|\A(?:https?:/*|todo|xxx+|link|url)\Z", re.IGNORECASE
)
"""Merge tags of other mailers, and what people write for later."""
_LINKS = frozenset({"https", "mailto", "tel", "sms"})
_PICTURES = frozenset({"https", "cid", "data"})

Fault = tuple[str, str]
"""Its code and the sentence."""


def address_fault(marked: Marked, text: str, *, picture: bool) -> Fault | None:
    """What is wrong with an address; None also where a Jinja tag stands at its beginning, since values are
    looked at when the letter is made."""
    found = marked.token.match(text)
    if found:
        return None
    written = marked.token.sub("...", text)
    what = "picture" if picture else "link"
    if text in ("", "#"):
        return "placeholder-link", f'the {what} leads nowhere: its address is "{text}".'
    if _LEFT_OVER.search(text):
        return (
            "placeholder-link",
            f"the address {quote(written)} is left over from a draft or another program.",
        )
    scheme = _SCHEME.match(text)
    name = scheme[1].lower() if scheme else ""
    if name == "http":
        return "insecure-link", f"the {what} {quote(written)} is not encrypted; write https://."
    if not name and text.startswith("#") and not picture:
        return None  # leads to a place in the letter
    if name not in (_PICTURES if picture else _LINKS):
        right = "https" if picture else "https, mailto or tel"
        return (
            "placeholder-link",
            f"the address {quote(written)} leads nowhere from a mail; it begins with {right}.",
        )
    return None
