"""Campaigns that have stopped by themselves: what their mails came to, and the stop."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Select, bindparam, case, func, null, select, update

from penfriend.domain.feedback import Kind
from penfriend.domain.message import Status
from penfriend.domain.reasons import Skip
from penfriend.domain.stops import Figures
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.pausing import rest, resume
from penfriend.storage.tables import campaign_states, feedback, messages

_s, _m, _f = campaign_states.c, messages.c, feedback.c


class StopLog:
    """The stops of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def figures(self, campaign: str, since: Moment, last: int | None) -> Figures:
        """What became of the campaign's mails that were over since then, or of the last so many of them; of
        those only that have not been judged."""
        with self._db.read() as connection:
            judged = connection.execute(_JUDGED, {"of_campaign": campaign}).scalar()
            values = {"of_campaign": campaign, "since": max(since, judged or 0)}
            row = connection.execute(_figures(last), values).one()
        return Figures(*(number or 0 for number in row))

    def stop(self, campaign: str, why: str, now: Moment) -> bool:
        """The campaign rests from now on; False where it has stopped already or is not live."""
        with self._db.write() as connection:
            values = {"of_campaign": campaign, "now": now, "why": why}
            if not connection.execute(_STOP, values).rowcount:
                return False
            rest(connection, [campaign], now)
        return True


def let_go_on(
    connection: Connection, campaigns: Collection[str], paused: Collection[str], now: Moment
) -> None:
    """These go on, but for those that the files pause; what their mails came to so far is judged."""
    names = list(campaigns)
    connection.execute(_GO_ON, {"campaigns": names, "now": now})
    resume(connection, [name for name in names if name not in paused], now)


def _figures(last: int | None) -> Select[int, int, int, int]:
    mails = _MAILS if last is None else _MAILS.limit(last)
    found = mails.subquery("mails").c
    made = found.status != Status.SKIPPED.value
    bounced = (
        select(func.count(_f.message_id.distinct()))
        .where(_f.kind == Kind.BOUNCED.value, _f.message_id.in_(select(found.id)))
        .scalar_subquery()
    )
    return select(
        func.sum(case((made, 1), else_=0)),
        func.coalesce(bounced, 0),
        func.sum(case((found.complained_at.is_not(None), 1), else_=0)),
        func.sum(case((made, 0), else_=1)),
    )


_JUDGED = select(_s.judged_from).where(_s.campaign == bindparam("of_campaign"))
_TRIED = (Status.SENT.value, Status.FAILED.value, Status.UNKNOWN.value)
_MAILS = (
    select(_m.id, _m.status, _m.complained_at)
    .where(
        _m.campaign == bindparam("of_campaign"),
        _m.over_at > bindparam("since", type_=BIG),
        _m.status.in_(_TRIED)
        | ((_m.status == Status.SKIPPED.value) & (_m.reason == Skip.RENDER_FAILED.value)),
    )
    .order_by(_m.over_at.desc())
)
_STOP = (
    update(campaign_states)
    .where(_s.campaign == bindparam("of_campaign"), _s.stopped_at.is_(None), _s.removed_at.is_(None))
    .values(stopped_at=bindparam("now"), stopped_why=bindparam("why"))
)
_GO_ON = (
    update(campaign_states)
    .where(_s.campaign.in_(bindparam("campaigns", expanding=True)))
    .values(stopped_at=null(), stopped_why=null(), judged_from=bindparam("now"))
)
