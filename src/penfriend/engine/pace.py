"""The pace of a route, or of a domain on it: mails taken of a bucket of all workers, a batch at a time.

What was taken is used at once, or within the time for which a fast rate lets it be (`Rate.fresh`); later it
is exchanged for new, which may be fewer. What is left at the end of a tick goes back.
"""

from __future__ import annotations

from dataclasses import replace

from penfriend.domain.pacing import Rate, Taken
from penfriend.domain.ports import Clock, Rates
from penfriend.domain.timing import SECOND, Moment

ASKED_AGAIN = SECOND // 2
"""An empty bucket: somebody may have given back by then."""

TOGETHER = 10
"""Of a fast rate so many are taken where mails go for which none were: not a move of the bucket for each."""


class Pace:
    """Used by one thread. `rate` None is no limit, and asks the store nothing."""

    def __init__(self, rates: Rates, clock: Clock, rate: Rate | None, route: str, domain: str = "") -> None:
        self._rate = rate
        self._rates, self._clock, self._route, self._domain = rates, clock, route, domain
        self._left = Taken(0, Moment(0), Moment(0))
        """Taken, and not used yet."""
        self._empty: tuple[Moment, Moment] | None = None
        """When the bucket was found empty, and until when it surely is: it need not be asked before."""

    def peek(self, wanted: int) -> int:
        """How many of so many could go now; nothing is taken."""
        if self._rate is None:
            return wanted
        now, held = self._clock.now(), self._left.mails
        if held < wanted and not self._is_empty(now):
            held += self._rates.peek(self._route, self._domain, self._rate, now, wanted - held)
        return min(held, wanted)

    def take(self, wanted: int) -> int:
        """Take room for so many mails; for how many there was."""
        if self._rate is None:
            return wanted
        now = self._clock.now()
        if self._left.mails < wanted and not self._is_empty(now):
            self._exchange(self._rate, now, wanted)
        return min(self._left.mails, wanted)

    def spend(self) -> bool:
        """One mail goes now; False where it may not."""
        if self._rate is None:
            return True
        now, left = self._clock.now(), self._left
        stale = left.mails > 0 and not left.at <= now <= left.at + self._rate.fresh
        if stale or (not left.mails and not self._is_empty(now)):
            self._exchange(self._rate, now, max(left.mails, TOGETHER if self._rate.fresh else 1))
        if not self._left.mails:
            return False
        self._left = replace(self._left, mails=self._left.mails - 1)
        return True

    def unspend(self) -> None:
        """The mail that was to go does not."""
        if self._rate is not None:
            self._left = replace(self._left, mails=self._left.mails + 1)

    def give_back(self) -> None:
        """What was taken and not used goes back for the others."""
        if self._rate is not None and self._left.mails:
            self._exchange(self._rate, self._clock.now(), 0)

    def _is_empty(self, now: Moment) -> bool:
        return self._empty is not None and self._empty[0] <= now < self._empty[1]

    def _exchange(self, rate: Rate, now: Moment, wanted: int) -> None:
        taken = self._rates.exchange(self._route, self._domain, rate, now, self._left, wanted)
        until = min(taken.full_at - rate.depth + rate.cost(1), now + ASKED_AGAIN)
        self._left, self._empty = taken, (now, Moment(until)) if taken.mails < wanted else None
