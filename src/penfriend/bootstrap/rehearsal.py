"""The future, rehearsed: the real engine over a copy of a store, with a clock that jumps and a transport that
keeps the mail. Plan, simulate and the tests of campaigns live on it.

Nothing leaves, and the store that was copied is only read. The clock jumps from due time to due time, at most
once a minute, as often as a daemon is promised to look.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from penfriend.bootstrap.checked import Checked
from penfriend.bootstrap.house import House
from penfriend.bootstrap.ticks import Tick
from penfriend.bootstrap.worker import Worker
from penfriend.delivery import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.engine.clock import JumpingClock, SetClock
from penfriend.engine.live import Live
from penfriend.storage.database import Database
from penfriend.storage.pending import Pending, pending
from penfriend.storage.snapshot import copy_store

SIGNED_WITH = "nothing of a rehearsal leaves the house"
"""Signs the links of the mails, so that one that is followed by mistake leads nowhere in the real house."""
Keep = Callable[[Handover], None]
"""Hears each mail at the moment of the clock at which it would have left."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """When the next look is, by which revision, and when that was found."""

    next: Moment | None
    by: Live | None
    at: Moment


class Rehearsal:
    """A house of its own with a worker and a clock. `begin` is where the clock stands."""

    def __init__(self, house: House, clock: SetClock, keep: Keep) -> None:
        self.house, self.clock = house, clock
        self.worker = Worker(
            house, lambda name, _: (MemoryTransport(name, keep=keep, concurrency=100), None), paced=False
        )
        self._expected = set(Tick)
        """The ticks for which time alone may have brought something since the last jump; at first all."""
        self._pending: Pending | None = None
        """What is there to be done; None where something may have changed it since it was found."""
        self._looked: _Looked | None = None
        """When the next look is; None where a look may have changed it since."""

    def live_until(
        self,
        end: Moment,
        tell: Callable[[Moment], None] = lambda _: None,
        act: Callable[[], Moment | None] = lambda: None,
    ) -> None:
        """Jump from due time to due time until `end`, that moment included.

        `act` lets the world do what is due at the clock's moment, before and after the ticks, and says when
        it next wants to; `tell` hears each moment that was lived.
        """
        while True:
            act()
            self._pending = None
            self.worker.settle(self._has_work)
            coming = act()
            self._pending = None
            tell(self.clock.now())
            upcoming = self._next(coming, end)
            if upcoming is None:
                return
            self.clock.set(upcoming)

    def _has_work(self, tick: Tick) -> bool:
        """Ticks that would find nothing are left out, which is most of them: a simulated month is a matter of
        thousands of jumps. Nobody but this worker works on the store."""
        expected = tick in self._expected
        self._expected.discard(tick)
        has_work = expected or self._is_pending(tick)
        if has_work:
            self._pending = None
        if has_work and tick is Tick.ENROLL:
            self._looked = None
        return has_work

    def _is_pending(self, tick: Tick) -> bool:
        if tick in (Tick.RECOVER, Tick.TRACK):
            return False
        found, now = self._found(), self.clock.now()
        match tick:
            case Tick.ENROLL:
                return found.touched
            case Tick.ADVANCE:
                return found.woken or (found.enrollment_due is not None and found.enrollment_due <= now)
            case Tick.SEND:
                return found.message_due is not None and found.message_due <= now
            case Tick.CALL:
                return found.call_due is not None and found.call_due <= now

    def _found(self) -> Pending:
        if self._pending is None:
            self._pending = pending(self.house.db)
        return self._pending

    def _next_look(self, until: Moment) -> Moment | None:
        """Asked for again after each look, and once a day: what a look asks for changes by touching somebody,
        and who is touched is looked at."""
        now, live = self.clock.now(), self.house.live()
        known = self._looked
        if known is None or known.by is not live or now >= known.at + DAY:
            known = self._looked = _Looked(self.worker.next_look(until), live, now)
        return known.next

    def _next(self, coming: Moment | None, end: Moment) -> Moment | None:
        now = self.clock.now()
        if now >= end:
            return None
        by_tick = self.worker.due(self._found())
        others = [moment for moment in (coming, *by_tick.values(), end) if moment is not None]
        by_tick[Tick.ENROLL] = look = self._next_look(min(others))
        moments = others if look is None else [*others, look]
        upcoming = min(end, _minute_after(max(min(moments), Moment(now + 1))))
        self._expected = {
            tick for tick, moment in by_tick.items() if moment is not None and moment <= upcoming
        }
        return upcoming


def _minute_after(moment: Moment) -> Moment:
    """The full minute at that moment or after it."""
    return Moment(-(-moment // MINUTE) * MINUTE)


@contextmanager
def rehearse(house: House, begin: Moment, keep: Keep = lambda _: None) -> Iterator[Rehearsal]:
    """A rehearsal over a copy of the house's store as it is now, which is gone afterwards."""
    with _copy(house, begin) as (copy, clock), _at_work(Rehearsal(copy, clock, keep)) as rehearsal:
        yield rehearsal


@contextmanager
def _copy(house: House, begin: Moment) -> Iterator[tuple[House, SetClock]]:
    with tempfile.TemporaryDirectory(prefix="penfriend-") as folder:
        file = Path(folder) / "copy.db"
        db = copy_store(house.db, file)
        clock = JumpingClock(begin)
        with _house_of(house, db, file, clock) as copy:
            yield copy, clock


def _house_of(house: House, db: Database, file: Path, clock: SetClock) -> House:
    settings = replace(
        house.settings, database_url=f"sqlite:///{file}", transport="memory:", secret_key=SIGNED_WITH
    )
    return HouseAlone(settings, db, clock)


class HouseAlone(House):
    """The house of a store that nobody else writes to, so the live revision is asked for once."""

    tells = False
    _known: Live | None = None

    def live(self) -> Live | None:
        """The live revision."""
        if self._known is None:
            self._known = super().live()
        return self._known

    def run_as(self, live: Live) -> None:
        """Make these definitions the first revision."""
        super().run_as(live)
        self._known = None

    def _keep(self, number: int, checked: Checked) -> None:
        super()._keep(number, checked)
        self._known = None


@contextmanager
def _at_work(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    try:
        yield rehearsal
    finally:
        rehearsal.worker.close()
