"""The DNS as a table, for tests of what is concluded from it."""

from __future__ import annotations

from penfriend.domain.names import Answer, Found

NONE = Answer(Found.NONE)
SILENT = Answer(Found.UNKNOWN, why="no name server answers")


class Zone:
    """`(name, kind)` to records; a name among `silent` gives no answer. `asked` counts the questions."""

    def __init__(
        self, known: dict[tuple[str, str], tuple[str, ...]], silent: frozenset[str] = frozenset()
    ) -> None:
        self.known, self.silent, self.asked = known, silent, 0

    def _ask(self, name: str, kind: str) -> Answer:
        self.asked += 1
        if name in self.silent:
            return SILENT
        records = self.known.get((name, kind))
        return NONE if records is None else Answer(Found.SOME, records)

    def texts(self, name: str) -> Answer:
        """See `Names`."""
        return self._ask(name, "TXT")

    def addresses(self, name: str) -> Answer:
        """See `Names`."""
        return self._ask(name, "A")

    def exchanges(self, name: str) -> Answer:
        """See `Names`."""
        return self._ask(name, "MX")

    def names_of(self, address: str) -> Answer:
        """See `Names`."""
        return self._ask(address, "PTR")


def texts(**records: str | tuple[str, ...]) -> Zone:
    """A zone of TXT records: `shop_example="v=spf1 -all"`, `_` for each dot."""
    return Zone(
        {
            (name.replace("_", "."), "TXT"): (one,) if isinstance(one, str) else one
            for name, one in records.items()
        }
    )
