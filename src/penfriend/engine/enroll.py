"""The tick `enroll`: takes looks until nothing is left that was touched or whose moment has passed.

One worker at a time holds its lease. Each batch is one transaction of the store: joins, leaves, enrollments,
refusals and the waking of those who were touched are written together or not at all, so a crash in between
costs nothing but the time of the lease.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from penfriend.domain.definitions import Definitions
from penfriend.domain.ports import Clock
from penfriend.domain.timing import SECOND, Moment
from penfriend.engine.live import Live

LEASE = 60 * SECOND
"""A batch takes a second at most; it is renewed before each."""


class LookDone(Protocol):
    """What one batch of a look did."""

    @property
    def more(self) -> bool:
        """There may be more to read."""

    @property
    def joined(self) -> int:
        """Members that came in."""

    @property
    def left(self) -> int:
        """Members that went out."""

    @property
    def entered(self) -> int:
        """Enrollments that began."""

    @property
    def refused(self) -> int:
        """People who came to a door that stayed shut; each has its reason on record."""

    @property
    def woken(self) -> int:
        """Enrollments that are looked at again."""


class Looking(Protocol):
    """The looks of the store (`penfriend.storage.looks_store`)."""

    def take_lease(self, owner: str, now: Moment, until: Moment) -> bool:
        """Become, or stay, the one who looks; False where another is."""

    def give_back(self, owner: str) -> None:
        """End the lease."""

    def look(self, definitions: Definitions, revision: int, now: Moment) -> LookDone:
        """One batch."""


@dataclass(slots=True)
class EnrollReport:
    """What one tick did. `held`: another worker has the lease, so nothing was done."""

    joined: int = 0
    left: int = 0
    entered: int = 0
    refused: int = 0
    woken: int = 0
    held: bool = False


class Enroll:
    """Finds who joins, who leaves and who enters."""

    def __init__(
        self,
        looking: Looking,
        clock: Clock,
        owner: str,
        expire_points: Callable[[Moment], object] = lambda _now: None,
    ) -> None:
        self._looking, self._clock, self._owner, self._expire_points = looking, clock, owner, expire_points

    def tick(self, live: Live, stopping: Callable[[], bool] = lambda: False) -> EnrollReport:
        """Look until nothing is left or `stopping()`. Points whose date has passed are taken out before."""
        report = EnrollReport()
        if not self._hold():
            report.held = True
            return report
        try:
            self._expire_points(self._clock.now())
            while True:
                done = self._looking.look(live.definitions, live.revision, self._clock.now())
                _add(report, done)
                if not done.more or stopping() or not self._hold():
                    return report
        finally:
            self._looking.give_back(self._owner)

    def _hold(self) -> bool:
        now = self._clock.now()
        return self._looking.take_lease(self._owner, now, Moment(now + LEASE))


def _add(report: EnrollReport, done: LookDone) -> None:
    report.joined += done.joined
    report.left += done.left
    report.entered += done.entered
    report.refused += done.refused
    report.woken += done.woken
