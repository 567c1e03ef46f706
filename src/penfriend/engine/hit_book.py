"""Hits on their way to the store. Whoever follows a link never waits for it: what was followed is noted in
memory, and written a moment later, many together.

A store that is away is waited for, with as much in memory as is bearable; more is lost, and the log says so.
So is what is in memory when the process is killed: at most what came in the last half second. The same
visitor with the same link again within a minute is one hit.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.hits import Hit
from penfriend.domain.timing import MINUTE, Moment

log = logging.getLogger("penfriend.track")

WRITE_SECONDS = 0.5
AT_ONCE = 500
"""So many are written in one transaction."""
MOST_WAITING = 20_000
MOST_OF_A_MAIL = 100
"""Of one mail within a minute: more than a mail has links is no reader."""
MOST_REMEMBERED = 100_000
STOP_SECONDS = 5.0


class HitBook:
    """Notes hits, and writes them with `keep` (`penfriend.domain.hits.HitStore`)."""

    def __init__(self, keep: Callable[[Sequence[Hit]], None]) -> None:
        self._keep = keep
        self._waiting: list[Hit] = []
        self._seen: set[tuple[object, ...]] = set()
        self._of_mail: Counter[int] = Counter()
        self._since = Moment(0)
        """Where the minute began of which is remembered what was noted."""
        self._lost = 0
        self._away = False
        self._noting = threading.Lock()

    def note(self, hit: Hit) -> None:
        """Take it in. Never waits, never raises."""
        what = (hit.message, hit.kind, hit.link, hit.who, hit.visitor)
        with self._noting:
            if abs(hit.at - self._since) >= MINUTE or len(self._seen) >= MOST_REMEMBERED:
                self._since = hit.at
                self._seen.clear()
                self._of_mail.clear()
            if what in self._seen or self._of_mail[hit.message] >= MOST_OF_A_MAIL:
                return
            if len(self._waiting) >= MOST_WAITING:
                self._lost += 1
                return
            self._seen.add(what)
            self._of_mail[hit.message] += 1
            self._waiting.append(hit)

    def write(self) -> bool:
        """Write what was noted; whether all of it is on record now. Never raises."""
        while part := self._waiting[:AT_ONCE]:
            try:
                self._keep(part)
            except StoreUnavailable as error:
                if not self._away:
                    log.warning("clicks and opens wait for the store: %s", error)
                self._away = True
                return False
            except Exception:  # whatever is wrong with these, those that follow are not
                log.exception("%d clicks and opens are not on record", len(part))
            with self._noting:
                del self._waiting[: len(part)]
                lost, self._lost = self._lost, 0
            if self._away or lost:
                log.warning("clicks and opens are on record again; %d were too many and are lost", lost)
                self._away = False
        return True

    @property
    def waiting(self) -> int:
        """How many are not on record yet."""
        return len(self._waiting)


class HitWriter:
    """Writes a book in a thread of its own, until it is stopped."""

    def __init__(self, book: HitBook) -> None:
        self._book = book
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="penfriend-hits", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is left, and end. A store that is away is not waited for."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)
        if self._book.waiting:
            log.warning("%d clicks and opens are lost: the store was away", self._book.waiting)

    def _run(self) -> None:
        while not self._stopping.wait(WRITE_SECONDS):
            self._book.write()
        self._book.write()
