"""Reads what is known of one person now, and what comes next, in a fixed number of queries."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, and_, select

from penfriend.domain.dossier import Barred, Coming, Consent, Dossier, Membership, link_of
from penfriend.domain.errors import NotFound
from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed
from penfriend.domain.scores import Scores
from penfriend.storage import tables as t
from penfriend.storage.people import find_contact

FIELDS = ("locale", "timezone", "country", "birthday", "tier", "tier_until", "frequency")
MOMENTS = (
    "created_at", "subscribed_at", "orders_first_at", "orders_last_at", "last_opened_at", "last_clicked_at",
)  # fmt: skip
MOST_SEGMENTS = 50


def find_linked(connection: Connection, link: str) -> int | None:
    """Our id of the contact that an address calls so: by the shop's id, the hash of an address, or the
    address."""
    found = find_contact(connection, link)
    if found is None and "\x00" not in link:
        c = t.contacts.c
        digest = select(c.id).where(c.email_hash == link, c.erased_at.is_(None)).limit(1)
        found = connection.execute(digest).scalar()
    return found


def read_dossier(connection: Connection, contact_id: int) -> Dossier:
    """All of it. Raises NotFound for somebody who was erased or joined with another."""
    c = t.contacts.c
    row = connection.execute(select(t.contacts).where(c.id == contact_id)).mappings().first()
    if row is None or row["erased_at"] is not None:
        raise NotFound("there is no such contact")
    k = t.contact_keys.c
    ids = sorted(connection.execute(select(k.key).where(k.contact_id == contact_id)).scalars())
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return Dossier(
        link=link_of(row["key"], row["email_hash"]),
        ids=ids,
        name=name,
        email=row["email"],
        fields={one: row[one] for one in FIELDS if row[one]},
        attributes=row["attributes"] or {},
        moments={one: row[one] for one in MOMENTS if row[one] is not None},
        orders=row["orders_count"],
        spent=row["orders_total"],
        points=row["points_balance"],
        points_until=row["points_expires_on"],
        rewards=row["rewards_available"],
        scores=Scores(row["rfm_recency"], row["rfm_frequency"], row["rfm_monetary"]),
        paused_until=row["paused_until"],
        consents=_consents(connection, contact_id),
        barred=_barred(connection, row),
        coming=_coming(connection, contact_id),
        segments=_segments(connection, contact_id),
    )


def _consents(connection: Connection, contact_id: int) -> list[Consent]:
    s = t.subscriptions.c
    rows = connection.execute(select(t.subscriptions).where(s.contact_id == contact_id).order_by(s.topic))
    return [
        Consent(
            row.topic, bool(row.subscribed), bool(row.requested), row.at, row.source or "", row.proof or ""
        )
        for row in rows
    ]


def _barred(connection: Connection, contact: RowMapping) -> Barred | None:
    s = t.suppressions.c
    query = select(s.reason, s.at, s.evidence).where(s.email_hash == contact["email_hash"])
    row = connection.execute(query).first()
    return None if row is None else Barred(row.reason, row.at, row.evidence or "")


_PAUSED = Postponed.CAMPAIGN_PAUSED.value


def _coming(connection: Connection, contact_id: int) -> list[Coming]:
    e, m = t.enrollments.c, t.messages.c
    mine = and_(m.enrollment_id == e.id, m.step == e.step, m.over_at.is_(None))
    rows = connection.execute(
        select(e.campaign, e.occurrence, e.step, e.due_at, e.held_due_at, m.id, m.status, m.due_at, m.held_by)
        .outerjoin(t.messages, mine)
        .where(e.contact_id == contact_id, e.status == "active")
    )
    found = [
        Coming(campaign, about, step or "", mail_due, is_mail=True, held_by=held_by or "")
        if mail is not None and status != Status.SKIPPED.value
        else Coming(campaign, about, step or "", due, held_by="" if held is None else _PAUSED)
        for campaign, about, step, due, held, mail, status, mail_due, held_by in rows
    ]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or 0, one.campaign))


def _segments(connection: Connection, contact_id: int) -> list[Membership]:
    m = t.members.c
    query = select(m.segment, m.occurrence, m.since).where(m.contact_id == contact_id)
    rows = connection.execute(query.order_by(m.segment, m.occurrence).limit(MOST_SEGMENTS))
    return [Membership(*row) for row in rows]
