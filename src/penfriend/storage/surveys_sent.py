"""Survey mails that went out, for the people of the sample shop, who answer some of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, enrollments, messages


@dataclass(frozen=True, slots=True)
class SentSurvey:
    """One survey mail."""

    message: int
    enrollment: int
    contact_id: int
    contact: str
    """The shop's id."""
    locale: str | None
    campaign: str
    step: str
    occurrence: str
    entry: int
    sent_at: Moment


def surveys_sent(db: Database, steps: Collection[tuple[str, str]], since: Moment) -> list[SentSurvey]:
    """The mails of these steps (campaign, step) that were sent after `since`, in the order in which they were
    made."""
    if not steps:
        return []
    m = messages.c
    chosen = (
        select(m.id, m.enrollment_id, m.contact_id, contacts.c.key, contacts.c.locale, m.campaign, m.step)
        .add_columns(enrollments.c.occurrence, enrollments.c.entry, m.sent_at)
        .join(contacts, contacts.c.id == m.contact_id)
        .join(enrollments, enrollments.c.id == m.enrollment_id)
        .where(m.sent_at > since, tuple_(m.campaign, m.step).in_(list(steps)))
        .order_by(m.id)
    )
    with db.read() as connection:
        return [SentSurvey(*row) for row in connection.execute(chosen)]
