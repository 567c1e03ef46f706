"""What one process counts while it runs, for monitoring (`penfriend.web.metrics` tells it). In memory only:
whoever reads it knows that a process which begins anew begins at nothing.

Everything is counted by a few words of bounded lists, such as a tick, a campaign or a reason; never by a
person, an address or an id.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Literal

from penfriend.domain.ingestion import Answer, Duplicate, Refused
from penfriend.domain.ports import Clock
from penfriend.engine.spans import NoSpans, Spans

Words = tuple[str, ...]

OF_TICKS = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0)
OF_REQUESTS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds: upper bounds of what is counted together."""
MOST_SERIES = 1_000
"""So many different words are counted apart; all further ones count together, as `OTHERS`."""
OTHERS = "other"


class Tally:
    """A count for each of some words. Used by many threads."""

    def __init__(self) -> None:
        self._counts: Counter[Words] = Counter()
        self._guard = threading.Lock()

    def add(self, *words: str, number: int = 1) -> None:
        """So many more of these."""
        with self._guard:
            self._counts[_bounded(words, self._counts)] += number

    def read(self) -> dict[Words, int]:
        """The counts as they are now."""
        with self._guard:
            return dict(self._counts)


@dataclass(slots=True)
class Spread:
    """How long some things took."""

    bounds: Sequence[float]
    counts: list[int]
    """By bound how many took longer than the one before and no longer than this; the last is without end."""
    total: float = 0.0
    """Seconds of all of them."""
    last: float = 0.0
    """Seconds of the newest,"""
    ended: float | None = None
    """and when it ended, by `Clock.elapsed`, where somebody said it."""

    @property
    def cumulative(self) -> list[tuple[str, int]]:
        """By bound, as text, how many took no longer."""
        names = [*(f"{bound:g}" for bound in self.bounds), "+Inf"]
        return list(zip(names, accumulate(self.counts), strict=True))


class Durations:
    """How long things took, for each of some words. Used by many threads."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._spreads: dict[Words, Spread] = {}
        self._guard = threading.Lock()

    def observe(self, seconds: float, *words: str, ended: float | None = None) -> None:
        """One of these took so long, and ended then by `Clock.elapsed`."""
        with self._guard:
            key = _bounded(words, self._spreads)
            spread = self._spreads.get(key)
            if spread is None:
                spread = self._spreads[key] = Spread(self._bounds, [0] * (len(self._bounds) + 1))
            spread.counts[bisect_left(self._bounds, seconds)] += 1
            spread.total += max(0.0, seconds)
            spread.last, spread.ended = max(0.0, seconds), ended

    def merge(self, words: Sequence[str], counts: Sequence[int], total: float, last: float) -> None:
        """So many more of these, by bound, were observed elsewhere; nothing where the bounds are others."""
        if len(counts) != len(self._bounds) + 1:
            return
        with self._guard:
            key = _bounded(tuple(words), self._spreads)
            spread = self._spreads.setdefault(key, Spread(self._bounds, [0] * len(counts)))
            spread.counts = [one + more for one, more in zip(spread.counts, counts, strict=True)]
            spread.total += total
            spread.last = last

    @contextmanager
    def timed(self, clock: Clock, *words: str) -> Iterator[None]:
        """Observe how long what stands inside takes, however it ends."""
        began = clock.elapsed()
        try:
            yield
        finally:
            ended = clock.elapsed()
            self.observe(ended - began, *words, ended=ended)

    def read(self) -> dict[Words, Spread]:
        """As it is now."""
        with self._guard:
            return {words: replace(one, counts=list(one.counts)) for words, one in self._spreads.items()}


def _bounded(words: Words, known: Mapping[Words, object]) -> Words:
    return words if words in known or len(known) < MOST_SERIES else (OTHERS,) * len(words)


@dataclass(frozen=True, slots=True)
class Measures:
    """All that a process counts."""

    ticks: Durations = field(default_factory=lambda: Durations(OF_TICKS))
    """By tick."""
    tick_failures: Tally = field(default_factory=Tally)
    """By tick."""
    turns: Durations = field(default_factory=lambda: Durations(OF_TICKS))
    """Sending, by transport: with several of them the tick `send` does not wait for their mails."""
    render_failures: Tally = field(default_factory=Tally)
    """By campaign."""
    skipped: Tally = field(default_factory=Tally)
    """Mails that will not be sent, by reason."""
    taken_in: Tally = field(default_factory=Tally)
    """What was brought, by kind (`event`, `own`, `contact`) and answer."""
    calls: Tally = field(default_factory=Tally)
    """Tries to tell other systems, by kind (`webhook`, `outgoing`) and outcome."""
    spans: Spans = field(default_factory=NoSpans)
    """What is done, for who wants to follow it."""
    requests: Durations = field(default_factory=lambda: Durations(OF_REQUESTS))
    """By method, route and status."""

    def brought(self, kind: Literal["event", "own", "contact"], answers: Sequence[Answer]) -> None:
        """A batch of this kind has come in, and this became of it."""
        for word, number in Counter(map(_word, answers)).items():
            self.taken_in.add(kind, word, number=number)

    def unread(self, kind: Literal["event", "contact"], number: int) -> None:
        """So many could not even be read."""
        if number:
            self.taken_in.add(kind, "rejected", number=number)


def _word(answer: Answer) -> str:
    if isinstance(answer, Refused):
        return "rejected"
    return "repeated" if isinstance(answer, Duplicate) else "taken"
