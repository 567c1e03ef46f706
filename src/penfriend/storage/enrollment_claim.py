"""The claim of enrollments: those that are due, woken, or held under a lease that has ended.

`woken_at` says when what woke an enrollment arrived, and stays while a worker holds it: whoever claims it
after a crash knows what the first one knew, and that nothing woke those whom time alone brought up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    RowMapping,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)

from penfriend.domain.asking import Subject
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.standing import Standing
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.many import among
from penfriend.storage.tables import enrollments

_e = enrollments.c
# in the statement's text, so that the partial indexes are used
IS_ACTIVE = _e.status == literal("active", literal_execute=True)
IS_WOKEN = _e.woken == literal(1, literal_execute=True)
WOKEN_BY_NOBODY: dict[str, Any] = {"woken": 1, "woken_at": case((_e.woken == 1, _e.woken_at))}
"""Looked at again for a reason that did not arrive at a moment; what the worker that holds it knows of before
does not count."""
LOOKED_AT_AGAIN: dict[str, Any] = {
    "owner": None,
    "lease_until": None,
    # whom time alone brought up it brings up again
    "woken": case(
        ((_e.status == "active") & _e.due_at.is_not(None) & _e.woken_at.is_(None), _e.woken), else_=1
    ),
}
"""Given back unmoved."""


def woken_at(moment: Any) -> dict[str, Any]:
    """What is written where something that arrived at this moment wakes an enrollment; the first counts since
    it was claimed."""
    return {"woken": 1, "woken_at": case((_e.woken == 1, func.coalesce(_e.woken_at, moment)), else_=moment)}


def row_of(row: RowMapping | Mapping[str, Any]) -> Enrollment:
    """The enrollment of a database row."""
    return Enrollment(
        id=row["id"],
        campaign=row["campaign"],
        contact=row["contact_id"],
        occurrence=row["occurrence"],
        entry=row["entry"],
        entered_at=row["entered_at"],
        standing=Standing(
            step=row["step"],
            began_at=row["began_at"],
            due_at=row["due_at"],
            missed=bool(row["missed"]),
            waited=None if row["waited"] is None else bool(row["waited"]),
            due_wall=row["due_wall"],
            due_zone=row["due_zone"],
        ),
        subject=Subject(
            cart_key=row["cart_key"],
            order_key=row["order_key"],
            product_key=row["product_key"],
            reward_key=row["reward_key"],
            expires_on=row["expires_on"],
            row_key=row["row_key"],
            event_id=row["event_id"],
        ),
        active=row["status"] == "active",
        woken_at=row["woken_at"],
    )


def rows_of(found: CursorResult[Any]) -> list[Enrollment]:
    """The enrollments of whole rows. As dicts, of which a value is read in a tenth of the time that a row
    of SQLAlchemy takes to look for its name."""
    names = tuple(found.keys())
    return [row_of(dict(zip(names, row, strict=True))) for row in found]


def claim_enrollments(
    connection: Connection, now: Moment, owner: str, until: Moment, revision: int, limit: int
) -> list[Enrollment]:
    """What `EnrollmentLog.claim` does, in a transaction of the caller."""
    taken: list[Enrollment] = []
    for way in _WAYS:
        if len(taken) < limit:
            wanted = {"now": now, "revision": revision, "room": limit - len(taken)}
            # SQLite holds the write lock already, has no row locks
            ids = connection.execute(way, wanted).scalars().all()
            taken += _take(connection, ids, now, owner, until)
    return sorted(taken, key=lambda row: (row.standing.due_at or 0, row.id))


def _take(
    connection: Connection, ids: Sequence[int], now: Moment, owner: str, until: Moment
) -> list[Enrollment]:
    if not ids:
        return []
    values = {"ids": list(ids), "claim_now": now, "claim_owner": owner, "claim_until": until}
    return rows_of(connection.execute(_TAKE, values))


_FREE, _OURS = _e.owner.is_(None), _e.revision <= bindparam("revision", type_=BIG)
_NOW = bindparam("now", type_=BIG)


def _way(which: ColumnElement[bool], *order: ColumnElement[Any]) -> Select[Any]:
    chosen = select(_e.id).where(which & _OURS).order_by(*order).limit(bindparam("room", type_=BIG))
    return chosen.with_for_update(skip_locked=True)


# each in the order of its own index: whoever is woken but not due comes in no order that matters, and a new
# revision may wake a million
_WAYS = (
    _way(IS_ACTIVE & (_e.due_at <= _NOW) & _FREE, _e.due_at, _e.id),
    _way(IS_WOKEN & _FREE, _e.id),
    _way(_e.owner.is_not(None) & (_e.lease_until <= _NOW), _e.lease_until, _e.id),
)
_SINCE = func.coalesce(_e.woken_at, bindparam("claim_now", type_=BIG))
_TAKE = (
    update(enrollments)
    .where(among(_e.id, "ids"))
    .values(
        owner=bindparam("claim_owner"),
        lease_until=bindparam("claim_until"),
        woken=0,
        woken_at=case((_e.woken == 1, _SINCE), else_=_e.woken_at),
    )
    .returning(*_e)
)
