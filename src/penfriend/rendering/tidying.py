"""The filled plain text of a letter as it goes out: no spaces around its lines, at most one empty line
together.

`tidy` gives the text, `quoted_tidy` its bytes, which are those of `quoted_printable(tidy(text))`: a line is
tidied and encoded by itself, and since most lines stand in every reader's text, what came of it is kept.
"""

from __future__ import annotations

import re

from penfriend.rendering.quoted import quoted_printable

MOST_KEPT = 4_096
LONGEST_KEPT = 1_000
"""Characters: what is longer is made each time."""

CELL_GAP = "  "
"""What stands between two cells of a row: longer gaps are cut to it."""
_GAPS = re.compile(r"   +")
_EMPTY_LINES = re.compile(r"\n\n\n+")
"""Begins with literals, as the other does: a search for `{3,}` takes five times as long."""
_EMPTY = b"\r\n"
_known: dict[str, bytes] = {}
"""By line as it was filled, its bytes with their end."""


def tidy(text: str) -> str:
    """The filled text with no spaces around its lines, at most one empty line together, and one line end at
    its end."""
    made = _EMPTY_LINES.sub("\n\n", "\n".join([line.strip() for line in text.split("\n")]))
    if "   " in made:
        made = _GAPS.sub(CELL_GAP, made)
    return made.strip("\n") + "\n"


def quoted_tidy(text: str) -> bytes:
    """The same, quoted-printable."""
    if "\r" in text:  # which would be the end of a line as well
        return quoted_printable(tidy(text))
    if len(_known) > MOST_KEPT:
        _known.clear()  # by any thread: so nothing is read of it twice
    made: list[bytes] = []
    gap = True
    for line in text.split("\n"):
        encoded = _known.get(line) or _encoded(line)
        if encoded != _EMPTY:
            made.append(encoded)
            gap = False
        elif not gap:
            made.append(encoded)
            gap = True
    if gap and made:
        made.pop()
    return b"".join(made) or _EMPTY


def _encoded(line: str) -> bytes:
    bare = line.strip()
    if "   " in bare:
        bare = _GAPS.sub(CELL_GAP, bare)
    made = quoted_printable(f"{bare}\n")
    if len(line) <= LONGEST_KEPT:
        _known[line] = made
    return made
