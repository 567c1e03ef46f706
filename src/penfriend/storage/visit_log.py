"""Who follows the links of mails: read for the pages, never written. Each visit is a few look-ups by key."""

from __future__ import annotations

from sqlalchemy import Connection, Row, func, select

from penfriend.domain.facts import Frozen
from penfriend.domain.visits import Agreement, GivenAnswer, VisitedMail, Visitor
from penfriend.storage.database import Database
from penfriend.storage.tables import (
    answers,
    contacts,
    enrollments,
    event_facts,
    events,
    messages,
    subscriptions,
)

_m = messages.c
_MAIL = (
    select(
        _m.id,
        _m.contact_id,
        _m.enrollment_id,
        _m.message_id,
        _m.campaign,
        _m.step,
        _m.template,
        _m.revision,
        _m.topic,
        _m.dated_at,
        _m.address,
        events.c.name,
        events.c.properties,
    )
    .join_from(messages, enrollments, enrollments.c.id == _m.enrollment_id)
    .outerjoin(events, events.c.id == enrollments.c.event_id)
)
_ASKING = ("subscription_requested", "subscribed")
_CONTACT = select(
    contacts.c.id,
    contacts.c.email,
    contacts.c.locale,
    contacts.c.timezone,
    contacts.c.frequency,
    contacts.c.paused_until,
    contacts.c.erased_at,
    select(func.max(event_facts.c.last_at))
    .where(event_facts.c.contact_id == contacts.c.id, event_facts.c.name == "contact_updated")
    .scalar_subquery()
    .label("said_at"),
)


class VisitLog:
    """The visitors of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def visitor(self, contact: int, message: int) -> Visitor | None:
        """Who a token's contact and message are today; None where they were erased or are gone.

        The mail says whose it is: when two contacts are joined, its row moves to the one that is left.
        `contact` counts only where the mail is no longer kept.
        """
        with self._db.read() as connection:
            mail = connection.execute(_MAIL.where(_m.id == message)).first()
            row = connection.execute(
                _CONTACT.where(contacts.c.id == (mail.contact_id if mail else contact))
            ).first()
            if row is None or row.erased_at is not None:
                return None
            return Visitor(
                contact=row.id,
                email=row.email,
                locale=row.locale,
                timezone=row.timezone,
                frequency=row.frequency,
                paused_until=row.paused_until,
                said_at=row.said_at,
                agreements=_agreements(connection, row.id),
                mail=_mail(mail) if mail else None,
                answers=_answers(connection, mail.enrollment_id) if mail else {},
            )

    def frozen_facts(self, message: int) -> Frozen:
        """What the mail was made of; None where it was not sent."""
        with self._db.read() as connection:
            return connection.execute(select(_m.facts).where(_m.id == message)).scalar()


def _mail(row: Row[*tuple[object, ...]]) -> VisitedMail:
    asks = row.name in _ASKING and isinstance(row.properties, dict)
    asked = row.properties.get("topic") if asks else None
    return VisitedMail(
        id=row.id,
        enrollment=row.enrollment_id,
        message_id=row.message_id,
        campaign=row.campaign,
        step=row.step,
        template=row.template,
        revision=row.revision,
        topic=row.topic,
        dated_at=row.dated_at,
        address=row.address,
        asked_topic=asked if isinstance(asked, str) else None,
    )


def _agreements(connection: Connection, contact: int) -> dict[str, Agreement]:
    s = subscriptions.c
    found = connection.execute(
        select(s.topic, s.subscribed, s.requested, s.at).where(s.contact_id == contact)
    )
    return {row.topic: Agreement(bool(row.subscribed), bool(row.requested), row.at) for row in found}


def _answers(connection: Connection, enrollment: int) -> dict[str, GivenAnswer]:
    a = answers.c
    found = connection.execute(
        select(a.survey, a.score, a.comment, a.answered_at)
        .where(a.enrollment_id == enrollment)
        .order_by(a.answered_at, a.id)
    )
    return {row.survey: GivenAnswer(row.score, row.comment, row.answered_at) for row in found}
