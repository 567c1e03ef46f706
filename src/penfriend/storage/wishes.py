"""What waits because of a wish of the person comes up again when the wish is another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, update

from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import has_rows
from penfriend.storage.contact_fields import Said
from penfriend.storage.tables import messages

_m = messages.c
HELD_BY = {"paused_until": Postponed.CONTACT_PAUSED, "frequency": Postponed.FREQUENCY_CAP}
"""What a field of a contact holds up."""


def bring_up_again(connection: Connection, news: Mapping[int, Sequence[Said]], now: Moment) -> None:
    """The mails to these contacts that one of these news may have set free; they are decided about anew."""
    for name, reason in HELD_BY.items():
        concerned = [who for who, said in news.items() if any(name in one[3] for one in said)]
        if concerned and has_rows(connection, messages):
            _bring(connection, concerned, reason, now)


def _bring(connection: Connection, contacts: Collection[int], reason: Postponed, now: Moment) -> None:
    connection.execute(
        update(messages)
        .where(
            _m.contact_id.in_(bindparam("ids", expanding=True)),
            _m.status == Status.DUE.value,
            _m.held_by == reason.value,
            _m.due_at > now,
        )
        .values(due_at=now),
        {"ids": list(contacts)},
    )
