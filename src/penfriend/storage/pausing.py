"""Pauses: `active: no` keeps everybody in place, and `active: yes` lets them go on.

While a campaign rests the due times of its people are put aside, so that nobody comes up by themselves; whom
something touches is still looked at for the ends, which go on. Waits run on: what was over meanwhile is over
at the moment of resuming (`penfriend.domain.standing.Pause`). Mails that a pause held are due again then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, func, null, or_, select, update

from penfriend.domain.definitions import Definitions
from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed
from penfriend.domain.standing import Pause
from penfriend.domain.stops import Stopped
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.enrollment_claim import WOKEN_BY_NOBODY
from penfriend.storage.tables import campaign_states, enrollments, messages

_s, _e, _m = campaign_states.c, enrollments.c, messages.c


def pause_and_resume(connection: Connection, definitions: Definitions, now: Moment) -> None:
    """Make the store fit what is paused from now on; harmless to repeat. In the transaction of the apply,
    behind whatever else moves people."""
    paused = [name for name, campaign in definitions.campaigns.items() if not campaign.active]
    rests = (_s.paused_at.is_not(None)) & (_s.resumed_at.is_(None))
    # what has stopped by itself goes on only when somebody says so
    resuming = select(_s.campaign).where(rests, _s.campaign.not_in(paused), _s.stopped_at.is_(None))
    resume(connection, connection.execute(resuming).scalars().all(), now)
    rest(connection, paused, now)


def stopped(connection: Connection) -> dict[str, Stopped]:
    """The campaigns that have stopped by themselves."""
    rows = connection.execute(_STOPPED)
    return {row.campaign: Stopped(Moment(row.stopped_at), row.stopped_why or "") for row in rows}


def rest(connection: Connection, names: Collection[str], now: Moment) -> None:
    """These campaigns rest from `now` on, unless they rest already."""
    if names:
        begins = or_(_s.paused_at.is_(None), _s.resumed_at.is_not(None))
        connection.execute(
            update(campaign_states)
            .where(_s.campaign.in_(list(names)), begins)
            .values(paused_at=now, resumed_at=null())
        )
        connection.execute(_PUT_ASIDE, {"names": list(names)})


def pauses(connection: Connection) -> dict[str, Pause]:
    """The last pause of each campaign that had one."""
    rows = connection.execute(_PAUSED)
    return {row.campaign: Pause(row.paused_at, row.resumed_at) for row in rows}


def resume(connection: Connection, names: Collection[str], now: Moment) -> None:
    """These campaigns go on."""
    if names:
        values = {"names": list(names), "now": now}
        for statement in (_RESUMED, _TAKE_UP, _SEND_AGAIN):
            connection.execute(statement, values)


_NAMES: BindParameter[Sequence[str]] = bindparam("names", expanding=True)
_PAUSED = select(_s.campaign, _s.paused_at, _s.resumed_at).where(_s.paused_at.is_not(None))
_STOPPED = select(_s.campaign, _s.stopped_at, _s.stopped_why).where(_s.stopped_at.is_not(None))
_NOW = bindparam("now", type_=BIG)
_ACTIVE = _e.status == "active"
_PUT_ASIDE = (
    update(enrollments)
    .where(_e.campaign.in_(_NAMES), _ACTIVE, _e.due_at.is_not(None))
    .values(held_due_at=_e.due_at, due_at=null())
)
_RESUMED = update(campaign_states).where(_s.campaign.in_(_NAMES)).values(resumed_at=_NOW)
_TAKE_UP = (
    update(enrollments)
    .where(_e.campaign.in_(_NAMES), _ACTIVE, _e.held_due_at.is_not(None))
    .values(due_at=func.coalesce(_e.due_at, _e.held_due_at), held_due_at=null(), **WOKEN_BY_NOBODY)
)
_SEND_AGAIN = (
    update(messages)
    .where(
        _m.campaign.in_(_NAMES),
        _m.status == Status.DUE.value,
        _m.held_by == Postponed.CAMPAIGN_PAUSED.value,
    )
    .values(due_at=_NOW)
)
