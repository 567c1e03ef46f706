"""What a crash left: messages held by a worker that is gone.

A claimed message, and one that is `sending` whose dot is not on record, goes back to due: nothing has left
the house. Past the dot its answer decides, where the worker had one on record; else it is unknown, and so is
every `sending` where the journal is lost or of another boot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from penfriend.domain.deliverability import Fate
from penfriend.domain.delivery import Outcome, Stage
from penfriend.domain.message import Status
from penfriend.domain.outbox import Finished, Journal, OpenAttempt
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.delivery_days import Piece, count_fates
from penfriend.storage.dot_journal import FileJournal, journal_of
from penfriend.storage.feedback_effects import settle_doubts
from penfriend.storage.message_log import wake
from penfriend.storage.outcomes import record, withdraw
from penfriend.storage.outgoing import tell_of_messages
from penfriend.storage.send_counts import count_sends
from penfriend.storage.tables import attempts, messages

_m = messages.c


class RecoveryLog:
    """What workers that are gone have left in one store."""

    def __init__(self, db: Database, journals: Path, own: FileJournal | None = None) -> None:
        """`own` is the journal of a worker that lives: on a full disk it knows more than its file."""
        self._db, self._journals, self._own = db, journals, own

    def journal_of(self, owner: str) -> Journal | None:
        """The attempts whose dot that worker may have written; None where its journal is lost or of another
        boot."""
        if self._own is not None and owner == self._own.owner:
            return self._own.said()
        return journal_of(self._journals, owner)

    def owners(self) -> set[str]:
        """Everybody who holds a message."""
        with self._db.read() as connection:
            found = connection.execute(select(_m.owner).where(_m.owner.is_not(None)).distinct()).scalars()
            return {owner for owner in found if owner is not None}

    def free_claimed(self, now: Moment, gone: Collection[str] = ()) -> int:
        """Make due again what was claimed under a lease that has ended, or by one of `gone`; how many."""
        with self._db.write() as connection:
            freed = connection.execute(
                update(messages)
                .where(_m.status == Status.CLAIMED.value, _left(now, gone))
                .values(status=Status.DUE.value, owner=None, lease_until=None)
            )
            return freed.rowcount

    def open_attempts(self, now: Moment, gone: Collection[str] = ()) -> list[OpenAttempt]:
        """The attempts without an outcome of workers that are gone."""
        with self._db.read() as connection:
            # sorted here: SQLite would go through all attempts for the order of their ids
            rows = connection.execute(
                select(
                    attempts.c.id,
                    attempts.c.route,
                    _m.attempts,
                    _m.id.label("message"),
                    _m.message_id,
                    _m.campaign,
                    _m.transactional,
                    _m.owner,
                )
                .join(messages, messages.c.id == attempts.c.message_id)
                .where(_m.status == Status.SENDING.value, attempts.c.ended_at.is_(None), _left(now, gone))
            )
            return [
                OpenAttempt(
                    attempt=row.id,
                    number=row.attempts,
                    message=row.message,
                    message_id=row.message_id,
                    campaign=row.campaign,
                    transactional=bool(row.transactional),
                    owner=row.owner or "",
                    route=row.route,
                )
                for row in sorted(rows, key=lambda row: row.id)
            ]

    def take_back(self, left: Sequence[OpenAttempt]) -> None:
        """These never came to the dot: due again, and the attempt never was."""
        for owner in sorted({attempt.owner for attempt in left}):
            begun = [(attempt.message, attempt.attempt) for attempt in left if attempt.owner == owner]
            with self._db.write() as connection:
                withdraw(connection, begun, owner)

    def settle(self, finished: Sequence[Finished], owner: str, route: str) -> None:
        """Write the results that the worker had on record."""
        if finished:
            self._db.run(lambda connection: record(connection, finished, owner, route))

    def doubt(self, left: Sequence[tuple[OpenAttempt, Moment | None]], why: str, now: Moment) -> None:
        """The last byte of these may have been written: unknown and held, or due at the given moment where
        they are to be re-sent."""
        if left:
            self._db.run(lambda connection: _doubt(connection, left, why, now))


def _left(now: Moment, gone: Collection[str]) -> ColumnElement[bool]:
    return _m.owner.is_not(None) & or_(_m.lease_until <= now, _m.owner.in_(sorted(gone)))


def _doubt(
    connection: Connection, left: Sequence[tuple[OpenAttempt, Moment | None]], why: str, now: Moment
) -> None:
    told: list[int] = []
    for attempt, again_at in left:
        held = again_at is None
        doubted = connection.execute(
            update(messages)
            .where(_m.id == attempt.message, _m.status == Status.SENDING.value, _m.owner == attempt.owner)
            .values(
                status=(Status.UNKNOWN if held else Status.DUE).value,
                due_at=_m.due_at if again_at is None else again_at,
                over_at=now if held else None,
                note=why,
                held_by=_m.held_by if held else None,
                owner=None,
                lease_until=None,
            )
        )
        if held and doubted.rowcount:
            told.append(attempt.message)
    doubted_tries = connection.execute(
        _CLOSE_IN_DOUBT, {"ids": [one.attempt for one, _ in left], "at": now, "why": why}
    )
    tries = doubted_tries.all()
    counts = Counter((one.route, Outcome.UNKNOWN.value) for one in tries)
    addresses = {
        row.id: row.address
        for row in connection.execute(_ADDRESSES, {"ids": [one.message_id for one in tries]})
    }
    over = [attempt.message for attempt, again_at in left if again_at is None]
    tell_of_messages(connection, told, now)
    chosen = select(_m.enrollment_id).where(
        _m.id.in_(bindparam("ids", expanding=True)), _m.status == Status.UNKNOWN.value
    )
    wake(connection, connection.execute(chosen, {"ids": over}).scalars().all())
    settle_doubts(connection, [attempt.message for attempt, _ in left], now)
    count_fates(
        connection,
        [Piece(one.route, one.started_at, addresses[one.message_id] or "", Fate.UNKNOWN) for one in tries],
    )
    count_sends(connection, counts)


_CLOSE_IN_DOUBT = (
    update(attempts)
    .where(attempts.c.id.in_(bindparam("ids", expanding=True)), attempts.c.ended_at.is_(None))
    .values(
        ended_at=bindparam("at", type_=BIG),
        outcome=Outcome.UNKNOWN.value,
        stage=Stage.DOT.value,
        text=bindparam("why"),
    )
    .returning(attempts.c.route, attempts.c.started_at, attempts.c.message_id)
)
_ADDRESSES = select(_m.id, _m.address).where(_m.id.in_(bindparam("ids", expanding=True)))
