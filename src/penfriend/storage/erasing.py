"""Erases a person: what remains is what can be counted, and the hash of the address among the suppressions.

All of it is one transaction, and so is the document that tells those who keep consents of it. A mail that is
being handed over at that very moment is not held back; what its worker writes down afterwards, and what comes
back of it, is wiped by `erase_again`.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection, delete, func, select, update

from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.contact import ERASED
from penfriend.domain.errors import NotFound
from penfriend.domain.timing import DAY, Moment
from penfriend.storage import tables as t
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.database import Database
from penfriend.storage.outgoing import prepare_notice
from penfriend.storage.people import locked_versions
from penfriend.storage.person_rows import MAY_QUOTE, PERSONAL, Whom, whom
from penfriend.storage.segment_moves import count_gone
from penfriend.storage.suppressions import suppress

STILL_COMING = 14 * DAY
"""For so long after an erasure something may still be heard of the last mail: servers try for days."""
GONE = "(erased)"


def erase(connection: Connection, contact_id: int, now: Moment, by: str | None) -> dict[str, int]:
    """Erase the contact; how many rows of each table were deleted or wiped. `by` is who wants it. Raises
    NotFound where the contact is gone meanwhile."""
    if contact_id not in locked_versions(connection, [contact_id]):
        raise NotFound("the contact was joined with another meanwhile; erase that one")
    who = whom(connection, contact_id)
    tell = prepare_notice(connection, contact_id, now)
    counts = _wipe(connection, who, now)
    tell()
    for address in sorted(who.addresses):
        suppress(connection, address, reason=ERASED, evidence=None, at=now, by=by)
    _take_out_of_others(connection, who)
    return counts


def erase_by(connection: Connection, contact_id: int, now: Moment, by: Actor) -> dict[str, int]:
    """The same, and a line in the audit log, in which the address stands by its hash."""
    digest = select(t.contacts.c.email_hash).where(t.contacts.c.id == contact_id)
    about = connection.execute(digest).scalar() or ""
    counts = erase(connection, contact_id, now, by.name)
    rows = {"rows": str(sum(counts.values()))}
    write_entry(connection, Entry(now, by, Deed.PERSON_ERASED, about, rows))
    return counts


def erase_again(db: Database, now: Moment) -> int:
    """Wipe what was written about those who were erased lately; how many rows that were."""
    lately = select(t.contacts.c.id).where(t.contacts.c.erased_at > now - STILL_COMING)
    with db.read() as connection:
        found = [one for one in connection.execute(lately).scalars() if _has_more(connection, one)]
    wiped = [db.run(partial(_wipe, who=Whom(one), now=now)) for one in found]
    return sum(sum(counts.values()) for counts in wiped)


def _wipe(connection: Connection, who: Whom, now: Moment) -> dict[str, int]:
    counts: dict[str, int] = {}
    count_gone(connection, who.contact)
    for name, one in PERSONAL.items():
        if one.left is None:
            counts[name] = connection.execute(delete(one.table).where(one.mine(who))).rowcount
        elif values := one.left(now):
            written = update(one.table).where(one.mine(who)).values(dict(values))
            counts[name] = connection.execute(written).rowcount
    return counts


def _has_more(connection: Connection, contact: int) -> bool:
    """Whether there is something of an erased contact again."""
    who = Whom(contact)
    m, a, d = t.messages.c, t.attempts.c, t.decisions.c
    later = [
        select(d.id).where(d.contact_id == contact, d.detail.is_not(None)),
        select(m.id).where(m.contact_id == contact, m.note.is_not(None)),
        select(a.id).where(
            PERSONAL["attempts"].mine(who), func.coalesce(a.text, a.server, a.fault).is_not(None)
        ),
    ]
    later += [select(1).where(PERSONAL[name].mine(who)) for name in ("feedback", "hits", "events", "touched")]
    return any(connection.execute(one.limit(1)).first() is not None for one in later)


def _take_out_of_others(connection: Connection, who: Whom) -> None:
    """The addresses where rows of nobody, or of somebody who has referred them, hold them."""
    for address in sorted(who.addresses):
        for column in MAY_QUOTE:
            connection.execute(
                update(column.table)
                .where(column.contains(address, autoescape=True))
                .values({column.name: func.replace(column, address, GONE)})
            )
    e = t.events.c
    friends = select(e.id, e.properties).where(
        e.name == "referral_made", e.properties["friend"].as_string().in_(sorted(who.addresses))
    )
    for row in connection.execute(friends).all():
        without = {name: GONE if name == "friend" else value for name, value in row.properties.items()}
        connection.execute(update(t.events).where(e.id == row.id).values(properties=without))
