"""Icons that MJML brings of its own accord, from machines of others, who so learn who opens a letter."""

from __future__ import annotations

import re

from penfriend.rendering.findings import Problems
from penfriend.rendering.marked import Marked
from penfriend.rendering.mjml_tree import Node

_STRANGER = re.compile(r"https://(www\.mailjet\.com|i\.imgur\.com)/[^\s\"'()<>]*")
_BRINGS = {
    "mj-social-element": ("www.mailjet.com", ("src",)),
    "mj-carousel": ("i.imgur.com", ("left-icon", "right-icon")),
    "mj-accordion": ("i.imgur.com", ("icon-wrapped-url", "icon-unwrapped-url")),
}
"""Where an element's icons come from, and the attributes that name others."""


def warn_of_strangers(root: Node, marked: Marked, html: str, problems: Problems) -> None:
    """Warns of each element whose icons mrml chose; `html` is what it made of the tree."""
    strangers = {found[1] for found in _STRANGER.finditer(html) if found[0] not in marked.text}
    for node in root.walk() if strangers else ():
        host, names = _BRINGS.get(node.name, ("", ()))
        if host in strangers and any(node.attribute(name) is None for name in names):
            problems.warning(
                marked.place(node.at),
                f"<{node.name}> fetches its icons from {host}, which so learns who opens the letter; give it"
                f" {' and '.join(names)}.",
                "foreign-icons",
            )
