"""The texts of attackers by family: `tests/data/attacks.json`, and the naughty strings beside it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


@cache
def attacks(family: str) -> tuple[str, ...]:
    """Those of one family; `naughty` are the naughty strings that are not blank."""
    if family == "naughty":
        listed: list[str] = json.loads((DATA / "naughty_strings.json").read_text(encoding="utf-8"))
        return tuple(text for text in listed if text.strip())
    found: dict[str, list[str]] = json.loads((DATA / "attacks.json").read_text(encoding="utf-8"))
    return tuple(found[family])
