"""Mails that went out, for the people of the sample shop, who read some of them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select

from penfriend.domain.message import Status
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.tables import messages


class SentMail(NamedTuple):
    """One mail."""

    message: int
    message_id: str
    campaign: str
    step: str
    topic: str | None
    contact_id: int
    enrollment: int
    sent_at: Moment


def mails_sent(db: Database, since: Moment) -> list[SentMail]:
    """The mails that were sent after `since`, in the order in which they were made."""
    with db.read() as connection:
        return [SentMail(*row) for row in connection.execute(_SENT, {"since": since})]


_m = messages.c
_SENT = (
    select(_m.id, _m.message_id, _m.campaign, _m.step, _m.topic, _m.contact_id, _m.enrollment_id, _m.sent_at)
    .where(_m.status == Status.SENT.value, _m.sent_at > bindparam("since", type_=BIG))
    .order_by(_m.id)
)
