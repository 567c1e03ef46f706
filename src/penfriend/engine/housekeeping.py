"""The tick `housekeeping`: once a day the members of all segments are found anew and their numbers kept, and
how people stand with the shop is worked out; due times that a new tzdata moves are reckoned anew, and what
was kept long enough is forgotten bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from penfriend.domain.ports import Clock
from penfriend.domain.timing import DAY, Moment


class Notes(Protocol):
    """Small things to remember (`penfriend.storage.notes`)."""

    def read(self, name: str) -> str | None:
        """What was noted, or None."""

    def write(self, name: str, value: str) -> None:
        """Note it."""


@dataclass(slots=True)
class HousekeepingReport:
    """What one tick did."""

    mended: int | None = None
    """Members that the looks had wrong, where the full look was due: each is a fault."""
    rewoken: int = 0
    """Enrollments whose wall-clock time is reckoned anew."""
    rescored: int = 0
    """Contacts whose orders have another score than the day before."""
    forgotten: int = 0
    """Rows that were deleted because nobody wants them kept any longer."""


def keep_house(
    notes: Notes,
    clock: Clock,
    *,
    refresh_members: Callable[[Moment], int],
    keep_sizes: Callable[[], None],
    keep_relationship: Callable[[Moment], int],
    rewake: Callable[[], int],
    forget: Callable[[Moment], int],
    tzdata: str,
) -> HousekeepingReport:
    """Do what is due: `refresh_members` once a day, `keep_sizes` and `keep_relationship`
    whenever (they keep those of each day once), `rewake` when the version of the time zone data has
    changed, `forget` whenever (it does a bounded part)."""
    report = HousekeepingReport()
    now = clock.now()
    last = notes.read("full_look")
    if last is None:
        notes.write("full_look", str(now))
    elif int(last) + DAY <= now:
        report.mended = refresh_members(now)
        notes.write("full_look", str(now))
    keep_sizes()
    report.rescored = keep_relationship(now)
    known = notes.read("tzdata")
    if known != tzdata:
        report.rewoken = rewake() if known is not None else 0
        notes.write("tzdata", tzdata)
    report.forgotten = forget(now)
    return report
