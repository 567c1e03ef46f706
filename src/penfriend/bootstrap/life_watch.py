"""Watches over the store's life: whether it is the store that this machine knows, or an old backup of it.

While a worker runs, the store's number grows every few seconds, and a mark beside the store follows it.
Before mails are claimed both are looked at. A store that is behind its mark was restored: what fell due
between its own last moment and that of the mark was most likely sent by the store that is lost, so it waits
until somebody says yes (`penfriend.domain.gap`). That also holds for a PostgreSQL that has lost its last
commits in a failover, and for one that is restored under a running worker.

Where there is no mark (another machine, a container without a folder that stays) the store's own word
counts: whoever is asked to stop writes that down. A store that nobody has stopped and that was at rest for
longer than LONGEST_ABSENCE is most likely a backup that was taken of a running one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from penfriend.domain.errors import PenfriendError
from penfriend.domain.gap import Gap
from penfriend.domain.health import WHAT_TO_SAY, ClockSet, describe_gap
from penfriend.domain.ports import Clock
from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment
from penfriend.storage.clock_mending import mend_clock
from penfriend.storage.database import Database
from penfriend.storage.life import Life, begin_anew, brought_again, read_gap, read_life, renew_life
from penfriend.storage.life_marks import LifeMarks
from penfriend.storage.tending import check_whole

log = logging.getLogger("penfriend.life")

LOOK_SECONDS = 1.0
"""So often the store is asked, at most."""
RENEW_SECONDS = 5.0
"""So often the number grows: one small commit."""
AHEAD = MINUTE
"""A store that was at work so much later than now has met another clock; clocks of several machines are never
quite the same."""
LONGEST_ABSENCE = HOUR
"""A worker that was killed is started again by then."""


class LifeWatch:
    """The watch of one worker. Satisfies `penfriend.domain.gap.Gaps`; any thread may call. Looking does not
    wait for renewing: it is done between two mails, while somebody may have locked the store."""

    def __init__(
        self, db: Database, clock: Clock, folders: Sequence[Path], store_id: Callable[[], str]
    ) -> None:
        self._db, self._clock, self._folders, self._store_id = db, clock, folders, store_id
        self._marks: LifeMarks | None = None
        self._seen: Life | None = None
        self._looked = self._renewed = float("-inf")
        self._looking, self._renewing = threading.Lock(), threading.Lock()
        self.gap: Gap | None = None
        """The store's last gap, as it was a moment ago."""

    def look(self) -> None:
        """Compare, if that was not done just now: one short read. Raises StoreUnavailable."""
        with self._looking:
            now = self._clock.elapsed()
            if now - self._looked >= LOOK_SECONDS:
                self._compare()
                self._looked = now

    def renew(self) -> None:
        """Let the number grow where it is time, and nobody else is about it; not before the first look. That
        is a write, and waits where somebody has locked the store. Raises StoreUnavailable."""
        if self._marks is None or not self._renewing.acquire(blocking=False):
            return
        try:
            now = self._clock.elapsed()
            if now - self._renewed >= RENEW_SECONDS:
                self._grow(self._marks, stopped=False)
                self._renewed = now
        finally:
            self._renewing.release()

    def stop(self) -> None:
        """The worker ends as it was asked to. A store that is away does not hear it."""
        if self._marks is None:
            return
        with self._renewing:
            try:
                self._grow(self._marks, stopped=True)
            except PenfriendError as error:
                log.warning("the stop is not on record: %s", error)

    def brought_again(self, contacts: Collection[int]) -> set[int]:
        """Those of whom something came in whose own moment lies in the gap."""
        if self.gap is None or not contacts:
            return set()
        with self._db.read() as connection:
            return brought_again(connection, self.gap, contacts)

    def _compare(self) -> None:
        known = self._seen  # before the store is read: it may only be further than that
        with self._db.read() as connection:
            found, self.gap = read_life(connection), read_gap(connection)
        first = self._marks is None
        marks = self._marks or LifeMarks(self._folders, self._store_id())
        seen = marks.read() if first else [known] if known is not None else []
        if first and found is not None and found.at - self._clock.now() > AHEAD:
            self._clock_was_set(found)
        ahead = _ahead_of(found, seen)
        if ahead is not None:
            self._begin_anew(found, ahead)
        elif first and not seen and found is not None and self._was_left(found):
            self._begin_anew(found, None)
        self._marks = marks

    def _clock_was_set(self, found: Life) -> None:
        """While nobody was at work."""
        now = self._clock.now()
        was_set = ClockSet(now, now - found.at)
        log.warning("%s, or nearly so: the store was at work later than that", was_set)
        self._db.run(lambda connection: mend_clock(connection, was_set))

    def _was_left(self, found: Life) -> bool:
        return not found.stopped and self._clock.now() - found.at > LONGEST_ABSENCE

    def _begin_anew(self, found: Life | None, seen: Life | None) -> None:
        check_whole(self._db)
        now = self._clock.now()
        gap = Gap(
            since=Moment(0) if found is None else found.at,
            # what was sent between its last renewal and its end
            until=now if seen is None else Moment(seen.at + 2 * int(RENEW_SECONDS) * SECOND),
            found_at=now,
            seen=seen is not None,
        )
        with self._db.write() as connection:
            self._seen, self.gap = begin_anew(connection, found, seen, gap)
        if self.gap is not None and self.gap.is_open:
            log.error("%s. %s", describe_gap(self.gap), WHAT_TO_SAY)

    def _grow(self, marks: LifeMarks, *, stopped: bool) -> None:
        now, seen = self._clock.now(), self._seen
        life = self._db.run(lambda connection: renew_life(connection, now, seen=seen, stopped=stopped))
        if life is not None:  # else the next look finds that
            self._seen = life
            marks.write(life)


def _ahead_of(found: Life | None, seen: Sequence[Life]) -> Life | None:
    """What was seen of the store that it does not know; None where it has come at least as far."""
    own = [one for one in seen if found is not None and one.epoch == found.epoch]
    ahead = [one for one in own or seen if found is None or found.is_behind(one)]
    return max(ahead, key=lambda one: one.at, default=None)
