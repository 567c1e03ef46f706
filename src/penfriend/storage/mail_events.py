"""What becomes of a mail is an event of its contact: kept like those from outside, in the transaction that
records it. What people do with it is written on the mail and on the contact, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, or_, select, update

from penfriend.domain.ingestion import CheckedEvent
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import insert_rows, next_ids
from penfriend.storage.columns import BIG
from penfriend.storage.facts import renew_events
from penfriend.storage.many import among
from penfriend.storage.tables import contacts, events, messages
from penfriend.storage.touches import touch

MAIL_SENT, MAIL_BOUNCED = "mail_sent", "mail_bounced"
MAIL_OPENED, MAIL_CLICKED = "mail_opened", "mail_clicked"
_m, _c = messages.c, contacts.c


def note_sent(connection: Connection, sent: Mapping[int, Moment]) -> None:
    """Keep a `mail_sent` for each of these messages (by our id, with its moment) and touch the contacts.

    Whose event is there already is passed over.
    """
    _note(connection, MAIL_SENT, sent)


def note_bounced(connection: Connection, bounced: Mapping[int, Moment]) -> None:
    """The same with `mail_bounced`, for those that the recipient's side has refused for good."""
    _note(connection, MAIL_BOUNCED, bounced)


def _note(connection: Connection, name: str, mails_at: Mapping[int, Moment]) -> None:
    if not mails_at:
        return
    keys = {f"penfriend:{name}:{message}": message for message in mails_at}
    for key in connection.execute(_KNOWN, {"keys": list(keys)}).scalars().all():
        del keys[key]
    mails = connection.execute(_MAILS, {"ids": list(keys.values())}).all()
    ids = next_ids(connection, events, len(mails))
    rows = [
        {
            "id": next(ids),
            "contact_id": mail.contact_id,
            "name": name,
            "at": mails_at[mail.id],
            "received_at": mails_at[mail.id],
            "key": f"penfriend:{name}:{mail.id}",
            "body_hash": "",
            "properties": {"campaign": mail.campaign, "step": mail.step, "topic": mail.topic},
            "enrollment_id": mail.enrollment_id,
            "message_id": mail.id,
        }
        for mail in mails
    ]
    insert_rows(connection, events, rows)
    if mails:
        renew_events(connection, {name: {mail.contact_id for mail in mails}})
        touch(connection, [(row["contact_id"], row["id"]) for row in rows], max(mails_at.values()))


def keep_doings(connection: Connection, kept: Sequence[tuple[int, int, CheckedEvent]]) -> None:
    """Write on mails when a topic was first left and their survey first answered through them."""
    for name, statement in _DONE.items():
        first = [
            {"of_id": event.own.message_id, "hit_at": event.at}
            for _, _, event in kept
            if event.name == name and event.own is not None and event.own.message_id is not None
        ]
        if first:
            connection.execute(statement, first)


def keep_hits(connection: Connection, kept: Sequence[tuple[int, int, CheckedEvent]]) -> None:
    """Write on mails when they were first opened and clicked, and on contacts when they last did so.

    `kept` gives our id of the event, our id of the contact, and the event. Who clicks has opened.
    """
    hits = [(who, event) for _, who, event in kept if event.name in (MAIL_OPENED, MAIL_CLICKED)]
    if not hits:
        return
    mails = [
        {"of_id": event.own.message_id, "at": event.at, "clicked": event.name == MAIL_CLICKED}
        for _, event in hits
        if event.own is not None and event.own.message_id is not None
    ]
    if mails:
        connection.execute(_OPENED, [{"of_id": mail["of_id"], "hit_at": mail["at"]} for mail in mails])
    clicks = [{"of_id": mail["of_id"], "hit_at": mail["at"]} for mail in mails if mail["clicked"]]
    if clicks:
        connection.execute(_CLICKED, clicks)
    connection.execute(_LAST_OPENED, [{"of_id": who, "hit_at": event.at} for who, event in hits])
    last = [{"of_id": who, "hit_at": event.at} for who, event in hits if event.name == MAIL_CLICKED]
    if last:
        connection.execute(_LAST_CLICKED, last)


_KNOWN = select(events.c.key).where(among(events.c.key, "keys", of_text=True))
_MAILS = (
    select(_m.id, _m.contact_id, _m.enrollment_id, _m.campaign, _m.step, _m.topic)
    .where(among(_m.id, "ids"))
    .order_by(_m.contact_id, _m.id)
)
_AT = bindparam("hit_at", type_=BIG)
_OPENED, _CLICKED, _LEFT, _ANSWERED = (
    update(messages)
    .where(_m.id == bindparam("of_id"), or_(column.is_(None), column > _AT))
    .values({column: _AT})
    for column in (_m.opened_at, _m.clicked_at, _m.unsubscribed_at, _m.answered_at)
)
_DONE = {"unsubscribed": _LEFT, "survey_answered": _ANSWERED}
_LAST_OPENED, _LAST_CLICKED = (
    update(contacts)
    .where(_c.id == bindparam("of_id"), or_(column.is_(None), column < _AT))
    .values({column: _AT})
    for column in (_c.last_opened_at, _c.last_clicked_at)
)
