"""The mails that were refused last, with the servers' words: a bounded look at the ends of two indexes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from penfriend.domain.delivery import Fault
from penfriend.domain.feedback import CAME_BACK, Kind
from penfriend.domain.message import Status
from penfriend.domain.timing import Moment
from penfriend.storage.tables import attempts, feedback, messages

LOOKED_AT = 2_000
"""So many of the newest reports are looked through: most tell of nothing bad."""

_m, _f, _a = messages.c, feedback.c, attempts.c


class Refused(NamedTuple):
    """A refusal, as it is on record."""

    at: Moment
    route: str
    address: str
    code: int | None
    enhanced: str | None
    text: str
    because_of_us: bool


def newest_refusals(connection: Connection, number: int) -> list[Refused]:
    """The newest first: what came back, and what was refused for good because of us or of the mail."""
    came_back = [
        Refused(
            Moment(row.at), row.route or "", row.address or "", row.code, row.enhanced, row.text or "",
            row.kind == Kind.BLOCKED.value,
        )
        for row in connection.execute(_CAME_BACK, {"number": number})
    ]  # fmt: skip
    failed = [
        Refused(
            Moment(row.at), row.route, row.address or "", row.code, row.enhanced, row.text or "",
            row.fault in (Fault.ROUTE.value, Fault.MESSAGE.value),
        )
        for row in connection.execute(_FAILED, {"number": number})
    ]  # fmt: skip
    return sorted((*came_back, *failed), key=lambda one: -one.at)[:number]


_newest = select(_f.id).order_by(_f.id.desc()).limit(LOOKED_AT).subquery()
_CAME_BACK = (
    select(_f.at, _f.kind, _f.code, _f.enhanced, _f.text, _m.route, _m.address)
    .join(_newest, _newest.c.id == _f.id)
    .join(messages, _m.id == _f.message_id)
    .where(_f.kind.in_(sorted(CAME_BACK)))
    .order_by(_f.id.desc())
    .limit(bindparam("number"))
)
_failed = (
    select(_m.id)
    .where(_m.status == Status.FAILED.value)
    .order_by(_m.id.desc())
    .limit(bindparam("number"))
    .subquery()
)
_tries = attempts.alias()
_LAST_TRY = select(func.max(_tries.c.id)).where(_tries.c.message_id == _m.id).correlate(messages)
_FAILED = (
    select(
        func.coalesce(_a.ended_at, _a.started_at).label("at"),
        _a.route, _a.code, _a.enhanced, _a.text, _a.fault, _m.address,
    )
    .select_from(messages)
    .join(_failed, _failed.c.id == _m.id)
    .join(attempts, _a.id == _LAST_TRY.scalar_subquery())
    # what the address was refused for stands among what came back
    .where(_m.bounced_at.is_(None))
)  # fmt: skip
