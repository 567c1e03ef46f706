"""The processes that work on one store, as each says of itself every few seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from penfriend.domain.timing import SECOND, Moment, iso_utc

BEAT_SECONDS = 5
"""So often a worker says that it is there."""
SILENT_AFTER = 30 * SECOND
"""Whoever was not heard of for so long is gone, frozen, or cut off from the store."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker."""

    run: str
    """The name of the `penfriend run` that it belongs to: with several workers they share it."""
    place: int
    """Which of them it is, from 1 on: one that takes the place of another has the same."""
    name: str
    """Its owner's name, under which it holds things."""
    host: str
    process: int
    version: str
    revision: int
    """By which it works; 0 for none."""
    began_at: Moment
    seen_at: Moment

    def is_silent(self, now: Moment) -> bool:
        """Whether it was not heard of for SILENT_AFTER."""
        return now - self.seen_at > SILENT_AFTER

    def as_json(self, now: Moment) -> dict[str, object]:
        """The document of `status --json`."""
        return {
            "name": self.name,
            "host": self.host,
            "process": self.process,
            "place": self.place,
            "version": self.version,
            "revision": self.revision,
            "began_at": iso_utc(self.began_at),
            "seen_at": iso_utc(self.seen_at),
            "silent": self.is_silent(now),
        }


def count_workers(workers: Iterable[WorkerState], now: Moment) -> dict[str, int]:
    """How many are `alive` and how many `silent`."""
    silent = [one.is_silent(now) for one in workers]
    return {"alive": silent.count(False), "silent": silent.count(True)}
