"""Calls of webhooks: claimed, given their body, and written back with what a try came to.

A claim has an owner and an end; a call whose worker is gone is claimed again after it, and tried again with
the same webhook-id and body. So a call is made at least once, whatever happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen
from penfriend.domain.letter import Needs
from penfriend.domain.timing import Moment
from penfriend.domain.webhooks import DueCall, facts_about
from penfriend.storage.call_tries import CallTries, is_due, is_free
from penfriend.storage.database import Database
from penfriend.storage.enrollment_claim import row_of
from penfriend.storage.letter_facts import gather
from penfriend.storage.tables import contacts, enrollments, webhook_calls

_c, _e = webhook_calls.c, enrollments.c
CALL_IS_DUE = is_due(webhook_calls)


class CallLog(CallTries):
    """The calls of one store (the port `penfriend.domain.webhooks.Calls`)."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, _c.webhook)

    def claim(
        self, webhook: str, now: Moment, owner: str, lease_until: Moment, revision: int, limit: int
    ) -> list[DueCall]:
        """At most `limit` calls of the webhook that are due, the oldest first; now held by `owner`.

        Those of enrollments that a later revision has moved are left to whoever runs that one.
        """
        return self._db.run(
            lambda connection: _claim(connection, webhook, now, owner, lease_until, revision, limit)
        )

    def background(
        self, held: Sequence[DueCall], definitions: Definitions, now: Moment
    ) -> dict[int, tuple[Enrollment, Mapping[str, Frozen]]]:
        """By call id its enrollment and the facts that it is about; who was erased is missing."""
        with self._db.read() as connection:
            found = connection.execute(
                select(enrollments)
                .join(contacts, contacts.c.id == _e.contact_id)
                .where(_e.id.in_(bindparam("ids", expanding=True)), contacts.c.erased_at.is_(None)),
                {"ids": [call.enrollment for call in held]},
            ).mappings()
            rows = {row["id"]: row_of(row) for row in found}
            names = frozenset({"survey"}).union(*(facts_about(row.subject) for row in rows.values()))
            facts = gather(connection, list(rows.values()), Needs(names), definitions, now)
        return {
            call.id: (rows[call.enrollment], facts[call.enrollment])
            for call in held
            if call.enrollment in facts
        }

    def keep_bodies(self, bodies: Mapping[int, str], owner: str) -> None:
        """Write down what the calls will say, before the first try; what is written stays."""
        if bodies:
            values = [{"of_id": call, "of_owner": owner, "text": body} for call, body in bodies.items()]
            with self._db.write() as connection:
                connection.execute(_KEEP_BODY, values)


_KEEP_BODY = (
    update(webhook_calls)
    .where(_c.id == bindparam("of_id"), _c.status == "due", _c.owner == bindparam("of_owner"), _c.body == "")
    .values(body=bindparam("text"))
)


def _claim(
    connection: Connection, webhook: str, now: Moment, owner: str, until: Moment, revision: int, limit: int
) -> list[DueCall]:
    chosen = (
        select(_c.id)
        .join(enrollments, _e.id == _c.enrollment_id)
        .where(
            _c.webhook == webhook,
            CALL_IS_DUE,
            _c.due_at <= now,
            is_free(webhook_calls, now),
            _e.revision <= revision,
        )
        .order_by(_c.due_at, _c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=webhook_calls)
    )
    ids = list(connection.execute(chosen).scalars())
    if not ids:
        return []
    claimed = connection.execute(
        update(webhook_calls)
        .where(_c.id.in_(bindparam("ids", expanding=True)))
        .values(owner=owner, lease_until=until)
        .returning(*_c),
        {"ids": ids},
    )
    return sorted((_call(row) for row in claimed), key=lambda call: ids.index(call.id))


def _call(row: Row[Any]) -> DueCall:
    return DueCall(
        id=row.id,
        enrollment=row.enrollment_id,
        contact=row.contact_id,
        campaign=row.campaign,
        step=row.step,
        webhook=row.webhook,
        key=row.key,
        body=row.body,
        attempts=row.attempts,
        # before the first try it is due when its step began; one that was put off unseen was so before
        wanted_at=min(row.due_at, row.created_at),
    )
