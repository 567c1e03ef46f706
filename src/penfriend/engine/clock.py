"""The clocks: the system's, and one that is set by hand for `tick --now`, the demo, simulation and tests."""

from __future__ import annotations

import time

from penfriend.domain.timing import SECOND, Moment

# goes on while a machine sleeps, where the system has it: what was begun before is old afterwards
_ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """Real time."""

    def now(self) -> Moment:
        """Microseconds UTC."""
        return Moment(time.time_ns() // 1000)

    def elapsed(self) -> float:
        """Seconds that pass whatever is done to the date."""
        return time.clock_gettime(_ELAPSED)


class SetClock:
    """Stands still until it is set; what a thing takes is still measured in real time."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    def now(self) -> Moment:
        """The moment it was set to."""
        return self._moment

    def set(self, moment: Moment) -> None:
        """Set it."""
        self._moment = moment

    def elapsed(self) -> float:
        """Seconds that pass whatever is done to the date."""
        return time.clock_gettime(_ELAPSED)


class JumpingClock(SetClock):
    """The clock of a rehearsal: nothing takes time but by its jumps, so that what happens does not depend on
    how fast the machine is."""

    def elapsed(self) -> float:
        """Seconds by the moments it was set to."""
        return self._moment / SECOND
