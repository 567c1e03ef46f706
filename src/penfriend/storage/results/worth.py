"""What the orders are worth that were somebody's goal: net of refunds, in the brand's currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from penfriend.domain.timing import Moment
from penfriend.storage.tables import enrollments, events, orders

ORDERED = "order_placed"

_e, _o, _v = enrollments.c, orders.c, events.c

GOAL_EVENT = func.coalesce(_e.goal_event, ORDERED)
"""The name of the event that was the goal. What was reached before names were kept was an order, or no order
has its moment."""


def worth_of(connection: Connection, people: Collection[int]) -> Mapping[tuple[int, Moment], int]:
    """What these people have ordered at which moment: our id of the contact and the moment of the event.

    Of who was erased there are no events any more: then the moment is the one that the order itself keeps.
    """
    found: dict[tuple[int, Moment], int] = defaultdict(int)
    ids = {"people": list(people)}
    for row in connection.execute(_BY_EVENT, ids):
        found[row.contact_id, Moment(row.at)] += row.net
    for contact, placed_at, net in connection.execute(_BY_ORDER, ids):
        found.setdefault((contact, Moment(placed_at)), int(net))
    return found


_IDS: BindParameter[Sequence[int]] = bindparam("people", expanding=True)
_BY_EVENT = (
    select(_v.contact_id, _v.at, _o.key, _o.net)
    .distinct()
    .join_from(events, orders, _o.key == _v.order_key)
    .where(_v.contact_id.in_(_IDS), _v.name == ORDERED, _o.net.is_not(None))
)
_BY_ORDER = (
    select(_o.contact_id, _o.placed_at, func.sum(_o.net).label("net"))
    .where(_o.contact_id.in_(_IDS), _o.placed_at.is_not(None), _o.net.is_not(None))
    .group_by(_o.contact_id, _o.placed_at)
)
