"""Letters that went out, for the people of the sample shop, who read and answer some of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, enrollments, messages


@dataclass(frozen=True, slots=True)
class SentLetter:
    """One mail."""

    message: int
    enrollment: int
    contact_id: int
    contact: str
    """The shop's id."""
    locale: str | None
    campaign: str
    step: str
    topic: str | None
    occurrence: str
    entry: int
    sent_at: Moment

    @property
    def key(self) -> str:
        """Tells this mail from all others, the same in every run."""
        return f"{self.campaign}/{self.contact}/{self.occurrence}/{self.entry}/{self.step}"


def letters_sent(db: Database, since: Moment) -> list[SentLetter]:
    """The mails that were sent after `since`, in the order in which they were made."""
    m, e = messages.c, enrollments.c
    chosen = (
        select(m.id, m.enrollment_id, m.contact_id, contacts.c.key, contacts.c.locale, m.campaign, m.step)
        .add_columns(m.topic, e.occurrence, e.entry, m.sent_at)
        .join(contacts, contacts.c.id == m.contact_id)
        .join(enrollments, e.id == m.enrollment_id)
        .where(m.sent_at > since)
        .order_by(m.id)
    )
    with db.read() as connection:
        return [SentLetter(*row) for row in connection.execute(chosen)]
