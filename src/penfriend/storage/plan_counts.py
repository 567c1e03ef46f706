"""What `plan` counts: people at each step, who has entered, mails that went out, sizes of segments."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, and_, func, select

from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.tables import enrollments, members, messages, segment_looks, segment_sizes
from penfriend.storage.upsert import insert_or_ignore

_e, _m, _z = enrollments.c, messages.c, segment_sizes.c


def people_at_steps(connection: Connection) -> dict[tuple[str, str | None], int]:
    """How many stand at each step, by campaign and step."""
    counted = select(_e.campaign, _e.step, func.count()).where(_e.status == "active")
    rows = connection.execute(counted.group_by(_e.campaign, _e.step))
    return {(campaign, step): number for campaign, step, number in rows}


def newest_enrollment(connection: Connection) -> int:
    """Our id of the newest one; 0 for none."""
    return int(connection.execute(select(func.coalesce(func.max(_e.id), 0))).scalar_one())


def entered_since(connection: Connection, newest: int) -> dict[str, int]:
    """How many have entered each campaign after that enrollment."""
    counted = select(_e.campaign, func.count()).where(_e.id > newest).group_by(_e.campaign)
    return {row[0]: row[1] for row in connection.execute(counted)}


def sent_since(connection: Connection, since: Moment) -> dict[str, int]:
    """How many mails of each campaign went out at that moment or later."""
    went_out = (_m.status == Status.SENT.value) & (_m.sent_at >= since)
    counted = select(_m.campaign, func.count()).where(went_out).group_by(_m.campaign)
    return {row[0]: row[1] for row in connection.execute(counted)}


def waiting_for_codes(connection: Connection) -> dict[str, int]:
    """How many mails of each campaign wait for a coupon code."""
    waits = (_m.status == Status.DUE.value) & (_m.held_by == Postponed.NO_COUPON.value)
    counted = select(_m.campaign, func.count()).where(waits).group_by(_m.campaign)
    return {row[0]: row[1] for row in connection.execute(counted)}


def keep_sizes(connection: Connection, day: str) -> None:
    """Keep how many members each trigger's segment has on that day of the brand's clock; the first that is
    kept of a day stays."""
    counted = (
        select(segment_looks.c.segment, func.count(members.c.contact_id))
        .outerjoin(members, members.c.segment == segment_looks.c.segment)
        .group_by(segment_looks.c.segment)
    )
    rows = [
        {"segment": segment, "day": day, "members": number} for segment, number in connection.execute(counted)
    ]
    if rows:
        connection.execute(insert_or_ignore(connection.dialect.name, segment_sizes), rows)


def sizes_before(connection: Connection, day: str) -> Mapping[str, int]:
    """What was kept of each segment on the last day before that one."""
    last = select(_z.segment, func.max(_z.day).label("day")).where(_z.day < day).group_by(_z.segment)
    newest = last.subquery("newest")
    same = and_(newest.c.segment == _z.segment, newest.c.day == _z.day)
    rows = connection.execute(select(_z.segment, _z.members).select_from(segment_sizes.join(newest, same)))
    return {row[0]: row[1] for row in rows}
