"""What is due in the next hours, and what needs somebody's look: from the ends of indexes alone, so that it
costs the same in a store of any size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select

from penfriend.domain.message import Status
from penfriend.domain.reasons import Skip
from penfriend.domain.timing import HOUR, Moment
from penfriend.storage.columns import BIG
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.tables import enrollments, messages

MOST_COUNTED = 20_000
"""Mails and people, each: what is due behind them is not counted."""
_NEWEST_SKIPPED = 200
"""Of each campaign."""
_m, _e = messages.c, enrollments.c
_ACTIVE = literal("active", literal_execute=True)
"""In the statement's text, so that the partial index is used."""

Coming = Counter[tuple[str, str, int]]
"""How many by campaign, step and hour from now on; hour 0 has what is late as well."""


def mails_due(connection: Connection, now: Moment, until: Moment) -> Coming:
    """The mails that are due until then, the first of them."""
    rows = select(_m.campaign, _m.step, _m.due_at).where(IS_DUE, _m.due_at < until)
    return _by_hour(connection, rows.order_by(_m.due_at).limit(MOST_COUNTED), now)


def people_due(connection: Connection, now: Moment, until: Moment) -> Coming:
    """The people whose wait is over until then, by the step at which they wait; empty for the beginning."""
    step = func.coalesce(_e.step, "").label("step")
    rows = select(_e.campaign, step, _e.due_at).where(_e.status == _ACTIVE, _e.due_at < until)
    return _by_hour(connection, rows.order_by(_e.due_at).limit(MOST_COUNTED), now)


def _by_hour(connection: Connection, rows: Select[Any], now: Moment) -> Coming:
    some = rows.subquery()
    hour = ((some.c.due_at - literal(now, BIG)) // literal(HOUR, BIG)).label("hour")
    found = select(some.c.campaign, some.c.step, hour, func.count()).group_by(
        some.c.campaign, some.c.step, hour
    )
    counts: Coming = Counter()
    for campaign, name, at, number in connection.execute(found):
        counts[campaign, name, max(0, int(at))] += number
    return counts


def oldest_due(connection: Connection) -> Moment | None:
    """When the mail was due that waits longest."""
    found = connection.execute(select(func.min(_m.due_at)).where(IS_DUE)).scalar()
    return None if found is None else Moment(found)


def doubts(connection: Connection, most: int) -> int:
    """The mails whose delivery is unknown; not counted beyond `most`."""
    some = select(_m.id).where(_m.status == Status.UNKNOWN.value).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def unmade(connection: Connection, campaigns: Collection[str], since: Moment) -> dict[tuple[str, str], int]:
    """The letters that could not be made, of the newest mails of each campaign that were skipped: by campaign
    and template."""
    counts: Counter[tuple[str, str]] = Counter()
    for campaign in campaigns:
        newest = (
            select(_m.template, _m.reason, _m.over_at)
            .where(_m.campaign == campaign, _m.status == Status.SKIPPED.value)
            .order_by(_m.id.desc())
            .limit(_NEWEST_SKIPPED)
        )
        for template, reason, over_at in connection.execute(newest):
            if reason == Skip.RENDER_FAILED.value and (over_at or 0) >= since:
                counts[campaign, template] += 1
    return dict(counts)
