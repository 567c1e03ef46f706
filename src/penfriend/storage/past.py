"""Reads a page of what has happened to one person, in a fixed number of queries: each asks an index for the
rows of that contact alone, and takes no more of them than a page has."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, or_, select

from penfriend.domain.consent import Change
from penfriend.domain.events import FROM_INSIDE
from penfriend.domain.feedback import ANSWERED
from penfriend.domain.message import Status
from penfriend.domain.past import Cursor, Kind, PastLine, PastPage
from penfriend.storage import tables as t

_CONSENTS = ("subscription_requested", "subscribed", "unsubscribed")
"""Events that stand among the consents, with source and proof."""
_OVER = [Status.SENT.value, Status.FAILED.value, Status.UNKNOWN.value, Status.SKIPPED.value]
_TOLD = ("waits", "postponed", "branch", "split", "came", "came not", "moved", "missed")
"""Of decisions; an end and a skip stand in the rows of the enrollment and of the mail."""
_FIELDS = frozenset(one.name for one in fields(PastLine))


@dataclass(frozen=True, slots=True)
class _Source:
    """The rows of one kind of line."""

    kind: Kind
    at: ColumnElement[Any]
    id: ColumnElement[Any]
    query: Select[Any]

    def lines(self, connection: Connection, before: Cursor | None, most: int) -> list[PastLine]:
        """The newest of them before that place."""
        query = self.query.add_columns(self.at.label("at"), self.id.label("id"))
        query = query.where(self.at.is_not(None), *self._until(before))
        query = query.order_by(self.at.desc(), self.id.desc()).limit(most)
        return [self._line(row) for row in connection.execute(query).mappings()]

    def _until(self, before: Cursor | None) -> list[ColumnElement[bool]]:
        if before is None:
            return []
        if self.kind < before.kind:
            return [self.at <= before.at]
        if self.kind > before.kind:
            return [self.at < before.at]
        return [or_(self.at < before.at, and_(self.at == before.at, self.id < before.id))]

    def _line(self, row: RowMapping) -> PastLine:
        known = {name: value for name, value in row.items() if name in _FIELDS and value is not None}
        return PastLine(kind=self.kind, **known)


def read_past(connection: Connection, contact_id: int, before: Cursor | None, most: int) -> PastPage:
    """A page of the contact's lines, those before that place alone."""
    found: list[PastLine] = []
    for source in _sources(contact_id):
        found += source.lines(connection, before, most + 1)
    found.sort(key=lambda line: line.cursor, reverse=True)
    shown = tuple(found[:most])
    return PastPage(shown, shown[-1].cursor if len(found) > most else None)


def _sources(contact: int) -> list[_Source]:
    return [*_of_the_shop(contact), *_of_campaigns(contact), *_of_mails(contact)]


def _of_the_shop(contact: int) -> list[_Source]:
    e, c, s = t.events.c, t.consents.c, t.suppression_changes.c
    hidden = [*FROM_INSIDE, *_CONSENTS]
    events = select(e.name.label("what"), e.properties).where(e.contact_id == contact, e.name.not_in(hidden))
    consents = select(
        c.change.label("what"), c.topic.label("about"), c.source.label("reason"), c.proof.label("detail")
    ).where(c.contact_id == contact, c.change.in_([one.value for one in Change]))
    digest = select(t.contacts.c.email_hash).where(t.contacts.c.id == contact).scalar_subquery()
    barred = select(s.change.label("what"), s.reason, s.evidence.label("detail"), s.by.label("about"))
    return [
        _Source(Kind.EVENT, e.at, e.id, events),
        _Source(Kind.CONSENT, c.at, c.id, consents),
        _Source(Kind.SUPPRESSION, s.at, s.id, barred.where(s.email_hash == digest)),
    ]


def _of_campaigns(contact: int) -> list[_Source]:
    r, n, d = t.refusals.c, t.enrollments.c, t.decisions.c
    refused = select(r.campaign, r.occurrence.label("about"), r.reason).where(r.contact_id == contact)
    passages = select(n.campaign, n.occurrence.label("about")).where(n.contact_id == contact)
    ended = passages.add_columns(n.end_reason.label("reason"), n.end_word.label("detail"))
    decided = (
        select(d.what, d.step, d.reason, d.until, d.detail, n.campaign)
        .join(t.enrollments, n.id == d.enrollment_id)
        .where(d.contact_id == contact, d.what.in_(_TOLD))
    )
    return [
        _Source(Kind.REFUSED, r.at, r.id, refused),
        _Source(Kind.ENTERED, n.entered_at, n.id, passages),
        _Source(Kind.DECIDED, d.at, d.id, decided),
        _Source(Kind.CONVERTED, n.converted_at, n.id, passages),
        _Source(Kind.ENDED, n.ended_at, n.id, ended),
    ]


def _of_mails(contact: int) -> list[_Source]:
    m, f = t.messages.c, t.feedback.c
    mine = select(m.campaign, m.step).where(m.contact_id == contact)
    over = mine.add_columns(m.status.label("what"), m.reason, _said().label("detail"), _shown().label("mail"))
    heard = (
        mine.add_columns(f.kind.label("what"), f.text.label("detail"), f.source.label("about"))
        .join(t.feedback, f.message_id == m.id)
        .where(f.source != ANSWERED)
    )
    return [
        _Source(Kind.MAIL, m.over_at, m.id, over.where(m.status.in_(_OVER))),
        _Source(Kind.OPENED, m.opened_at, m.id, mine),
        _Source(Kind.CLICKED, m.clicked_at, m.id, mine),
        _Source(Kind.HEARD, f.at, f.id, heard),
    ]


def _shown() -> ColumnElement[Any]:
    """The id of a mail that can be shown again: what it was made of is kept."""

    return case((t.messages.c.facts.is_not(None), t.messages.c.id))


def _said() -> ColumnElement[Any]:
    """What was said of a mail that did not arrive; of one that did, the server's answer says nothing."""
    return case((t.messages.c.status != Status.SENT.value, t.messages.c.note))
