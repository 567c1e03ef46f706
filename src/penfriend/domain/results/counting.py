"""When days are counted anew: the port to the store, and how often one is worth it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from penfriend.domain.results.attribution import USUAL, Credit
from penfriend.domain.timing import Moment

RESTS = 20
"""A day that took long to count is left alone for so many times as long: counting takes a twentieth of the
time at most."""


class Kind(StrEnum):
    """What is counted of a day."""

    MAILS = "mails"
    """Those that went out on it."""
    ENTRIES = "entries"
    """The people who entered on it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What all days are counted by; where it is another, all are counted anew."""

    zone: ZoneInfo
    """Whose calendar the days are of: the brand's."""
    credit: tuple[Credit, ...] = USUAL

    def __str__(self) -> str:
        return f"{self.zone.key} {','.join(self.credit)}"


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day about which something has come in since it was counted last."""

    kind: Kind
    day: date
    counted_at: Moment | None
    took: int
    """How long it took then, in microseconds."""

    def is_due(self, now: Moment) -> bool:
        """Whether it may be counted again; also where the clock was set back since."""
        counted = self.counted_at
        return counted is None or not counted <= now < counted + RESTS * self.took


@dataclass(frozen=True, slots=True)
class CountedDay:
    """What was counted of a day, not yet written."""

    kind: Kind
    day: date
    rows: Sequence[Mapping[str, object]]
    marked: int
    """How often the day was marked, and"""
    rounds: int
    """how often it was counted, as it was read."""


class ResultStore(Protocol):
    """Where the days are (`penfriend.storage.results.book.ResultBook`)."""

    def follow(self, terms: Terms, now: Moment) -> None:
        """Mark the days about which something has come in since. Raises StoreUnavailable, as all of these."""

    def marked(self) -> Sequence[MarkedDay]:
        """The marked days, the latest first."""

    def count(self, kind: Kind, day: date, terms: Terms) -> CountedDay | None:
        """Count the day from the raw rows, in a transaction that only reads; None where mails of it were
        deleted since, so that it stays as it is."""

    def keep(self, count: CountedDay, took: int, now: Moment) -> bool:
        """Write what was counted; False where another was faster, whose count is as good."""

    def freeze(self, before: date) -> None:
        """The mails of days before that one may be deleted from now on: those days stay as they are."""
