"""How messages quote what was found and list what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

_LONGEST_QUOTE = 60
_MOST_LISTED = 30


def quote(text: str) -> str:
    """`text` between double quotes, on one line and not too long to be read."""
    if len(text) <= _LONGEST_QUOTE and text.isprintable() and "  " not in text:
        return f'"{text}"'
    flat = " ".join("".join(c if c.isprintable() else " " for c in text[: _LONGEST_QUOTE * 4]).split())
    return f'"{flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1] + "…"}"'


def listing(words: Iterable[str], between: str = ", ") -> str:
    """The words with commas between them; of very many only the first."""
    first = list(islice(words, _MOST_LISTED + 1))
    return between.join(first[:_MOST_LISTED]) + (f"{between}…" if len(first) > _MOST_LISTED else "")
