"""The claim of due messages: at most so many, by priority, due time and id; of the queue of its route, and of
those that were set aside for a slow domain (`penfriend.storage.rate_lanes`) as many as the domain takes.

What waits for later (a million mails of people for whom it is night) must cost a claim nothing. One index
holds all that is due or waits by priority, due time and id; read from its start it would give the right
order, but through everything of a high priority that waits. So the priorities are found one by one, each by
one probe of the index (there are at most 102 of them), and only those of which something is due are read,
from their start to `now`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, bindparam, literal, select, text, update

from penfriend.domain.destination import domain_of
from penfriend.domain.message import Status
from penfriend.domain.outbox import NO_LANES, Carried, DueMessage, Lanes
from penfriend.domain.timing import Moment
from penfriend.storage.carried import of_carried
from penfriend.storage.columns import BIG
from penfriend.storage.many import among
from penfriend.storage.revisions import is_behind
from penfriend.storage.tables import contacts, messages

Place = tuple[int, int, int]
"""Of a message in the order of all: its priority, negative; its due time; its id."""

_m = messages.c
IS_DUE = _m.status == literal(Status.DUE.value, literal_execute=True)
"""The status stands in the statement's text, so that the partial indexes are used."""


def claim_due(
    connection: Connection,
    now: Moment,
    owner: str,
    until: Moment,
    revision: int,
    limit: int,
    carried: Carried | None = None,
    lanes: Lanes = NO_LANES,
) -> list[DueMessage]:
    """At most `limit` messages that are due, by priority, due time and id; from now on held by `owner`.
    None once a later revision is live: its names may be others."""
    if is_behind(connection, revision):
        return []
    places = first_in_queue(connection, now, revision, limit, carried)
    if lanes:
        places = sorted(places + _first_in_lanes(connection, now, revision, lanes, carried))[:limit]
    if not places:
        return []
    ids = [place[2] for place in places]
    claimed = connection.execute(_TAKE, {"ids": ids, "claim_owner": owner, "claim_until": until})
    rows = {row.id: _due(row) for row in claimed}
    return [rows[message] for message in ids if message in rows]


def take_over(
    connection: Connection, ids: Sequence[int], former: str, owner: str, until: Moment, revision: int
) -> list[DueMessage]:
    """Of these messages those that `former` has claimed still, in the order of `ids`; from now on held by
    `owner`. None once a later revision is live: they are due again."""
    if is_behind(connection, revision):
        connection.execute(_GIVE_BACK, {"ids": list(ids), "former": former})
        return []
    taken = {"ids": list(ids), "former": former, "claim_owner": owner, "claim_until": until}
    rows = {row.id: _due(row) for row in connection.execute(_TAKE_OVER, taken)}
    return [rows[message] for message in ids if message in rows]


def first_in_queue(
    connection: Connection, now: Moment, revision: int, limit: int, carried: Carried | None = None
) -> list[Place]:
    """The first that are due and not set aside; locked until the end of the transaction."""
    chosen = _OF_PRIORITY if carried is None else _OF_PRIORITY.where(of_carried(carried))
    places: list[Place] = []
    priorities = connection.execute(_PRIORITIES_BY_DIALECT[connection.dialect.name], {"now": now})
    for priority in priorities.scalars().all():
        wanted = {"now": now, "priority": priority, "revision": revision, "room": limit - len(places)}
        places += [(-priority, *row) for row in connection.execute(chosen, wanted)]
        if len(places) == limit:
            break
    return places


def _first_in_lanes(
    connection: Connection, now: Moment, revision: int, lanes: Lanes, carried: Carried | None
) -> list[Place]:
    """The first of each lane, as many as may be taken of it; locked until the end of the transaction."""
    chosen = _OF_LANE if carried is None else _OF_LANE.where(of_carried(carried))
    places: list[Place] = []
    for lane, room in sorted(lanes.items()):
        wanted = {"now": now, "of_lane": lane, "revision": revision, "room": room}
        places += [(-row.priority, row.due_at, row.id) for row in connection.execute(chosen, wanted)]
    return places


