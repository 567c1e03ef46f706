"""What becomes of a mail is an event of its contact: kept like those from outside, in the transaction that
records it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import insert_rows, next_ids
from penfriend.storage.facts import renew_events
from penfriend.storage.tables import events, messages
from penfriend.storage.touches import touch

MAIL_SENT = "mail_sent"
_m = messages.c


def note_sent(connection: Connection, sent: Mapping[int, Moment]) -> None:
    """Keep a `mail_sent` for each of these messages (by our id, with its moment) and touch the contacts.

    Whose event is there already is passed over.
    """
    if not sent:
        return
    keys = {f"penfriend:{MAIL_SENT}:{message}": message for message in sent}
    known = connection.execute(
        select(events.c.key).where(events.c.key.in_(bindparam("keys", expanding=True))), {"keys": list(keys)}
    ).scalars()
    for key in known.all():
        del keys[key]
    mails = connection.execute(
        select(_m.id, _m.contact_id, _m.enrollment_id, _m.campaign, _m.step, _m.topic)
        .where(_m.id.in_(bindparam("ids", expanding=True)))
        .order_by(_m.contact_id, _m.id),
        {"ids": list(keys.values())},
    ).all()
    ids = next_ids(connection, events, len(mails))
    rows = [
        {
            "id": next(ids),
            "contact_id": mail.contact_id,
            "name": MAIL_SENT,
            "at": sent[mail.id],
            "received_at": sent[mail.id],
            "key": f"penfriend:{MAIL_SENT}:{mail.id}",
            "body_hash": "",
            "properties": {"campaign": mail.campaign, "step": mail.step, "topic": mail.topic},
            "enrollment_id": mail.enrollment_id,
            "message_id": mail.id,
        }
        for mail in mails
    ]
    insert_rows(connection, events, rows)
    if mails:
        renew_events(connection, {MAIL_SENT: {mail.contact_id for mail in mails}})
        touch(connection, [(row["contact_id"], row["id"]) for row in rows], max(sent.values()))
