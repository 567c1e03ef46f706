"""Calls of other systems over their tries, whatever they tell: what `webhook_calls` and `outgoing_calls` have
in common."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Table,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)

from penfriend.domain.overview import CallCounts, DeadCall
from penfriend.domain.timing import SECOND, Moment
from penfriend.domain.webhooks import LONGEST_WISH, WAITS, Answer, Then, Tried
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, webhook_calls

NOTE_LENGTH = 500
SPREAD = 60
"""Seconds over which calls that wait for the same system are spread."""
FREED: dict[str, None] = {"owner": None, "lease_until": None}


def is_due(table: FromClause) -> ColumnElement[bool]:
    """The status stands in the statement's text, so that the partial index is used."""
    return table.c.status == literal("due", literal_execute=True)


def is_free(table: FromClause, now: Moment) -> ColumnElement[bool]:
    """Held by nobody who lives."""
    return or_(table.c.owner.is_(None), table.c.lease_until <= now)


class CallTries:
    """The calls of one table. `system` is the column that names which system is called."""

    def __init__(self, db: Database, system: Column[str]) -> None:
        self._db, self._system = db, system
        self._table: Table = system.table
        self._c = self._table.c
        self._is_due = is_due(self._table)

    def waiting(self, now: Moment) -> list[str]:
        """The systems for which calls are due that nobody holds, in the order of their names."""
        free = is_free(self._table, now)
        chosen = select(self._system).where(self._is_due, self._c.due_at <= now, free, *self._come_first())
        with self._db.read() as connection:
            return sorted(connection.execute(chosen.distinct()).scalars())

    def _come_first(self) -> tuple[ColumnElement[bool], ...]:
        """Which of those that are due may be made before the others."""
        return ()

    def record(self, tried: Tried, owner: str, now: Moment) -> None:
        """Write down what a try came to."""
        status = Then.FAILED if tried.failed else Then.DONE
        values: dict[str, Any] = {
            "attempts": self._c.attempts + 1,
            "note": tried.answer.note[:NOTE_LENGTH],
            **FREED,
        }
        values |= {"due_at": tried.again_at} if tried.again_at else {"status": status.value, "over_at": now}
        with self._db.write() as connection:
            connection.execute(
                update(self._table)
                .where(self._c.id == tried.call.id, self._is_due, self._c.owner == owner)
                .values(**values)
            )

    def fail(self, ids: Collection[int], owner: str, note: str, now: Moment) -> None:
        """These will never be made."""
        if ids:
            with self._db.write() as connection:
                connection.execute(
                    update(self._table)
                    .where(
                        self._c.id.in_(bindparam("ids", expanding=True)),
                        self._is_due,
                        self._c.owner == owner,
                    )
                    .values(**FREED, status=Then.FAILED.value, note=note[:NOTE_LENGTH], over_at=now),
                    {"ids": list(ids)},
                )

    def hold(self, system: str, answer: Answer, now: Moment) -> None:
        """The system is down or busy: all calls of it that are due and not held wait.

        Where it said for how long, that long and uncounted; else as if each had been tried, so that after
        about a day of silence they fail like the one that was.
        """
        due = update(self._table).where(
            self._system == system, self._is_due, self._c.due_at <= now, is_free(self._table, now)
        )
        due = due.values(note=answer.note[:NOTE_LENGTH], **FREED)
        spread = self._c.id % SPREAD * SECOND
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
                connection.execute(due.where(self._c.attempts == tries).values(attempts=tries + 1, **follows))

    def give_back(self, ids: Collection[int], owner: str) -> None:
        """These are due again at once."""
        if ids:
            with self._db.write() as connection:
                connection.execute(
                    update(self._table)
                    .where(self._c.id.in_(bindparam("ids", expanding=True)), self._c.owner == owner)
                    .values(**FREED),
                    {"ids": list(ids)},
                )

    def release(self, owner: str) -> None:
        """Give back all that `owner` holds."""
        with self._db.write() as connection:
            connection.execute(update(self._table).where(self._c.owner == owner).values(**FREED))


def dead_calls(connection: Connection, system: Column[str], limit: int) -> list[DeadCall]:
    """The calls that have failed, the newest first."""
    c = system.table.c
    chosen = (
        select(c.id, system.label("name"), c.key, c.body, c.attempts, c.created_at, c.over_at, c.note)
        .add_columns(contacts.c.key.label("contact"), contacts.c.email)
        .join(contacts, contacts.c.id == c.contact_id)
        .where(c.status == literal(Then.FAILED.value, literal_execute=True))  # so the partial index is used
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [
        DeadCall(
            kind="webhook" if system.table is webhook_calls else "outgoing",
            name=row.name,
            id=row.key,
            contact=row.contact or row.email,
            attempts=row.attempts,
            made_at=Moment(row.created_at),
            dead_at=None if row.over_at is None else Moment(row.over_at),
            note=row.note,
            body=row.body,
        )
        for row in connection.execute(chosen)
    ]


def calls_in_trouble(connection: Connection, system: Column[str], most: int) -> tuple[int, int]:
    """How many calls have failed for good, and how many of those that are due next are put off after a try
    that came to nothing; at most `most` of each are looked at."""
    c = system.table.c
    failed = select(c.id).where(c.status == literal(Then.FAILED.value, literal_execute=True)).limit(most)
    due = select(c.attempts).where(c.status == literal("due", literal_execute=True))
    some, late = failed.subquery(), due.order_by(c.due_at).limit(most).subquery()
    put_off = select(func.count()).select_from(late).where(late.c.attempts > 0)
    return (
        connection.execute(select(func.count()).select_from(some)).scalar() or 0,
        connection.execute(put_off).scalar() or 0,
    )


def try_again(connection: Connection, system: Column[str], name: str, now: Moment) -> int:
    """Let all calls of this system that have failed be due again, with their ids and bodies; how many."""
    c = system.table.c
    dead = update(system.table).where(system == name, c.status == Then.FAILED.value)
    again = {"status": "due", "due_at": now, "over_at": None, "attempts": 0, **FREED}
    return connection.execute(dead.values(**again)).rowcount


def calls_not_done(connection: Connection, system: Column[str]) -> dict[str, CallCounts]:
    """By system its calls that wait or have failed, where there are any."""
    c = system.table.c
    newest = func.max(case((c.note.is_not(None), c.id)))
    found = connection.execute(
        select(system, c.status, func.count(), func.min(c.created_at), newest)
        .where(c.status.in_(("due", Then.FAILED.value)))
        .group_by(system, c.status)
        .order_by(system, c.status)
    ).all()
    counts: dict[str, CallCounts] = {}
    for name, status, number, oldest, last in found:
        known = counts.get(name, CallCounts())
        note = connection.execute(select(c.note).where(c.id == last)).scalar()
        if status == "due":
            counts[name] = replace(known, waiting=number, oldest=oldest, note=note or known.note)
        else:
            counts[name] = replace(known, failed=number, note=known.note or note)
    return counts
