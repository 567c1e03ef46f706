"""How messages quote what was found and list what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from penfriend.domain.problems import quote

_MOST_LISTED = 30


def listing(words: Iterable[str], between: str = ", ") -> str:
    """The words with commas between them; of very many only the first."""
    first = list(islice(words, _MOST_LISTED + 1))
    return between.join(first[:_MOST_LISTED]) + (f"{between}…" if len(first) > _MOST_LISTED else "")


__all__ = ["listing", "quote"]
