"""What monitoring is told of a store: few numbers, each with a bounded set of names beside it, and never
whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from penfriend.domain.timing import Moment

MOST_COUNTED = 1_000_000
"""Where more wait than so many, it is said that so many do: counting them would take too long."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for its moment, or is past it."""

    overdue: int
    """So many are past their moment, MOST_COUNTED at most."""
    lag: int
    """Microseconds since the moment of the one that waits longest; 0 where none is overdue."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of a store at a moment, as far as it can be had at once, however large the store is."""

    at: Moment
    revision: int
    """The live one; 0 is none."""
    files_refused: bool
    """The campaign files as they are now could not be applied."""
    sends: Mapping[tuple[str, str], int]
    """Tries to hand a mail over that ever were, by transport and outcome."""
    messages: Mapping[str, int]
    """Mails that are not over, by status, MOST_COUNTED at most of each; and those in doubt."""
    queues: Mapping[str, Queue]
    """`messages`, `enrollments` and `calls`: webhooks and `outgoing` together."""
    suppressions: Mapping[str, int]
    """Addresses by reason."""
    resting_routes: frozenset[str]
    """Transports that rest."""
    resting_destinations: Mapping[str, int]
    """By transport how many recipients' domains rest."""
    stopped: frozenset[str]
    """Campaigns that have stopped by themselves."""
    failing_sources: frozenset[str]
    """Segments whose source fails or was stopped."""
    coupons: Mapping[str, int]
    """By coupon how many codes are left, MOST_COUNTED at most."""
    workers: Mapping[str, int]
    """How many are `alive` and how many `silent`, on all machines."""
