"""Moments that are reckoned in Python and handed to the SQL: as bound values for a look, as columns for the
people of a batch.

The same compiler serves both; only the binder differs. Conditions go by the brand's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, String, bindparam

from penfriend.domain.moments import At, Entry, FromNow, MomentExpr, OfEntry, Weekday, reckon
from penfriend.domain.timing import Duration, Moment, Unit, local_date, midnight, to_datetime
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_time import (
    DayText,
    day_of,
    floor_days,
    moment_of_wall,
    shift_moment,
    wall_of,
)

NOW = FromNow(Duration(0, Unit.SECONDS), 1)
"""The moment of asking itself."""

Reckonable = FromNow | Weekday | At | Entry | OfEntry
"""Moments that need no field."""


class Shape(StrEnum):
    """As what a moment is compared: with moments as it is, with dates as a date."""

    MOMENT = "moment"
    DAY_BEGUN = "day_begun"
    """The last date whose midnight is not later."""
    DAY_TO_BEGIN = "day_to_begin"
    """The first date whose midnight is not earlier."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One moment to be reckoned. `frozen`: `now` means entry."""

    expr: Reckonable
    shape: Shape = Shape.MOMENT
    frozen: bool = False

    def value(self, now: Moment | None, entry: Moment | None, zone: ZoneInfo) -> int | str | None:
        """Microseconds or an ISO date; None where there is no enrollment to count from."""
        base = entry if self.frozen else now
        if base is None:
            return None
        moment = reckon(self.expr, now=base, zone=zone, entry=entry)
        return None if moment is None else shaped(moment, self.shape, zone)

    @property
    def type(self) -> BigInteger | String:
        """The type of the bound value."""
        return BIG if self.shape is Shape.MOMENT else TEXT


def shaped(moment: Moment, shape: Shape, zone: ZoneInfo) -> int | str:
    """A moment as `shape` wants it."""
    if shape is Shape.MOMENT:
        return moment
    day = local_date(moment, zone)
    if shape is Shape.DAY_TO_BEGIN and midnight(day, zone) < moment:
        day += timedelta(days=1)
    return day.isoformat()


class Binder(Protocol):
    """Gives the SQL expression of a moment."""

    def bound(self, bound: Bound) -> Expr:
        """The expression that will hold the value."""
        ...


class LookBinder:
    """One moment for all rows: each bound is a parameter of the statement."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._bounds: dict[Bound, str] = {}

    def bound(self, bound: Bound) -> Expr:
        """A named parameter."""
        name = self._bounds.setdefault(bound, f"moment_{len(self._bounds)}")
        return bindparam(name, type_=bound.type)

    def values(self, now: Moment) -> dict[str, int | str | None]:
        """The parameters of the statement at `now`."""
        return {name: bound.value(now, None, self.zone) for bound, name in self._bounds.items()}


class ProbeBinder:
    """Each row of the batch has its own moments: each bound is a column of the batch."""

    def __init__(self, zone: ZoneInfo, column: Callable[[str], Expr]) -> None:
        self.zone = zone
        self._column = column
        self._bounds: dict[Bound, str] = {}

    def bound(self, bound: Bound) -> Expr:
        """A column of the batch."""
        name = self._bounds.setdefault(bound, f"m{len(self._bounds)}")
        return self._column(name)

    @property
    def bounds(self) -> Sequence[tuple[str, Bound]]:
        """The columns that the batch needs, by name."""
        return [(name, bound) for bound, name in self._bounds.items()]


class RowBinder:
    """`now` is a column of the row itself, such as the moment at which somebody came to a campaign's door."""

    def __init__(self, zone: ZoneInfo, now: Expr) -> None:
        self.zone = zone
        self._now = now

    def bound(self, bound: Bound) -> Expr:
        """The moment, reckoned by the database."""
        moment = self._moment(bound.expr)
        if bound.shape is Shape.MOMENT:
            return moment
        if bound.shape is Shape.DAY_BEGUN:
            return day_of(moment, self.zone)
        return DayText(floor_days(wall_of(moment - 1, self.zone)) + 1)

    def _moment(self, expr: MomentExpr) -> Expr:
        if isinstance(expr, FromNow):
            return shift_moment(self._now, expr.duration, expr.sign, self.zone)
        if isinstance(expr, Weekday):
            today = floor_days(wall_of(self._now, self.zone))
            # 1970-01-01 was a Thursday, 3 in Python's count
            ahead = (expr.day - (today + 3) % 7 - 1 + 14) % 7 + 1
            return moment_of_wall((today + ahead) * 86_400_000_000, self.zone)
        value = reckon(expr, now=Moment(0), zone=self.zone)
        return bindparam(None, value, type_=BIG, unique=True)


def describe_moment(moment: Moment, zone: ZoneInfo) -> str:
    """A moment for people: the brand's clock to the second."""
    return to_datetime(moment, zone).strftime("%Y-%m-%d %H:%M:%S")
