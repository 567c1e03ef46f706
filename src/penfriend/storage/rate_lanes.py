"""Mails set aside for a slow domain: each such domain of a route has a lane of its own.

A mail whose recipient's domain has no room now leaves the queue of its route and waits in the lane, due and
in the order of all: priority, due time, id. A claim takes of a lane as many as the domain has room for, and
looks at no other in it: a million that wait for one domain cost a tick nothing and hold nobody back. Each is
moved once, whatever the time that it waits; those at the front of the queue are moved together. Whatever puts
a mail off, or begins a try, takes it out of its lane; so does a revision with other transports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from penfriend.domain.message import Status
from penfriend.domain.outbox import Carried, LaneFor
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import run
from penfriend.storage.message_claim import IS_DUE, first_in_queue
from penfriend.storage.revisions import is_behind
from penfriend.storage.tables import contacts, messages

_m = messages.c

TELL = """
INSERT INTO decisions (contact_id, enrollment_id, message_id, step, at, what, reason, until)
SELECT m.contact_id, m.enrollment_id, m.id, m.step, CAST(:now AS bigint), 'postponed', CAST(:why AS text),
CAST(:until AS bigint)
FROM BATCH AS b CROSS JOIN messages AS m
WHERE m.id = b.id AND coalesce(m.held_by, '') <> CAST(:why AS text) ORDER BY m.id
"""
"""Into the stories of those that do not say it yet."""
_ASIDE = """
UPDATE messages SET status = 'due', owner = NULL, lease_until = NULL, lane = CAST(:lane AS text),
postponed = postponed + CASE WHEN coalesce(held_by, '') = CAST(:why AS text) THEN 0 ELSE 1 END,
held_by = CAST(:why AS text) WHERE id IN (SELECT id FROM BATCH AS b)
"""


def set_aside(
    connection: Connection, over: Mapping[str, Sequence[int]], owner: str, now: Moment, revision: int
) -> None:
    """Let messages that `owner` holds wait in these lanes; due again in the queue where a later revision is
    live, which may know no such lanes."""
    ids = [message for held in over.values() for message in held]
    mine = set(connection.execute(_CLAIMED_BY, {"ids": ids, "of_owner": owner}).scalars())
    if is_behind(connection, revision):
        connection.execute(_GIVE_BACK, {"ids": sorted(mine)})
        return
    for lane, held in sorted(over.items()):
        _move(connection, lane, [message for message in held if message in mine], now)


def set_aside_from_front(
    connection: Connection,
    lane_for: LaneFor,
    now: Moment,
    revision: int,
    limit: int,
    carried: Carried | None,
) -> int:
    """Of the `limit` messages that a claim would come to next, let those wait in their lanes that have one;
    how many."""
    if is_behind(connection, revision):
        return 0
    ids = [place[2] for place in first_in_queue(connection, now, revision, limit, carried)]
    by_lane: dict[str, list[int]] = {}
    for row in connection.execute(_RECIPIENTS, {"ids": ids}):
        lane = lane_for(row.campaign, row.email or "")
        if lane is not None:
            by_lane.setdefault(lane, []).append(row.id)
    for lane, held in sorted(by_lane.items()):
        _move(connection, lane, held, now)
    return sum(len(held) for held in by_lane.values())


def leave_lanes(connection: Connection) -> None:
    """Everything waits in the queues again: other transports have other lanes."""
    connection.execute(_LEAVE)


def _move(connection: Connection, lane: str, ids: Sequence[int], now: Moment) -> None:
    if ids:
        why = Postponed.RATE_LIMIT.value
        run(connection, TELL, batch=ids, now=now, why=why, until=None)
        run(connection, _ASIDE, batch=ids, lane=lane, why=why)


_CLAIMED_BY = (
    select(_m.id)
    .where(
        _m.id.in_(bindparam("ids", expanding=True)),
        _m.owner == bindparam("of_owner"),
        _m.status == Status.CLAIMED.value,
    )
    .order_by(_m.id)
    .with_for_update()
)
_GIVE_BACK = (
    update(messages)
    .where(_m.id.in_(bindparam("ids", expanding=True)))
    .values(status=Status.DUE.value, owner=None, lease_until=None)
)
_RECIPIENTS = (
    select(_m.id, _m.campaign, contacts.c.email)
    .join(contacts, contacts.c.id == _m.contact_id)
    .where(_m.id.in_(bindparam("ids", expanding=True)))
)
_LEAVE = update(messages).where(IS_DUE, _m.lane.is_not(None)).values(lane=None)
