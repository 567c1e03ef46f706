"""What a campaign did with one contact: mails, postponements and ends, in the order in which they came."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from penfriend.domain.campaign_test import Expectation
from penfriend.domain.message import Status
from penfriend.domain.timing import Moment
from penfriend.storage.tables import decisions, enrollments, messages

_m, _d, _e = messages.c, decisions.c, enrollments.c


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened."""

    at: Moment
    what: Expectation
    step: str
    reason: str


def what_happened(connection: Connection, campaign: str, contact: int) -> list[Happened]:
    """All of it, the earliest first; of the same moment postponements, mails, ends."""
    mine = [_m.campaign == campaign, _m.contact_id == contact]
    mails = connection.execute(
        select(_m.id, _m.step, _m.status, _m.reason, _m.sent_at, _m.over_at).where(*mine).order_by(_m.id)
    )
    found = [
        Happened(row.sent_at, Expectation.SENT, row.step, "")
        if row.status == Status.SENT.value
        else Happened(row.over_at, Expectation.SKIPPED, row.step, row.reason or "")
        for row in mails
        if row.status in (Status.SENT.value, Status.SKIPPED.value)
    ]
    postponed = (
        select(_d.at, _d.step, _d.reason)
        .join(enrollments, _e.id == _d.enrollment_id)
        .where(_e.campaign == campaign, _e.contact_id == contact, _d.what == "postponed")
        .order_by(_d.id)
    )
    found += [
        Happened(row.at, Expectation.POSTPONED, row.step or "", row.reason or "")
        for row in connection.execute(postponed)
    ]
    ended = (
        select(_e.ended_at, _e.end_reason)
        .where(_e.campaign == campaign, _e.contact_id == contact, _e.status == "ended")
        .order_by(_e.id)
    )
    found += [
        Happened(row.ended_at, Expectation.EXIT, "", row.end_reason) for row in connection.execute(ended)
    ]
    return sorted(found, key=lambda one: (one.at, _ORDER[one.what]))


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that went out, by our ids."""

    message: int
    enrollment: int
    step: str
    topic: str | None


def latest_mail(
    connection: Connection, campaign: str, contact: int, steps: Collection[str]
) -> SentMail | None:
    """The latest mail that the campaign has sent to the contact for one of these steps."""
    chosen = (
        select(_m.id, _m.enrollment_id, _m.step, _m.topic)
        .where(_m.campaign == campaign, _m.contact_id == contact)
        .where(_m.status == Status.SENT.value, _m.step.in_(list(steps)))
        .order_by(_m.sent_at.desc(), _m.id.desc())
        .limit(1)
    )
    row = connection.execute(chosen).first()
    return None if row is None else SentMail(*row)


_ORDER = {
    Expectation.POSTPONED: 0,
    Expectation.SENT: 1,
    Expectation.SKIPPED: 1,
    Expectation.EXIT: 2,
}
