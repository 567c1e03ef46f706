"""Calls of webhooks: claimed, given their body, and written back with what a try came to.

A claim has an owner and an end; a call whose worker is gone is claimed again after it, and tried again with
the same webhook-id and body. So a call is made at least once, whatever happens.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, func, literal, or_, select, update

from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen
from penfriend.domain.letter import Needs
from penfriend.domain.overview import CallCounts
from penfriend.domain.timing import SECOND, Moment
from penfriend.domain.webhooks import LONGEST_WISH, WAITS, Answer, DueCall, Then, Tried, facts_about
from penfriend.storage.database import Database
from penfriend.storage.enrollment_claim import row_of
from penfriend.storage.letter_facts import gather
from penfriend.storage.tables import contacts, enrollments, webhook_calls

NOTE_LENGTH = 500
SPREAD = 60
"""Seconds over which calls that wait for the same system are spread."""

_c, _e = webhook_calls.c, enrollments.c
# in the statement's text, so that the partial index is used
CALL_IS_DUE = _c.status == literal("due", literal_execute=True)


class CallLog:
    """The calls of one store (the port `penfriend.domain.webhooks.Calls`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self, now: Moment) -> list[str]:
        """The webhooks that have calls due which nobody holds, in the order of their names."""
        with self._db.read() as connection:
            chosen = select(_c.webhook).where(CALL_IS_DUE, _c.due_at <= now, _free(now)).distinct()
            return sorted(connection.execute(chosen).scalars())

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

    def record(self, tried: Tried, owner: str, now: Moment) -> None:
        """Write down what a try came to."""
        status = Then.FAILED if tried.failed else Then.DONE
        values: dict[str, Any] = {
            "attempts": _c.attempts + 1,
            "note": tried.answer.note[:NOTE_LENGTH],
            **_FREED,
        }
        values |= {"due_at": tried.again_at} if tried.again_at else {"status": status.value, "over_at": now}
        with self._db.write() as connection:
            connection.execute(
                update(webhook_calls)
                .where(_c.id == tried.call.id, CALL_IS_DUE, _c.owner == owner)
                .values(**values)
            )

    def fail(self, ids: Collection[int], owner: str, note: str, now: Moment) -> None:
        """These will never be made."""
        if ids:
            with self._db.write() as connection:
                connection.execute(
                    update(webhook_calls)
                    .where(_c.id.in_(bindparam("ids", expanding=True)), CALL_IS_DUE, _c.owner == owner)
                    .values(**_FREED, status=Then.FAILED.value, note=note[:NOTE_LENGTH], over_at=now),
                    {"ids": list(ids)},
                )

    def hold(self, webhook: str, answer: Answer, now: Moment) -> None:
        """The system is down or busy: all calls of it that are due and not held wait.

        Where it said for how long, that long and uncounted; else as if each had been tried, so that after
        about a day of silence they fail like the one that was.
        """
        due = update(webhook_calls).where(_c.webhook == webhook, CALL_IS_DUE, _c.due_at <= now, _free(now))
        due = due.values(note=answer.note[:NOTE_LENGTH], **_FREED)
        spread = _c.id % SPREAD * SECOND
        with self._db.write() as connection:
            if answer.retry_after:
                wish = int(min(answer.retry_after * SECOND, LONGEST_WISH))
                connection.execute(due.values(due_at=now + wish + spread))
                return
            for tries, wait in enumerate((*WAITS, None)):
                follows = (
                    {"status": Then.FAILED.value, "over_at": now}
                    if wait is None
                    else {"due_at": now + wait + spread}
                )
                # what was put off here is no longer due, so that the next round does not meet it again
                connection.execute(due.where(_c.attempts == tries).values(attempts=tries + 1, **follows))

    def give_back(self, ids: Collection[int], owner: str) -> None:
        """These are due again at once."""
        if ids:
            with self._db.write() as connection:
                connection.execute(
                    update(webhook_calls)
                    .where(_c.id.in_(bindparam("ids", expanding=True)), _c.owner == owner)
                    .values(**_FREED),
                    {"ids": list(ids)},
                )

    def release(self, owner: str) -> None:
        """Give back all that `owner` holds."""
        with self._db.write() as connection:
            connection.execute(update(webhook_calls).where(_c.owner == owner).values(**_FREED))


_FREED: dict[str, None] = {"owner": None, "lease_until": None}
_KEEP_BODY = (
    update(webhook_calls)
    .where(_c.id == bindparam("of_id"), _c.status == "due", _c.owner == bindparam("of_owner"), _c.body == "")
    .values(body=bindparam("text"))
)


def _free(now: Moment) -> ColumnElement[bool]:
    """Held by nobody who lives."""
    return or_(_c.owner.is_(None), _c.lease_until <= now)


def _claim(
    connection: Connection, webhook: str, now: Moment, owner: str, until: Moment, revision: int, limit: int
) -> list[DueCall]:
    chosen = (
        select(_c.id)
        .join(enrollments, _e.id == _c.enrollment_id)
        .where(_c.webhook == webhook, CALL_IS_DUE, _c.due_at <= now, _free(now), _e.revision <= revision)
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


def calls_not_done(connection: Connection) -> dict[str, CallCounts]:
    """By webhook its calls that wait or have failed, where there are any."""
    found = connection.execute(_NOT_DONE).all()
    counts: dict[str, CallCounts] = {}
    for webhook, status, number, oldest, last in found:
        known = counts.get(webhook, CallCounts())
        note = connection.execute(select(_c.note).where(_c.id == last)).scalar()
        if status == "due":
            counts[webhook] = replace(known, waiting=number, oldest=oldest, note=note or known.note)
        else:
            counts[webhook] = replace(known, failed=number, note=known.note or note)
    return counts


_NOT_DONE = (
    select(
        _c.webhook,
        _c.status,
        func.count(),
        func.min(_c.created_at),
        func.max(case((_c.note.is_not(None), _c.id))),
    )
    .where(_c.status.in_(("due", Then.FAILED.value)))
    .group_by(_c.webhook, _c.status)
    .order_by(_c.webhook, _c.status)
)
