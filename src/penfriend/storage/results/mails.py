"""The mails of a span of time, counted from their own rows: the range of an index for each campaign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal, select

from penfriend.domain.message import Status
from penfriend.domain.results import Figures
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.tables import campaign_states, messages

_m = messages.c


@dataclass(frozen=True, slots=True)
class MailGroup:
    """What the mails of a group have in common."""

    campaign: str
    step: str
    template: str
    locale: str
    transport: str


def mail_groups(
    connection: Connection, begin: Moment, end: Moment
) -> Iterator[tuple[MailGroup, Figures, int]]:
    """The mails that went out in the span, all but what they converted and brought in: each group with its
    figures, `delivered` being what was reported, and with how many did not come back."""
    campaigns = connection.execute(select(campaign_states.c.campaign)).scalars().all()
    for campaign in sorted(campaigns):
        span = {"of_campaign": campaign, "begin": begin, "end": end}
        for row in connection.execute(_COUNTED, span):
            step, template, locale, route, kept, *counts = row
            yield MailGroup(campaign, step, template, locale, route), Figures(*counts), kept


def first_mail(connection: Connection) -> Moment | None:
    """When the first mail that is known went out."""
    first = select(func.min(_m.over_at)).where(_m.campaign == bindparam("of_campaign"))
    campaigns = connection.execute(select(campaign_states.c.campaign)).scalars().all()
    found = [connection.execute(first, {"of_campaign": one}).scalar() for one in campaigns]
    return min((Moment(at) for at in found if at is not None), default=None)


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


_SENT = _m.status == Status.SENT.value
_REFUSED = (_m.status == Status.FAILED.value) & _m.bounced_at.is_not(None)
_STAYED = _SENT & _m.bounced_at.is_(None)
_NOTHING = literal(0, type_=BIG)
_LOCALE = literal("", type_=TEXT, literal_execute=True)
_COUNTED = (
    select(
        _m.step,
        _m.template,
        _LOCALE.label("locale"),
        func.coalesce(_m.route, "").label("transport"),
        _count(_STAYED),
        _count(_SENT),
        _count(_STAYED & _m.delivered_at.is_not(None)),
        _count(_m.bounced_at.is_not(None)),
        _count(_SENT & _m.complained_at.is_not(None)),
        _count(_SENT & _m.opened_at.is_not(None)),
        _count(_SENT & _m.clicked_at.is_not(None)),
        _NOTHING,
        _NOTHING,
        _NOTHING,
        _NOTHING,
        _count(_REFUSED),
    )
    .where(
        _m.campaign == bindparam("of_campaign", type_=TEXT),
        _m.over_at >= bindparam("begin", type_=BIG),
        _m.over_at < bindparam("end", type_=BIG),
        _SENT | _REFUSED,
    )
    .group_by(_m.step, _m.template, func.coalesce(_m.route, ""))
)
