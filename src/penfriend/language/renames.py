"""`was: OLD`: things that have another name than in the revision before."""

from __future__ import annotations

from collections.abc import Collection

from penfriend.language.nodes import Entry, Node
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.shapes import LINE


class Renames:
    """Collects the old names of one kind of thing, and refuses those that cannot be meant."""

    def __init__(self, what: str, reading: Reading) -> None:
        self._what, self._reading = what, reading
        self._found: dict[str, Node] = {}

    def read(self, entry: Entry | None) -> str | None:
        """The old name; two things cannot have the same."""
        was = self._reading.word(entry, LINE)
        if entry is None or was is None:
            return None
        first = self._found.setdefault(was, entry.value)
        if first is not entry.value:
            self._reading.error(
                entry.value,
                f"another {self._what} was {quote(was)} too, at {first.place}; only one of them can be it.",
            )
        return was

    def check(self, known: Collection[str]) -> None:
        """Reports each old name that is among the names of now."""
        for was, node in self._found.items():
            if was in known:
                self._reading.error(
                    node, f"there still is a {self._what} {quote(was)}; was is the name that it had before."
                )
