"""The rate of a transport: a token bucket that holds one second's worth of mails."""

from __future__ import annotations

from penfriend.domain.ports import Clock


class Pace:
    """`rate=50/s`: so many mails a second, in bursts of one second. None is no limit."""

    def __init__(self, rate: float | None, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._tokens = max(1.0, rate or 0)
        self._filled_at = clock.elapsed()

    def room(self) -> int:
        """How many mails may go now."""
        if self._rate is None:
            return 1_000_000
        now = self._clock.elapsed()
        self._tokens = min(max(1.0, self._rate), self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        return int(self._tokens)

    def spend(self) -> None:
        """One mail goes."""
        if self._rate is not None:
            self._tokens -= 1
