"""How fast mails may go: a rate, and the arithmetic of its bucket (GCRA), pure.

A bucket is one moment, `full_at`: when it would be full again if nobody took anything more. Each mail that is
taken moves it on by the mail's share of time; it may not stand further ahead than the bucket is deep. Whoever
moves it, and however many do: over any interval T never more than rate * T + burst mails, where the burst is
one second's worth, at least one mail.

What is taken is used a little later. Where a rate is fast, what was taken at once for many mails may be used
within `Rate.fresh`, and the bucket is so much less deep, so that the law holds for the using as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment

UNITS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}
"""What a rate can be per."""
SLOW = 10
"""Mails a second; up to here each mail is taken at the moment at which it is used."""
FRESH = SECOND // 10
"""So long what was taken of a fast rate may be used."""
CLOCKS_DIFFER = MINUTE
"""The clocks of several machines may differ by so much. What lies further ahead was written before a clock
was set back."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`50 per second`: so many mails per so many microseconds."""

    mails: float
    per: int = SECOND

    @property
    def per_second(self) -> float:
        """Mails a second."""
        return self.mails * SECOND / self.per

    @property
    def fresh(self) -> int:
        """Microseconds within which what was taken may be used; 0 where each mail takes its own."""
        return 0 if self.per_second <= SLOW else FRESH

    @property
    def depth(self) -> int:
        """Microseconds of the rate that the bucket holds."""
        return max(SECOND - self.fresh, self.cost(1))

    def cost(self, mails: int) -> int:
        """Microseconds that so many mails take; rounded up, so that rounding never lets more out."""
        return math.ceil(mails * self.per / self.mails)

    def __str__(self) -> str:
        unit = next((name for name, length in UNITS.items() if length == self.per), "second")
        return f"{self.mails:g} per {unit}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a bucket gave at a moment and is not used yet, and how it stood afterwards."""

    mails: int
    full_at: Moment
    at: Moment


def take(rate: Rate, full_at: Moment, now: Moment, wanted: int) -> Taken:
    """At most `wanted` mails of the bucket.

    One that would be full only after a longer time than it is deep was written by a clock that was set back
    since: it is empty now, and fills from now on.
    """
    depth = rate.depth
    if full_at > now + depth + CLOCKS_DIFFER:
        return Taken(0, Moment(now + depth), now)
    begins = max(full_at, now)
    space = now + depth - begins
    mails = min(wanted, int(space * rate.mails / rate.per) + 1) if space > 0 else 0
    while mails > 0 and rate.cost(mails) > space:
        mails -= 1
    return Taken(mails, Moment(begins + rate.cost(mails)) if mails > 0 else full_at, now)


def put_back(rate: Rate, full_at: Moment, left: Taken, now: Moment) -> Moment:
    """When the bucket is full again after what is left of `left` came back.

    Where others have moved it since, it may have run over for the sake of what was gone: what has flowed in
    since then does not come back, else it would be there twice.
    """
    cost = rate.cost(left.mails) if left.mails else 0
    run_over = 0 if full_at == left.full_at else max(0, now - left.at)
    return Moment(full_at - max(0, cost - run_over))
