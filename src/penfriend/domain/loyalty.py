"""Points by lot: what was earned, spent and lapsed, read in the order in which it happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from penfriend.domain.timing import Moment, local_date


class PointsKind(StrEnum):
    """What can happen to points."""

    EARNED = "earned"
    SPENT = "spent"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PointsMove:
    """One event about points. `key` is the event's own, and decides between two at one moment."""

    kind: PointsKind
    at: Moment
    key: str
    amount: int | None = None
    """Without one an expiry takes all that the lot still holds."""
    lot: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Points earned together. They are good to the end of `expires_on` in the brand's zone."""

    key: str
    amount: int
    remaining: int
    earned_at: Moment
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Points:
    """What the moves of a contact come to."""

    lots: tuple[Lot, ...] = ()
    earned: int = 0
    spent: int = 0

    @property
    def balance(self) -> int:
        """What can be spent."""
        return sum(lot.remaining for lot in self.lots)

    @property
    def expiries(self) -> dict[date, int]:
        """By date, the earliest first: how many points are good to its end. Empty dates are not there."""
        dates: dict[date, int] = defaultdict(int)
        for lot in self.lots:
            if lot.expires_on is not None and lot.remaining:
                dates[lot.expires_on] += lot.remaining
        return dict(sorted(dates.items()))


@dataclass(frozen=True, slots=True)
class Taken:
    """Points that went out of a lot."""

    kind: PointsKind
    """Spent or expired."""
    on: date
    """By the brand's calendar; of a lot that lapsed the last day on which it was good."""
    amount: int
    at: Moment | None = None
    """When, where an event did it."""
    expires_on: date | None = None
    """The lot's."""


def replay(
    moves: Iterable[PointsMove], today: date, zone: ZoneInfo, taken: list[Taken] | None = None
) -> Points:
    """The lots after all moves, those past their date on `today` empty. Spending takes the oldest lots first.
    What goes out of a lot is added to `taken`.

    More spent than there was then is a debt that later lots pay: the shop's own count had them already.
    """
    heard: list[Taken] = [] if taken is None else taken
    ordered = sorted(moves, key=lambda move: (move.at, move.key))
    lots: dict[str, Lot] = {}
    debt = spent = 0
    for move in _without_replaced(ordered):
        day = local_date(move.at, zone)
        _lapse(lots, day, heard)
        match move.kind:
            case PointsKind.EARNED:
                paid = min(debt, move.amount or 0)
                debt -= paid
                key = move.lot or move.key
                lots[key] = Lot(key, move.amount or 0, (move.amount or 0) - paid, move.at, move.expires_on)
            case PointsKind.SPENT:
                spent += move.amount or 0
                debt += _take(lots, list(lots), move.amount or 0, (move, day, heard))
            case PointsKind.EXPIRED:
                _expire(lots, move, day, heard)
    _lapse(lots, today, heard)
    return Points(tuple(lots.values()), sum(lot.amount for lot in lots.values()), spent)


def _without_replaced(ordered: Sequence[PointsMove]) -> list[PointsMove]:
    """Of several that earn one lot the last counts, in the place of the first: what was spent of it stays."""
    last = {move.lot or move.key: move for move in ordered if move.kind is PointsKind.EARNED}
    kept: list[PointsMove] = []
    for move in ordered:
        if move.kind is not PointsKind.EARNED:
            kept.append(move)
        elif (newest := last.pop(move.lot or move.key, None)) is not None:
            kept.append(replace(newest, at=move.at))
    return kept


def _lapse(lots: dict[str, Lot], today: date, heard: list[Taken]) -> None:
    for key, lot in lots.items():
        if lot.remaining and lot.expires_on is not None and lot.expires_on < today:
            heard.append(Taken(PointsKind.EXPIRED, lot.expires_on, lot.remaining, expires_on=lot.expires_on))
            lots[key] = replace(lot, remaining=0)


def _expire(lots: dict[str, Lot], move: PointsMove, day: date, heard: list[Taken]) -> None:
    """The lot that is named, or those that lapse first."""
    if move.lot is not None:
        keys = [move.lot] if move.lot in lots else []
    else:
        dated = [lot for lot in lots.values() if lot.expires_on is not None]
        keys = [lot.key for lot in sorted(dated, key=lambda lot: lot.expires_on or date.max)]
    wanted = sum(lots[key].remaining for key in keys) if move.amount is None else move.amount
    _take(lots, keys, wanted, (move, day, heard))


def _take(
    lots: dict[str, Lot], keys: Sequence[str], amount: int, by: tuple[PointsMove, date, list[Taken]]
) -> int:
    """Take from the lots in their order; gives what they did not hold."""
    move, day, heard = by
    for key in keys:
        if not amount:
            break
        part = min(amount, lots[key].remaining)
        if part:
            heard.append(Taken(move.kind, day, part, move.at, lots[key].expires_on))
            lots[key] = replace(lots[key], remaining=lots[key].remaining - part)
            amount -= part
    return amount
