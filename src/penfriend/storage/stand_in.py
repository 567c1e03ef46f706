"""The enrollment that a letter is looked at for: a real one, or what one would be. Nothing is written."""

from __future__ import annotations

from sqlalchemy import Connection, case, select

from penfriend.domain.asking import Subject
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.standing import Standing
from penfriend.domain.timing import Moment
from penfriend.storage.enrollment_claim import row_of
from penfriend.storage.segment_sql_scope import SUBJECT_COLUMNS
from penfriend.storage.tables import enrollments, events, members


def enrollment_of(
    connection: Connection, contact: int, campaign: str, *, segment: str, event: str, now: Moment
) -> tuple[Enrollment, bool]:
    """The contact's in that campaign: the one that runs, else the last that did, and True. Else one as if
    they had entered now, and False: about the latest event of that name, or about what they are in the
    segment with; the names are empty where the trigger has none."""
    e = enrollments.c
    newest = (case((e.status == "active", 0), else_=1), e.entered_at.desc(), e.id.desc())
    own = select(enrollments).where(e.contact_id == contact, e.campaign == campaign).order_by(*newest)
    row = connection.execute(own.limit(1)).mappings().first()
    if row is not None:
        return row_of(row), True
    subject = _of_event(connection, contact, event) if event else _of_member(connection, contact, segment)
    standing = Standing(step=None, began_at=now)
    return Enrollment(0, campaign, contact, "", 1, now, standing, subject, True, None), False


def _of_event(connection: Connection, contact: int, name: str) -> Subject:
    e = events.c
    latest = (
        select(e.id, e.cart_key, e.order_key, e.product_key)
        .where(e.contact_id == contact, e.name == name)
        .order_by(e.at.desc(), e.id.desc())
    )
    row = connection.execute(latest.limit(1)).first()
    if row is None:
        return Subject()
    return Subject(
        event_id=row.id, cart_key=row.cart_key, order_key=row.order_key, product_key=row.product_key
    )


def _of_member(connection: Connection, contact: int, segment: str) -> Subject:
    m = members.c
    latest = (
        select(*(m[name] for name in SUBJECT_COLUMNS))
        .where(m.segment == segment, m.contact_id == contact)
        .order_by(m.since.desc(), m.occurrence)
    )
    row = connection.execute(latest.limit(1)).mappings().first()
    return Subject() if row is None else Subject(**row)
