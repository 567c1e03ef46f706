"""Parameters of a shop's statistics on the links of a letter.

Where the addresses stand is found when a letter is compiled (`link_marks`): no mail is searched but for a
text of one's own.
"""

from __future__ import annotations

import re

from penfriend.rendering.links import own_addresses

_WEB = re.compile(r"\s*https?://", re.IGNORECASE)
_FRAGMENT = re.compile(r"#")
_FRAGMENT_IN_HTML = re.compile(r"(?<!&)#|#(?!\d+;|x[\da-f]+;)", re.IGNORECASE)
"""The first # that begins no character reference."""
_SEPARATOR = re.compile(r"&(?:amp;)?|;")
_ADDRESS = re.compile(r"""https?://[^\s<>"']+(?<![.,;:!?)\]])""", re.IGNORECASE)
MAX_KEPT = 2_000
"""So many finished addresses are kept for one step; most are the same in each of its mails."""


class LinkTags:
    """The parameters of one step's links. `public_url` is where our own links lead, which get none."""

    def __init__(self, pairs: tuple[tuple[str, str], ...], public_url: str) -> None:
        self._pairs = pairs
        self._ours = own_addresses(public_url)
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

    def add_in_text(self, text: str) -> str:
        """The same for each web address of a text, without the full stop behind it."""
        return _ADDRESS.sub(lambda found: self.add(found[0], html=False), text)
