"""The parameters by which a shop's statistics know that a visit came from a mail: `brand.utm`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

PLACES = ("campaign", "step", "topic")
"""What a value can name, as `{{ campaign }}`."""
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Utm:
    """What links carry. A value is a text with places in it; an empty one is left out."""

    source: str
    medium: str = "email"
    campaign: str = "{{ campaign }}"
    content: str = "{{ step }}"
    term: str = ""

    def pairs(self, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Name and value of each parameter, percent-encoded: ASCII that needs no escaping in HTML. `known`
        has a text for each place."""
        filled = {
            f"utm_{name}": _PLACE.sub(lambda found: known[found[1]], getattr(self, name)).strip()
            for name in ("source", "medium", "campaign", "content", "term")
        }
        return tuple((name, quote(value, safe="/")) for name, value in filled.items() if value)


def unknown_place(text: str) -> str | None:
    """The first thing between braces that is no place, if there is one."""
    for found in re.finditer(r"\{\{(.*?)\}\}", text, re.DOTALL):
        if found[1].strip() not in PLACES:
            return found[0]
    return None
