"""The people who entered campaigns in a span of time, and what they did, counted from their own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, case, func, select

from penfriend.domain.reasons import End
from penfriend.domain.results import Outcomes
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.results.mails import campaigns
from penfriend.storage.results.worth import GOAL_EVENT, ORDERED, worth_of
from penfriend.storage.tables import enrollments

FOREVER = 1 << 62
"""The end of goals that have as long as they like: nobody's is ever over, so everybody counts at once."""
AT_ONCE = 500

_e = enrollments.c


class EntryGroup(NamedTuple):
    """Who entered which campaign, and whether they were held out by lot."""

    campaign: str
    held_out: bool


class Entered(NamedTuple):
    """What the people of a group have done."""

    outcomes: Outcomes
    over_at: Moment | None
    """When the time for the goal is over for the last of them; None where there is no goal."""


def count_entries(connection: Connection, begin: Moment, end: Moment) -> dict[EntryGroup, Entered]:
    """Those who entered in the span."""
    found: dict[EntryGroup, Entered] = {}
    for campaign in campaigns(connection):
        span = {"of_campaign": campaign, "begin": begin, "end": end}
        values = _values(connection, connection.execute(_CONVERTED, span).all())
        for row in connection.execute(_PEOPLE, span):
            group = EntryGroup(campaign, bool(row.held_out))
            over_at = None if row.over_at is None else Moment(row.over_at)
            found[group] = Entered(_outcomes(row.people, values[group.held_out]), over_at)
    return found


def first_entry(connection: Connection) -> Moment | None:
    """When the first entered who is known."""
    found = [connection.execute(_FIRST, {"of_campaign": one}).scalar() for one in campaigns(connection)]
    return min((Moment(at) for at in found if at is not None), default=None)


def _values(connection: Connection, converted: Sequence[Any]) -> Mapping[bool, Sequence[int]]:
    """What each of those who converted has brought in, by whether they were held out."""
    values: dict[bool, list[int]] = defaultdict(list)
    for start in range(0, len(converted), AT_ONCE):
        some = converted[start : start + AT_ONCE]
        worth = worth_of(connection, {row.contact_id for row in some})
        for row in some:
            value = worth.get((row.contact_id, Moment(row.converted_at)), 0) if row.goal == ORDERED else 0
            values[bool(row.held_out)].append(value)
    return values


def _outcomes(people: int, values: Sequence[int]) -> Outcomes:
    return Outcomes(people, len(values), sum(values), sum(value * value for value in values))


_HELD_OUT = case((_e.end_reason == End.HOLDOUT.value, 1), else_=0).label("held_out")
_IN_SPAN = and_(
    _e.campaign == bindparam("of_campaign", type_=TEXT),
    _e.entered_at >= bindparam("begin", type_=BIG),
    _e.entered_at < bindparam("end", type_=BIG),
)
_OVER_AT = func.max(case((_e.goal_until < FOREVER, _e.goal_until), (_e.goal_until.is_not(None), 0)))
_PEOPLE = (
    select(_HELD_OUT, func.count().label("people"), _OVER_AT.label("over_at"))
    .where(_IN_SPAN)
    .group_by(_HELD_OUT)
)
_CONVERTED = select(_e.contact_id, _e.converted_at, _HELD_OUT, GOAL_EVENT.label("goal")).where(
    _IN_SPAN, _e.converted_at.is_not(None)
)
_FIRST = select(func.min(_e.entered_at)).where(_e.campaign == bindparam("of_campaign", type_=TEXT))
