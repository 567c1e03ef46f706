"""Reads all that is on record about one person, in a fixed number of queries."""

from __future__ import annotations

from sqlalchemy import Connection, select

from penfriend.domain.definitions import Brand
from penfriend.domain.errors import NotFound
from penfriend.domain.feedback import ANSWERED, Kind
from penfriend.domain.person import DecisionLine, FeedbackLine, MailLine, Passage, PersonRecord, RefusalLine
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.looks import active_since
from penfriend.storage.people import load_contacts

MOST_LINES = 1_000
"""Of a person with more decisions or refusals than this the newest are told."""


def read_person(connection: Connection, contact_id: int, brand: Brand) -> PersonRecord:
    """The record of the contact. Raises NotFound."""
    contact = load_contacts(connection, [contact_id], brand).get(contact_id)
    if contact is None:
        raise NotFound(f"there is no contact {contact_id}")
    key, email = connection.execute(
        select(t.contacts.c.key, t.contacts.c.email).where(t.contacts.c.id == contact_id)
    ).one()
    facts = select(t.event_facts.c.name, t.event_facts.c.last_at).where(
        t.event_facts.c.contact_id == contact_id
    )
    noted = select(t.members.c.segment, t.members.c.since).where(
        t.members.c.contact_id == contact_id, t.members.c.noted == 1
    )
    return PersonRecord(
        contact=contact,
        name=key or email or "",
        passages=_passages(connection, contact_id),
        mails=_mails(connection, contact_id),
        decisions=_decisions(connection, contact_id),
        refusals=_refusals(connection, contact_id),
        noted={row.segment: row.since for row in connection.execute(noted)},
        active_since={name: Moment(at) for name, at in active_since(connection).items()},
        last_event={row.name: row.last_at for row in connection.execute(facts)},
    )


def _passages(connection: Connection, contact_id: int) -> list[Passage]:
    e = t.enrollments.c
    rows = connection.execute(
        select(t.enrollments).where(e.contact_id == contact_id).order_by(e.entered_at, e.id)
    )
    return [
        Passage(
            id=row.id,
            campaign=row.campaign,
            occurrence=row.occurrence,
            entered_at=row.entered_at,
            active=row.status == "active",
            step=row.step,
            began_at=row.began_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
            end_word=row.end_word,
            converted_at=row.converted_at,
        )
        for row in rows
    ]


def _mails(connection: Connection, contact_id: int) -> list[MailLine]:
    m = t.messages.c
    rows = connection.execute(select(t.messages).where(m.contact_id == contact_id).order_by(m.id)).all()
    came_back = _came_back(connection, contact_id)
    return [
        MailLine(
            enrollment=row.enrollment_id,
            step=row.step,
            status=row.status,
            reason=row.reason,
            wanted_at=row.wanted_at,
            due_at=row.due_at,
            over_at=row.over_at,
            held_by=row.held_by,
            note=row.note,
            opened_at=row.opened_at,
            clicked_at=row.clicked_at,
            came_back=came_back.get(row.id, ()),
        )
        for row in rows
    ]


def _came_back(connection: Connection, contact_id: int) -> dict[int, list[FeedbackLine]]:
    """What was heard later of each mail; what the server said at once stands in the mail's own line."""
    m, f = t.messages.c, t.feedback.c
    chosen = (
        select(f.message_id, f.at, f.kind, f.source, f.text)
        .join(t.messages, m.id == f.message_id)
        .where(m.contact_id == contact_id, f.source != ANSWERED)
        .order_by(f.at, f.id)
    )
    found: dict[int, list[FeedbackLine]] = {}
    for row in connection.execute(chosen):
        line = FeedbackLine(row.at, Kind(row.kind), row.source, row.text or "")
        found.setdefault(row.message_id, []).append(line)
    return found


def _decisions(connection: Connection, contact_id: int) -> list[DecisionLine]:
    d = t.decisions.c
    newest = select(t.decisions).where(d.contact_id == contact_id).order_by(d.id.desc()).limit(MOST_LINES)
    rows = connection.execute(newest).all()
    return [
        DecisionLine(row.enrollment_id, row.at, row.what, row.step or "", row.reason, row.until, row.detail)
        for row in reversed(rows)
    ]


def _refusals(connection: Connection, contact_id: int) -> list[RefusalLine]:
    r = t.refusals.c
    newest = select(t.refusals).where(r.contact_id == contact_id).order_by(r.id.desc()).limit(MOST_LINES)
    rows = connection.execute(newest).all()
    return [RefusalLine(row.campaign, row.occurrence, row.at, row.reason) for row in reversed(rows)]
