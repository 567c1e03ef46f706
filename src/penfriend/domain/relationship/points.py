"""Points by month: earned, spent, expired, and those that a letter saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from penfriend.domain.loyalty import PointsKind, PointsMove, Taken, replay
from penfriend.domain.timing import Moment, local_date


@dataclass(slots=True)
class PointsMonth:
    """Of all people in one month of the brand's clock."""

    earned: int = 0
    spent: int = 0
    expired: int = 0
    """Lapsed at the end of their last day, or taken by the shop."""
    saved: int = 0
    """Spent out of a lot after a letter about it was sent; they are among the spent."""


class PointsTally:
    """The figures so far, by month. `add` each person once."""

    def __init__(self, now: Moment, zone: ZoneInfo) -> None:
        self._today, self._zone = local_date(now, zone), zone
        self.months: dict[str, PointsMonth] = defaultdict(PointsMonth)

    def add(self, moves: Sequence[PointsMove], letters: Mapping[date, Moment]) -> None:
        """Count one person: all moves, and for each date of lots when the first letter about it was sent."""
        taken: list[Taken] = []
        replay(moves, self._today, self._zone, taken)
        for lot, move in _earnings(moves):
            self._month(local_date(lot, self._zone)).earned += move.amount or 0
        for move in moves:
            if move.kind is PointsKind.SPENT:
                self._month(local_date(move.at, self._zone)).spent += move.amount or 0
        for one in taken:
            if one.kind is PointsKind.EXPIRED:
                self._month(one.on).expired += one.amount
            elif one.at is not None and one.expires_on is not None:
                letter = letters.get(one.expires_on)
                if letter is not None and letter < one.at:
                    self._month(one.on).saved += one.amount

    def _month(self, day: date) -> PointsMonth:
        return self.months[f"{day.year}-{day.month:02}"]  # strftime takes ten times as long


def _earnings(moves: Iterable[PointsMove]) -> list[tuple[Moment, PointsMove]]:
    """Each lot once, from its first word, with its last."""
    lots: dict[str, tuple[Moment, PointsMove]] = {}
    for move in sorted(moves, key=lambda move: (move.at, move.key)):
        if move.kind is PointsKind.EARNED:
            key = move.lot or move.key
            lots[key] = (lots[key][0] if key in lots else move.at, move)
    return list(lots.values())
