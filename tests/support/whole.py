"""What `make test` looks at by a sample, and `make whole` (WHOLE=1) whole: every test on both databases
(`tests.support.both_databases`), every page in every language, width and scheme."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import product

WHOLE = os.environ.get("WHOLE") == "1"


def crossed(*choices: Sequence[object]) -> list[tuple[object, ...]]:
    """For `parametrize`: every combination; by `make test` each choice once at least, beside another of the
    others each time."""
    if WHOLE:
        return list(product(*choices))
    return [tuple(some[number % len(some)] for some in choices) for number in range(max(map(len, choices)))]
