"""Mails of a restored backup's gap that somebody says were sent: on record as sent when they fell due, so
that what follows them follows as it did in the store that is lost."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from penfriend.domain.message import Status
from penfriend.domain.outbox import DueMessage
from penfriend.domain.send_policy import TakeAsSent
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.mail_events import note_sent
from penfriend.storage.outgoing import tell_of_messages
from penfriend.storage.tables import messages

_m = messages.c


def take_as_sent(connection: Connection, taken: Sequence[tuple[DueMessage, TakeAsSent]], now: Moment) -> None:
    """These went out at the moment at which their step wanted them."""
    if not taken:
        return
    rows = [{"of_id": mail.id, "at": mail.wanted_at, "detail": why.detail} for mail, why in taken]
    connection.execute(_DOUBT, [{"of_id": row["of_id"]} for row in rows])
    connection.execute(_SETTLE, rows)
    note_sent(connection, {mail.id: mail.wanted_at for mail, _ in taken})
    tell_of_messages(connection, [mail.id for mail, _ in taken], now)


_AT = bindparam("at", type_=BIG)
_DOUBT = (
    update(messages)
    .where(_m.id == bindparam("of_id"), _m.status == Status.CLAIMED.value)
    .values(status=Status.UNKNOWN.value, owner=None, lease_until=None)
)
"""The store that is lost may have delivered it."""
_SETTLE = (
    update(messages)
    .where(_m.id == bindparam("of_id"), _m.status == Status.UNKNOWN.value)
    .values(status=Status.SENT.value, sent_at=_AT, over_at=_AT, note=bindparam("detail"))
)
"""A person says so."""
