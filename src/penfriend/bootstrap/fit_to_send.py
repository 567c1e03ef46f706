"""Whether the house is fit to send: what must be right before a mail is claimed, whatever its campaign and
transport. Room on the disks for the records, and a store that is the one it was (`life_watch`)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from penfriend.bootstrap.life_watch import LifeWatch
from penfriend.domain.errors import PenfriendError
from penfriend.domain.gap import Gaps, NoGap
from penfriend.domain.ports import Clock
from penfriend.storage.disk_room import DiskRoom

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

LOOK_SECONDS = 1.0
"""Between two mails it is asked no more often."""


def mark_folders(house: House) -> tuple[Path, ...]:
    """Where this machine notes how far it has seen the store come."""
    home = house.settings.home / ".penfriend"
    return (house.journals, home) if house.db.is_sqlite else (home,)


def disk_room(house: House) -> DiskRoom:
    """The disks that must have room before anything is sent."""
    journals = house.journals
    return DiskRoom([house.store_file.parent, journals] if house.db.is_sqlite else [journals])


class FitToSend:
    """Asked by the ways out of one worker, from any thread."""

    def __init__(self, room: DiskRoom, life: LifeWatch, clock: Clock) -> None:
        self._room, self._life, self._clock = room, life, clock
        self._passed_at = float("-inf")
        self._one_at_a_time = threading.Lock()

    @classmethod
    def of(cls, house: House) -> Self:
        """For a worker over the house's own store."""
        life = LifeWatch(house.db, house.clock, mark_folders(house), house.store_id)
        return cls(disk_room(house), life, house.clock)

    @property
    def gaps(self) -> Gaps:
        """What is known of the store's gap."""
        return self._life

    def check(self) -> None:
        """Raises NoRoom, and StoreUnavailable."""
        self._look()
        self._life.renew()

    def keep(self) -> None:
        """A worker is at work: called by every tick, as that of sending may take hours. Raises
        StoreUnavailable."""
        self._life.renew()

    def _look(self) -> None:
        self._room.check()
        self._life.look()

    def is_unfit(self) -> bool:
        """The same for those who are on their way: no mail is begun any more. Who comes next hears why."""
        now = self._clock.elapsed()
        if now - self._passed_at < LOOK_SECONDS:  # asked for every mail: without the lock
            return False
        with self._one_at_a_time:
            if now - self._passed_at < LOOK_SECONDS:
                return False
            try:
                self._look()
            except PenfriendError:
                return True
            self._passed_at = now
            return False

    def close(self) -> None:
        """The worker ends."""
        self._life.stop()


class AlwaysFit(FitToSend):
    """Nothing is asked: for rehearsals, the demo and tests."""

    def __init__(self) -> None:
        """Needs nothing."""

    @property
    def gaps(self) -> Gaps:
        """None."""
        return NoGap()

    def check(self) -> None:
        """Always passes."""

    def keep(self) -> None:
        """Nothing is kept."""

    def is_unfit(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing to be done."""
