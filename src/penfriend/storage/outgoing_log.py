"""What is to be told to other systems: claimed, and written back with what a try came to.

To one target the documents about one contact go in the order in which they were written: a later one waits
until the earlier one is done or has failed for good. A claim has an owner and an end; what a worker that is
gone held is claimed again after it, and sent with the same webhook-id and body.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, select, update

from penfriend.domain.outgoing import NOTICE
from penfriend.domain.timing import Moment
from penfriend.domain.webhooks import HeldCall, Then
from penfriend.storage.call_tries import CallTries, is_due, is_free
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, outgoing_calls

AT_ONCE = 1_000
"""So many that were told are deleted in one transaction: whoever sends waits for it."""
MOST = 20_000
"""So many by one tick of `housekeeping`, which is called every ten minutes."""

_c = outgoing_calls.c
_earlier = outgoing_calls.alias("earlier")
_IS_NOTICE = _c.key.startswith(NOTICE, autoescape=True)
COMES_FIRST = ~exists().where(
    _earlier.c.target == _c.target,
    _earlier.c.contact_id == _c.contact_id,
    is_due(_earlier),
    _earlier.c.id < _c.id,
)
"""Nothing that was written before it for the same target and contact is to be told yet."""


class OutgoingLog(CallTries):
    """What is to be told in one store (the port `penfriend.domain.webhooks.News`)."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, _c.target)

    def claim(
        self, target: str, now: Moment, owner: str, lease_until: Moment, revision: int, limit: int
    ) -> list[HeldCall]:
        """At most `limit` that are due for this target, the oldest first, one of a contact; now held by
        `owner`. What a later revision than `revision` wants told is left to whoever runs that one."""
        return self._db.run(
            lambda connection: _claim(connection, target, now, owner, lease_until, revision, limit)
        )

    def of_erased(self, ids: Collection[int]) -> set[int]:
        """Which of these are about somebody who was erased, but for those that tell just that."""
        chosen = (
            select(_c.id)
            .join(contacts, contacts.c.id == _c.contact_id)
            .where(
                _c.id.in_(bindparam("ids", expanding=True)), contacts.c.erased_at.is_not(None), ~_IS_NOTICE
            )
        )
        with self._db.read() as connection:
            return set(connection.execute(chosen, {"ids": list(ids)}).scalars())

    def forget(self, before: Moment) -> int:
        """Delete what was told before that moment, and at once what told of an erasure, MOST of it at most;
        how many. What has failed stays for as long as `retention` keeps `calls`."""
        may_go = (_c.over_at < before) | _IS_NOTICE
        old = select(_c.id).where(_c.status == Then.DONE.value, may_go).limit(AT_ONCE)
        forgotten = 0
        while forgotten < MOST:
            with self._db.write() as connection:
                gone = connection.execute(delete(outgoing_calls).where(_c.id.in_(old))).rowcount
            forgotten += gone
            if gone < AT_ONCE:
                break
        return forgotten

    def _come_first(self) -> tuple[ColumnElement[bool], ...]:
        return (COMES_FIRST,)


def _claim(
    connection: Connection, target: str, now: Moment, owner: str, until: Moment, revision: int, limit: int
) -> list[HeldCall]:
    chosen = (
        select(_c.id)
        .where(
            _c.target == target,
            is_due(outgoing_calls),
            _c.due_at <= now,
            is_free(outgoing_calls, now),
            _c.revision <= revision,
            COMES_FIRST,
        )
        .order_by(_c.due_at, _c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=outgoing_calls)
    )
    ids = list(connection.execute(chosen).scalars())
    if not ids:
        return []
    claimed = connection.execute(
        update(outgoing_calls)
        .where(_c.id.in_(bindparam("ids", expanding=True)))
        .values(owner=owner, lease_until=until)
        .returning(_c.id, _c.target, _c.key, _c.body, _c.attempts),
        {"ids": ids},
    )
    held = [HeldCall(row.id, row.target, row.key, row.body, row.attempts) for row in claimed]
    return sorted(held, key=lambda call: ids.index(call.id))
