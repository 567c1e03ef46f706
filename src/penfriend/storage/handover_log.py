"""The way of a mail out of the house: begun in small groups, recorded when its result is known.

`begin` is the last look: it succeeds only for a message that this worker still holds, of an enrollment that
still lasts, to a contact that is as it was when the decision was made.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from penfriend.domain.destination import Rests
from penfriend.domain.message import Status
from penfriend.domain.outbox import Beginning, Finished, SendingDay
from penfriend.domain.reasons import End, Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.destinations import rests_on
from penfriend.storage.many import among, execute_many
from penfriend.storage.message_log import claimed_by
from penfriend.storage.outcomes import record, withdraw
from penfriend.storage.people import locked_versions
from penfriend.storage.route_days import count_handed
from penfriend.storage.tables import attempts, contacts, enrollments, messages

_m = messages.c


class HandoverLog:
    """Attempts of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(
        self,
        group: Sequence[Beginning],
        owner: str,
        route: str,
        now: Moment,
        lease_until: Moment,
        day: SendingDay | None = None,
    ) -> dict[int, int]:
        """Commit `sending` for those of the group about whom nothing has changed; gives message id -> attempt
        id.

        The rest stays claimed and is to be decided about again. At most one message to a contact begins in a
        group: each raises the contact's version. Counted for `day`, and no more than its limit leaves.
        """
        with self._db.write() as connection:
            return _begin(connection, group, owner, route, now, lease_until, day)

    def rests(self, route: str, now: Moment) -> Rests:
        """What rests: the route, and destinations on it."""
        with self._db.read() as connection:
            return rests_on(connection, route, now)

    def withdraw(self, begun: Sequence[tuple[int, int]], owner: str) -> None:
        """Take back messages (message id, attempt id) that were begun and have not come to the dot: due
        again, the attempt never was."""
        if begun:
            self._db.run(lambda connection: withdraw(connection, begun, owner))

    def bring_forward(self, messages: Collection[int], now: Moment) -> int:
        """Make due at once those of these messages that wait since their destination took no more at a time;
        how many."""
        return self._db.run(
            lambda connection: (
                connection.execute(_BRING_FORWARD, {"ids": list(messages), "of_now": now}).rowcount
            )
        )

    def record(self, finished: Sequence[Finished], owner: str, route: str) -> None:
        """Write results and what follows from them, in one transaction. Who waited for a mail that is over
        goes on."""
        if finished:
            self._db.run(lambda connection: record(connection, finished, owner, route))


def _begin(
    connection: Connection,
    group: Sequence[Beginning],
    owner: str,
    route: str,
    now: Moment,
    lease_until: Moment,
    day: SendingDay | None,
) -> dict[int, int]:
    winners = _winners(connection, group, owner)
    if winners and day is not None:
        winners = winners[: count_handed(connection, route, day, len(winners))]
    if not winners:
        return {}
    ids = [begun.message.id for begun in winners]
    numbers = _next_numbers(connection, ids)
    execute_many(
        connection,
        _BEGIN,
        [
            {
                "of_id": begun.message.id,
                "new_route": route,
                "new_address": begun.address,
                "new_facts": begun.facts,
                "new_dated_at": begun.dated_at,
                "new_template": begun.template,
                "new_revision": begun.revision,
                "new_made_for": begun.made_for,
                "new_digest": begun.digest,
                "new_locale": begun.locale,
                "new_lease": lease_until,
            }
            for begun in winners
        ],
    )
    execute_many(
        connection,
        _ATTEMPT,
        [
            {
                "message_id": message,
                "number": numbers[message],
                "route": route,
                "owner": owner,
                "started_at": now,
            }
            for message in ids
        ],
    )
    connection.execute(_RAISE, {"ids": [begun.message.contact for begun in winners]})
    return {row.message_id: row.id for row in connection.execute(_OPEN, {"ids": ids})}


def _winners(connection: Connection, group: Sequence[Beginning], owner: str) -> list[Beginning]:
    versions = locked_versions(connection, [begun.message.contact for begun in group])
    held = claimed_by(connection, [begun.message.id for begun in group], owner)
    lasting = _lasting(connection, [begun.message.enrollment for begun in group])
    winners: list[Beginning] = []
    for begun in group:
        message = begun.message
        same = versions.get(message.contact) == begun.contact_version
        if same and held.get(message.id) == message.contact and message.enrollment in lasting:
            del versions[message.contact]
            winners.append(begun)
    return winners


def _lasting(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Whoever came to the end of the steps may still be sent again what was in doubt."""
    return set(connection.execute(_LASTING, {"ids": list(ids)}).scalars())


def _next_numbers(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The number of each message's next attempt: every one is on record, also those that do not count for the
    backoff."""
    last = connection.execute(_LAST_NUMBERS, {"ids": list(ids)})
    return dict.fromkeys(ids, 1) | {message: number + 1 for message, number in last}


_BRING_FORWARD = (
    update(messages)
    .where(
        among(_m.id, "ids"),
        _m.status == Status.DUE.value,
        _m.held_by == Postponed.PROVIDER_PAUSED.value,
        _m.due_at > bindparam("of_now", type_=BIG),
    )
    .values(due_at=bindparam("of_now", type_=BIG), lane=None)
)
_ATTEMPT = insert(attempts)
_RAISE = update(contacts).where(among(contacts.c.id, "ids")).values(version=contacts.c.version + 1)
_OPEN = select(attempts.c.message_id, attempts.c.id).where(
    among(attempts.c.message_id, "ids"), attempts.c.ended_at.is_(None)
)
_LASTING = (
    select(enrollments.c.id)
    .where(
        among(enrollments.c.id, "ids"),
        or_(enrollments.c.status == "active", enrollments.c.end_reason == End.COMPLETED.value),
    )
    .order_by(enrollments.c.id)
    .with_for_update(read=True)
)
_LAST_NUMBERS = (
    select(attempts.c.message_id, func.max(attempts.c.number))
    .where(among(attempts.c.message_id, "ids"))
    .group_by(attempts.c.message_id)
)
_BEGIN = (
    update(messages)
    .where(_m.id == bindparam("of_id"), _m.status == Status.CLAIMED.value)
    .values(
        status=Status.SENDING.value,
        route=bindparam("new_route"),
        address=bindparam("new_address"),
        facts=bindparam("new_facts", type_=_m.facts.type),
        dated_at=bindparam("new_dated_at"),
        template=bindparam("new_template"),
        revision=bindparam("new_revision"),
        made_for=bindparam("new_made_for"),
        digest=bindparam("new_digest"),
        locale=bindparam("new_locale"),
        lease_until=bindparam("new_lease"),
        lane=None,
        attempts=_m.attempts + 1,
    )
)
