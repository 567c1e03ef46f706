"""The people who entered campaigns in a span of time, and what they did, counted from their own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, case, func, select

from penfriend.domain.reasons import End
from penfriend.domain.results import Outcomes
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.tables import enrollments, orders

FOREVER = 1 << 62
"""What goals without a time have as its end: nobody's is ever over, and everybody is counted at once."""

_e, _o = enrollments.c, orders.c


@dataclass(frozen=True, slots=True)
class Entered:
    """The people of one group who entered a campaign in a span."""

    held_out: bool
    outcomes: Outcomes
    over_at: Moment | None
    """When the time for the goal is over for the last of them; None where there is no goal."""


def entered(connection: Connection, campaign: str, begin: Moment, end: Moment) -> list[Entered]:
    """Those who entered the campaign in the span: the treated and the held out, where there are such."""
    span = {"of_campaign": campaign, "begin": begin, "end": end}
    values: dict[bool, list[int]] = defaultdict(list)
    for row in connection.execute(_CONVERTED, span):
        values[bool(row.held_out)].append(int(row.worth))
    return [
        Entered(
            bool(row.held_out),
            _outcomes(row.people, values[bool(row.held_out)]),
            None if row.over_at is None else Moment(row.over_at),
        )
        for row in connection.execute(_PEOPLE, span)
    ]


def first_entry(connection: Connection, campaign: str) -> Moment | None:
    """When the first entered who is known."""
    found = connection.execute(_FIRST, {"of_campaign": campaign}).scalar()
    return None if found is None else Moment(found)


def _outcomes(people: int, values: Sequence[int]) -> Outcomes:
    return Outcomes(people, len(values), sum(values), sum(value * value for value in values))


_HELD_OUT = case((_e.end_reason == End.HOLDOUT.value, 1), else_=0)
_IN_SPAN = and_(
    _e.campaign == bindparam("of_campaign", type_=TEXT),
    _e.entered_at >= bindparam("begin", type_=BIG),
    _e.entered_at < bindparam("end", type_=BIG),
)
_OVER_AT = func.max(case((_e.goal_until < FOREVER, _e.goal_until), (_e.goal_until.is_not(None), 0)))
_PEOPLE = (
    select(_HELD_OUT.label("held_out"), func.count().label("people"), _OVER_AT.label("over_at"))
    .where(_IN_SPAN)
    .group_by(_HELD_OUT)
)
WORTH = (
    select(func.coalesce(func.sum(_o.net), 0))
    .where(_o.contact_id == _e.contact_id, _o.placed_at == _e.converted_at)
    .correlate(enrollments)
    .scalar_subquery()
)
"""What the order is worth that was the goal: nobody places two at the same microsecond."""
_CONVERTED = select(_HELD_OUT.label("held_out"), WORTH.label("worth")).where(
    _IN_SPAN, _e.converted_at.is_not(None)
)
_FIRST = select(func.min(_e.entered_at)).where(_e.campaign == bindparam("of_campaign", type_=TEXT))
