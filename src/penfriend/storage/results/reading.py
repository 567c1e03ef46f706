"""What the counts of days come to: sums over the rollups alone, however many mails they are of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, func, select

from penfriend.domain.results import Figures, GroupFigures, Outcomes
from penfriend.domain.timing import Moment
from penfriend.storage.tables import entry_days, result_days

_r, _d = result_days.c, entry_days.c


class Days(NamedTuple):
    """From a day to a day, both included; None is without an end."""

    first: date | None = None
    last: date | None = None

    def of(self, column: Column[str]) -> list[ColumnElement[bool]]:
        """The days of these as conditions."""
        which: list[ColumnElement[bool]] = []
        if self.first is not None:
            which.append(column >= self.first.isoformat())
        if self.last is not None:
            which.append(column <= self.last.isoformat())
        return which


class Sum(NamedTuple):
    """The figures of some mails, the values that they have in common, and the latest revision that made
    one."""

    values: tuple[str, ...]
    figures: Figures
    revision: int


def sums(connection: Connection, by: Sequence[str], days: Days, campaign: str | None) -> list[Sum]:
    """The figures of these days by columns of `result_days`."""
    columns = [_r[name] for name in by]
    counted = (func.coalesce(func.sum(_r[name]), 0) for name in _FIGURES)
    chosen = select(*columns, func.coalesce(func.max(_r.revision), 0), *counted).where(*days.of(_r.day))
    if campaign is not None:
        chosen = chosen.where(_r.campaign == campaign)
    if columns:
        chosen = chosen.group_by(*columns)
    return [
        Sum(
            tuple(row[: len(by)]),
            Figures(**{name: int(value) for name, value in zip(_FIGURES, row[len(by) + 1 :], strict=True)}),
            row[len(by)],
        )
        for row in connection.execute(chosen)
    ]


_FIGURES = tuple(Figures.__dataclass_fields__)


def groups(connection: Connection, campaign: str, days: Days, now: Moment) -> GroupFigures:
    """Who entered the campaign on these days, by whether they were held out, and what they did. Days on which
    the time for the goal is not over for all are counted as waiting; so are those without a goal."""
    rows = connection.execute(
        select(entry_days).where(_d.campaign == campaign, *days.of(_d.day)).order_by(_d.day)
    ).all()
    open_days = {row.day for row in rows if row.over_at is None or row.over_at > now}
    found = {0: Outcomes(), 1: Outcomes()}
    closed = [row for row in rows if row.day not in open_days]
    for row in closed:
        found[row.held_out] += Outcomes(row.people, row.converted, row.revenue, int(row.revenue_squares))
    return GroupFigures(
        found[0],
        found[1],
        date.fromisoformat(closed[0].day) if closed else None,
        date.fromisoformat(closed[-1].day) if closed else None,
        sum(row.people for row in rows if row.day in open_days),
    )


def entered_by_day(connection: Connection, campaign: str, days: Days) -> list[tuple[date, int, int]]:
    """How many entered the campaign on each of these days, and how many of them were held out."""
    held = func.coalesce(func.sum(_d.people).filter(_d.held_out == 1), 0)
    chosen = (
        select(_d.day, func.sum(_d.people), held)
        .where(_d.campaign == campaign, *days.of(_d.day))
        .group_by(_d.day)
        .order_by(_d.day)
    )
    return [(date.fromisoformat(row[0]), int(row[1]), int(row[2])) for row in connection.execute(chosen)]


def known_campaigns(connection: Connection) -> list[str]:
    """The campaigns of which something was counted."""
    found = [connection.execute(select(c.campaign).distinct()).scalars() for c in (_r, _d)]
    return sorted({name for names in found for name in names})
