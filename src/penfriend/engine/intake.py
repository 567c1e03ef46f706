"""Takes events from many at once: what waits is written together, in one transaction, and each is told what
became of its own.

While one transaction is committed the next ones gather: with few who bring events nobody waits for others,
and with many a commit is shared by all of them. Where several shared the last one, more are given a moment to
come, as PostgreSQL does it (commit_delay): a transaction costs as much for one event as for thirty. Nobody is
told that something is stored before it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer

log = logging.getLogger("penfriend.intake")

TOGETHER = 2_000
"""So many events of several who bring them are written in one transaction; a larger lot goes alone."""
GATHERING = 0.004
"""Seconds: so long is waited for more, where several shared the transaction before."""
WAITING = 50_000
"""So many wait at most: who comes then has to come again."""

Ingest = Callable[[Sequence[EventIn], str], list[Answer]]
"""Takes a batch for a source (`penfriend.engine.ingest.Ingester.ingest_events`). Raises StoreUnavailable."""


class Overrun(Exception):
    """More has come than can be written: the same again may do, a little later."""


@dataclass(frozen=True, slots=True)
class _Lot:
    """What one has brought."""

    events: Sequence[EventIn]
    source: str
    answers: Future[list[Answer]] = field(default_factory=Future)


class Intake:
    """One writer in a thread of its own, which begins with the first events."""

    def __init__(self, ingest: Ingest, waiting: int = WAITING) -> None:
        self._ingest, self._most = ingest, waiting
        self._lots: deque[_Lot] = deque()
        self._number = 0
        """Of all events that wait."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def offer(self, events: Sequence[EventIn], source: str) -> Future[list[Answer]]:
        """Let these be stored; one answer for each, once they are. The future fails with StoreUnavailable.
        Raises Overrun."""
        lot = _Lot(events, source)
        with self._changed:
            if self._closed or (self._number and self._number + len(events) > self._most):
                raise Overrun
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="penfriend-intake", daemon=True)
                self._thread.start()
            self._lots.append(lot)
            self._number += len(events)
            self._changed.notify()
        return lot.answers

    @property
    def waiting(self) -> int:
        """How many events wait to be stored."""
        return self._number

    def close(self) -> None:
        """Store what waits, and take no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while lots := self._next():
            self._store(lots)
            with self._changed:
                self._number -= sum(len(lot.events) for lot in lots)
            if len(lots) > 1:
                time.sleep(GATHERING)

    def _next(self) -> list[_Lot]:
        """Those that are written together: of one source, in the order in which they came. Empty at the
        end."""
        with self._changed:
            while not self._lots and not self._closed:
                self._changed.wait()
            lots: list[_Lot] = []
            number = 0
            while self._lots and (not lots or self._fits(lots, number)):
                lots.append(self._lots.popleft())
                number += len(lots[-1].events)
            return lots

    def _fits(self, lots: Sequence[_Lot], number: int) -> bool:
        more = self._lots[0]
        return more.source == lots[0].source and number + len(more.events) <= TOGETHER

    def _store(self, lots: Sequence[_Lot]) -> None:
        """What is wrong with one lot keeps no other back."""
        try:
            answers = self._ingest([event for lot in lots for event in lot.events], lots[0].source)
        except Exception as error:
            if len(lots) > 1 and not isinstance(error, StoreUnavailable):
                for lot in lots:
                    self._store([lot])
                return
            if not isinstance(error, StoreUnavailable):
                log.exception("%s events could not be taken", len(lots[0].events))
            for lot in lots:
                lot.answers.set_exception(error)
            return
        start = 0
        for lot in lots:
            lot.answers.set_result(answers[start : start + len(lot.events)])
            start += len(lot.events)
