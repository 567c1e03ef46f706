"""The mails of a span of time, counted from their own rows: the range of an index for each campaign.

What they converted and brought in is counted in `penfriend.storage.results.credits`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from penfriend.domain.message import Status
from penfriend.domain.results import Figures
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.tables import campaign_states, messages

_m = messages.c


class MailGroup(NamedTuple):
    """What the mails of a group have in common."""

    campaign: str
    step: str
    template: str
    locale: str
    transport: str


class Counted(NamedTuple):
    """The figures of a group, and the latest revision that made one of its mails."""

    figures: Figures
    revision: int


def campaigns(connection: Connection) -> list[str]:
    """Every campaign that ever was live, by name."""
    return sorted(connection.execute(select(campaign_states.c.campaign)).scalars())


def count_mails(connection: Connection, begin: Moment, end: Moment) -> dict[MailGroup, Counted]:
    """The mails that went out in the span, all but what they converted and brought in.

    A transport that has reported none of them as delivered tells nothing: then those that did not come back
    count as delivered.
    """
    found: dict[MailGroup, Counted] = {}
    kept: dict[MailGroup, int] = {}
    for campaign in campaigns(connection):
        for row in connection.execute(_COUNTED, {"of_campaign": campaign, "begin": begin, "end": end}):
            step, template, locale, transport, revision, stayed, *counts = row
            group = MailGroup(campaign, step, template, locale, transport)
            found[group] = Counted(Figures(**dict(zip(_METRICS, counts, strict=True))), revision)
            kept[group] = stayed
    told: Mapping[str, int] = _sum_by_transport(
        {group: one.figures.delivered for group, one in found.items()}
    )
    return {
        group: one
        if told[group.transport]
        else Counted(replace(one.figures, delivered=kept[group]), one.revision)
        for group, one in found.items()
    }


def _sum_by_transport(counts: Mapping[MailGroup, int]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for group, number in counts.items():
        sums[group.transport] += number
    return sums


def first_mail(connection: Connection) -> Moment | None:
    """When the first mail that is known went out."""
    found = [connection.execute(_FIRST, {"of_campaign": one}).scalar() for one in campaigns(connection)]
    return min((Moment(at) for at in found if at is not None), default=None)


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


SENT = _m.status == Status.SENT.value
_REFUSED = (_m.status == Status.FAILED.value) & _m.bounced_at.is_not(None)
_STAYED = SENT & _m.bounced_at.is_(None)
IN_SPAN = (
    (_m.campaign == bindparam("of_campaign", type_=TEXT))
    & (_m.over_at >= bindparam("begin", type_=BIG))
    & (_m.over_at < bindparam("end", type_=BIG))
)
_METRICS: dict[str, ColumnElement[bool]] = {
    "sent": SENT,
    "delivered": _STAYED & _m.delivered_at.is_not(None),
    "bounced": _m.bounced_at.is_not(None),
    "refused": _REFUSED,
    **{
        name: SENT & _m[f"{name}_at"].is_not(None)
        for name in ("complained", "opened", "clicked", "unsubscribed", "answered")
    },
}
_GROUP = (_m.step, _m.template, func.coalesce(_m.locale, ""), func.coalesce(_m.route, ""))
_COUNTED = (
    select(*_GROUP, func.max(_m.revision), _count(_STAYED), *(_count(which) for which in _METRICS.values()))
    .where(IN_SPAN, SENT | _REFUSED)
    .group_by(*_GROUP)
)
_FIRST = select(func.min(_m.over_at)).where(_m.campaign == bindparam("of_campaign", type_=TEXT))
