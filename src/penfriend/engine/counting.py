"""The tick `results`: what came of mails and of people who entered is counted, day by day, wherever something
has come in since.

A process that dies between the counting of a day and its writing has changed nothing: the day is still
marked. Several processes may count at the same time; of two counts of a day one is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from penfriend.domain.definitions import Definitions
from penfriend.domain.ports import Clock
from penfriend.domain.results.counting import Kind, MarkedDay, ResultStore, Terms
from penfriend.domain.timing import SECOND, Moment, local_date


class Counting:
    """Counts days."""

    def __init__(self, store: ResultStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def tick(
        self,
        definitions: Definitions,
        stopping: Callable[[], bool] = lambda: False,
        *,
        all_of_them: bool = False,
    ) -> int:
        """Count the marked days, the latest first; how many. Those that take long are left for later, but for
        `all_of_them`. Raises StoreUnavailable."""
        terms, now = terms_of(definitions), self._clock.now()
        self._store.follow(terms, now)
        counted = 0
        for marked in self._store.marked():
            if stopping():
                break
            if all_of_them or marked.is_due(now):
                counted += self._count(marked, terms)
        return counted

    def freeze(self, definitions: Definitions, limit: Moment) -> None:
        """Mails from before `limit` may be deleted from now on: their days are counted for the last time."""
        terms = terms_of(definitions)
        before = local_date(limit, terms.zone) + timedelta(days=1)
        self._store.follow(terms, self._clock.now())
        for marked in self._store.marked():
            if marked.kind is Kind.MAILS and marked.day < before:
                self._count(marked, terms)
        self._store.freeze(before)

    def _count(self, marked: MarkedDay, terms: Terms) -> bool:
        began = self._clock.elapsed()
        count = self._store.count(marked.kind, marked.day, terms)
        took = int((self._clock.elapsed() - began) * SECOND)
        return count is not None and self._store.keep(count, took, self._clock.now())


def terms_of(definitions: Definitions) -> Terms:
    """What the days are counted by, as the campaign files have it."""
    return Terms(definitions.brand.zone, definitions.results.credit)