def waiting_lanes(connection: Connection, now: Moment, lanes: Collection[str]) -> list[str]:
    """Those of the lanes in which something is due."""
    return [
        lane
        for lane in sorted(lanes)
        if connection.execute(_ANY_IN_LANE, {"now": now, "of_lane": lane}).first() is not None
    ]


def _due(row: Row[tuple[object, ...]]) -> DueMessage:
    return DueMessage(
        id=row.id,
        enrollment=row.enrollment_id,
        campaign=row.campaign,
        contact=row.contact_id,
        step=row.step,
        template=row.template,
        topic=row.topic,
        transactional=bool(row.transactional),
        message_id=row.message_id,
        domain=domain_of(row.email or ""),
        wanted_at=row.wanted_at,
        due_at=row.due_at,
        dated_at=row.dated_at,
        attempts=row.attempts,
        held_by=row.held_by,
        answer=row.note,
        revision=row.revision,
        digest=row.digest,
        made_for=row.made_for,
        facts=row.facts,
    )


_HIGHEST = "SELECT m.priority FROM messages AS m{by_index} WHERE m.status = 'due' AND m.lane IS NULL"
_PRIORITIES = f"""
WITH RECURSIVE waiting(priority) AS (
    SELECT ({_HIGHEST} ORDER BY m.priority DESC LIMIT 1)
    UNION ALL
    SELECT ({_HIGHEST} AND m.priority < waiting.priority ORDER BY m.priority DESC LIMIT 1)
    FROM waiting WHERE waiting.priority IS NOT NULL
)
SELECT priority FROM waiting
WHERE EXISTS ({_HIGHEST} AND m.priority = waiting.priority AND m.due_at <= :now)
ORDER BY priority DESC
"""  # noqa: S608 - nothing but our own words
"""The priorities of which something is due, the highest first."""
_PRIORITIES_BY_DIALECT = {
    # it may think that few are due, and sort them all; PostgreSQL reckons with the LIMIT
    "sqlite": text(_PRIORITIES.format(by_index=" INDEXED BY ix_messages_due")),
    "postgresql": text(_PRIORITIES.format(by_index="")),
}
_OF_PRIORITY = (
    select(_m.due_at, _m.id)
    .where(
        IS_DUE,
        _m.lane.is_(None),
        _m.priority == bindparam("priority", type_=BIG),
        _m.due_at <= bindparam("now", type_=BIG),
        _m.revision <= bindparam("revision", type_=BIG),
    )
    .order_by(_m.due_at, _m.id)
    .limit(bindparam("room", type_=BIG))
    .with_for_update(skip_locked=True)
)
"""What is due of one priority."""
_IN_LANE = (
    IS_DUE,
    _m.lane == bindparam("of_lane"),
    _m.due_at <= bindparam("now", type_=BIG),
)
_OF_LANE = (
    select(_m.priority, _m.due_at, _m.id)
    .where(*_IN_LANE, _m.revision <= bindparam("revision", type_=BIG))
    .order_by(_m.priority.desc(), _m.due_at, _m.id)
    .limit(bindparam("room", type_=BIG))
    .with_for_update(skip_locked=True)
)
_ANY_IN_LANE = select(_m.id).where(*_IN_LANE).limit(1)
_EMAIL = select(contacts.c.email).where(contacts.c.id == _m.contact_id).scalar_subquery().label("email")
_OF_FORMER = (
    _m.id.in_(bindparam("ids", expanding=True)),
    _m.status == Status.CLAIMED.value,
    _m.owner == bindparam("former"),
)
_TAKE_OVER = (
    update(messages)
    .where(*_OF_FORMER)
    .values(owner=bindparam("claim_owner"), lease_until=bindparam("claim_until"))
    .returning(*_m, _EMAIL)
)
_GIVE_BACK = update(messages).where(*_OF_FORMER).values(status=Status.DUE.value, owner=None, lease_until=None)
_TAKE = (
    update(messages)
    .where(among(_m.id, "ids"), _m.status == Status.DUE.value)
    .values(status=Status.CLAIMED.value, owner=bindparam("claim_owner"), lease_until=bindparam("claim_until"))
    .returning(*_m, _EMAIL)
)
