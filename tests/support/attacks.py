"""The texts of attackers by family: those written for these tests, those of public lists, naughty strings.

ATTACKS=all (`make attacks`) takes the whole of the lists, which hold thousands; otherwise one in LISTED_EACH.
"""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
ALL = os.environ.get("ATTACKS") == "all"
LISTED_EACH = 1 if ALL else 80


@cache
def attacks(family: str) -> tuple[str, ...]:
    """Those of one family; `naughty` are the naughty strings that are not blank."""
    if family == "naughty":
        listed: list[str] = json.loads((DATA / "naughty_strings.json").read_text(encoding="utf-8"))
        return tuple(text for text in listed if text.strip())
    return (*written(family), *listed_attacks().get(family, ())[::LISTED_EACH])


def written(family: str) -> tuple[str, ...]:
    """Those of one family that were written for these tests."""
    found: dict[str, list[str]] = json.loads((DATA / "attacks.json").read_text(encoding="utf-8"))
    return tuple(found[family])


@cache
def listed_attacks() -> dict[str, list[str]]:
    """Those of the public lists."""
    found: dict[str, list[str]] = json.loads(gzip.decompress((DATA / "listed_attacks.json.gz").read_bytes()))
    return found
