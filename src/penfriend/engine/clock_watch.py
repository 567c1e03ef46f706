"""Whether somebody has set the machine's clock: how far the clock of the day is from the one that nobody
sets.

What rules go by is the clock of the day, whatever it says; only who waits for it, and what was held until a
moment of before, has to know.
"""

from __future__ import annotations

from penfriend.domain.ports import Clock
from penfriend.domain.timing import SECOND

SMALLEST = 5 * SECOND
"""A smaller step does no harm, and a clock that is slowly corrected is none."""


class ClockWatch:
    """Compares the two clocks from look to look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._now()

    def _now(self) -> int:
        return self._clock.now() - round(self._clock.elapsed() * SECOND)

    def look(self) -> int:
        """By how many microseconds the clock was set since the last look; 0 where it was not."""
        offset, before = self._now(), self._offset
        self._offset = offset
        by = offset - before
        return by if abs(by) >= SMALLEST else 0
