"""Enrollments: claimed in batches, loaded with all that their next move needs, and written back in one
transaction.

A claim has an owner and an end. Whose end has passed was held by a process that is gone: it is claimed as
that one found it. Who was touched while a worker held it stays `woken` and is looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from penfriend.domain.contact import Contact
from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment, Moved, NewCall, NewMessage
from penfriend.domain.message import OVER, Status
from penfriend.domain.standing import Pause
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.enrollment_claim import (
    IS_ACTIVE,
    LOOKED_AT_AGAIN,
    WOKEN_BY_NOBODY,
    claim_enrollments,
)
from penfriend.storage.many import among, execute_many
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.message_states import SKIP_WHAT_WAITS
from penfriend.storage.outgoing import ending_messages, insert_messages, tell_of_ends, tell_of_messages
from penfriend.storage.pausing import pauses
from penfriend.storage.people import load_contacts, locked_versions
from penfriend.storage.results.news import tell_results
from penfriend.storage.revisions import live_number
from penfriend.storage.story import lines_of
from penfriend.storage.tables import decisions, enrollments, messages, webhook_calls
from penfriend.storage.touches import touch
from penfriend.storage.upsert import insert_or_ignore

_e = enrollments.c


class EnrollmentLog:
    """The enrollments of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(
        self, now: Moment, owner: str, lease_until: Moment, revision: int, limit: int
    ) -> list[Enrollment]:
        """At most `limit` enrollments that are due, woken, or held under a lease that has ended; now held by
        `owner`.

        Those that a later revision than `revision` has made or moved are left to whoever runs that one.
        """
        return self._db.run(
            lambda connection: claim_enrollments(connection, now, owner, lease_until, revision, limit)
        )

    def background(
        self, rows: Sequence[Enrollment], definitions: Definitions
    ) -> tuple[dict[int, Contact], dict[int, dict[str, Moment | None]]]:
        """The contacts of these enrollments by contact id, and by enrollment id when each step's mail was
        over (None: not yet).

        A contact that was joined with another since the claim is missing.
        """
        mails: dict[int, dict[str, Moment | None]] = {}
        with self._db.read() as connection:
            people = load_contacts(connection, [row.contact for row in rows], definitions.brand)
            found = connection.execute(_MAILS, {"ids": [row.id for row in rows]})
            for enrollment, step, status, over_at in found:
                mails.setdefault(enrollment, {})[step] = over_at if Status(status) in OVER else None
        return people, mails

    def save(self, moves: Sequence[Moved], owner: str, now: Moment, *, touch_ended: bool = False) -> int:
        """Write the moves of a batch in one transaction; how many. What this worker no longer holds is left
        alone.

        Who was ended, or joined with another contact, while this worker held it is not moved but looked at
        again; so is everybody once a later revision is live than the one that the moves were made by.
        """
        return self._db.run(lambda connection: _save(connection, moves, owner, now, touch_ended))

    def release(self, owner: str) -> None:
        """Give back all that `owner` holds; it is looked at again at once."""
        with self._db.write() as connection:
            connection.execute(update(enrollments).where(_e.owner == owner).values(LOOKED_AT_AGAIN))

    def wake(self) -> int:
        """Let those be looked at again who wait for a wall-clock time, where the data of the time zones has
        changed. How many."""
        with self._db.write() as connection:
            return _wake(connection, _e.due_wall.is_not(None))

    def pauses(self) -> dict[str, Pause]:
        """The last pause of each campaign that had one."""
        with self._db.read() as connection:
            return pauses(connection)


def wake_campaigns(connection: Connection, campaigns: Collection[str]) -> int:
    """Let everybody inside these campaigns, which have changed, be looked at again. How many."""
    return _wake(connection, _e.campaign.in_(sorted(campaigns)))


def _wake(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(update(enrollments).where(IS_ACTIVE, which).values(WOKEN_BY_NOBODY)).rowcount


def _save(connection: Connection, moves: Sequence[Moved], owner: str, now: Moment, touch_ended: bool) -> int:
    ends = {move.row.id: move.row.contact for move in moves if move.ending is not None and move.row.active}
    if touch_ended and ends:  # contacts before enrollments, as everybody locks them
        locked_versions(connection, list(ends.values()))
    held = _held(connection, [move.row.id for move in moves], owner)
    live = live_number(connection)
    kept = [
        move
        for move in moves
        if held.get(move.row.id) == (move.row.active, move.row.contact) and live <= move.revision
    ]
    changed = set(held) - {move.row.id for move in kept}
    if changed:
        execute_many(connection, _LOOK_AGAIN, [{"of_id": enrollment} for enrollment in sorted(changed)])
    if not kept:
        return 0
    tell_results(connection, kept)
    execute_many(connection, _SAVE, [_row_values(move) for move in kept])
    mails = [_message_values(move, mail, now) for move in kept for mail in move.mails]
    if mails:
        insert_messages(connection, insert_or_ignore(connection.dialect.name, messages), mails, now)
    calls = [_call_values(move, call, now) for move in kept for call in move.calls]
    if calls:
        connection.execute(insert_or_ignore(connection.dialect.name, webhook_calls), calls)
    story = [line for move in kept for line in lines_of(move)]
    if story:
        execute_many(connection, _TELL, story)
    ended = [
        {"of_enrollment": move.row.id, "why": move.ending.reason.value, "detail": None, "at": now}
        for move in kept
        if move.ending is not None and move.row.active
    ]
    if ended:
        over = [move.row.id for move in kept if move.ending is not None and move.row.active]
        waiting = ending_messages(connection, messages.c.enrollment_id.in_(over), IS_DUE)
        connection.execute(SKIP_WHAT_WAITS, ended)
        tell_of_messages(connection, waiting, now)
        tell_of_ends(connection, over, now)
    if touch_ended:
        people = sorted({ends[move.row.id] for move in kept if move.row.id in ends})
        touch(connection, [(contact, None) for contact in people], now)
    return len(kept)


def _held(connection: Connection, ids: Sequence[int], owner: str) -> dict[int, tuple[bool, int]]:
    """Whom of these `owner` still holds: whether it is active, and its contact."""
    found = connection.execute(_HELD, {"ids": list(ids), "of_owner": owner})
    return {row.id: (row.status == "active", row.contact_id) for row in found}


_MAILS = select(messages.c.enrollment_id, messages.c.step, messages.c.status, messages.c.over_at).where(
    among(messages.c.enrollment_id, "ids")
)
_TELL = insert(decisions)
_HELD = (
    select(_e.id, _e.status, _e.contact_id)
    .where(among(_e.id, "ids"), _e.owner == bindparam("of_owner"))
    .order_by(_e.id)
    .with_for_update()
)
_LOOK_AGAIN = update(enrollments).where(_e.id == bindparam("of_id")).values(LOOKED_AT_AGAIN)
_WRITTEN = ("revision", "status", "step", "began_at", "due_at", "due_wall", "due_zone", "missed", "waited")
_WRITTEN_ONCE = ("ended_at", "end_reason", "end_word", "goal_until", "goal_at", "goal_event", "converted_at")
_SAVE = (
    update(enrollments)
    .where(_e.id == bindparam("of_id"))
    .values(
        owner=None,
        lease_until=None,
        woken_at=case((_e.woken == 1, _e.woken_at)),
        **{name: bindparam(f"new_{name}") for name in _WRITTEN},
        **{name: func.coalesce(_e[name], bindparam(f"new_{name}")) for name in _WRITTEN_ONCE},
        held_due_at=func.coalesce(bindparam("new_held_due_at", type_=BIG), _e.held_due_at),
    )
)


def _row_values(move: Moved) -> dict[str, object]:
    standing, end = move.standing, move.ending if move.row.active else None
    active = move.row.active and end is None
    return {
        "of_id": move.row.id,
        "new_revision": move.revision,
        "new_status": "active" if active else "ended",
        "new_step": standing.step,
        "new_began_at": standing.began_at,
        "new_due_at": standing.due_at if active and not move.held else None,
        "new_held_due_at": standing.due_at if active and move.held else None,
        "new_due_wall": standing.due_wall if active else None,
        "new_due_zone": standing.due_zone if active else None,
        "new_missed": int(standing.missed),
        "new_waited": None if standing.waited is None else int(standing.waited),
        "new_ended_at": end.at if end else None,
        "new_end_reason": end.reason.value if end else None,
        "new_end_word": end.word if end else None,
        "new_goal_until": move.goal_until,
        "new_goal_at": move.goal_at,
        "new_goal_event": move.goal_event,
        "new_converted_at": move.converted_at,
    }


def _message_values(move: Moved, mail: NewMessage, now: Moment) -> dict[str, object]:
    skipped = mail.skip is not None
    return {
        "enrollment_id": move.row.id,
        "campaign": move.row.campaign,
        "contact_id": move.row.contact,
        "step": mail.step,
        "template": mail.template,
        "topic": mail.topic,
        "transactional": int(mail.transactional),
        "priority": mail.priority,
        "revision": move.revision,
        "status": (Status.SKIPPED if skipped else Status.DUE).value,
        "reason": mail.skip,
        "wanted_at": mail.wanted_at,
        "due_at": mail.wanted_at,
        "message_id": mail.message_id,
        "created_at": now,
        "over_at": mail.wanted_at if skipped else None,
    }


def _call_values(move: Moved, call: NewCall, now: Moment) -> dict[str, object]:
    return {
        "enrollment_id": move.row.id,
        "contact_id": move.row.contact,
        "campaign": move.row.campaign,
        "step": call.step,
        "webhook": call.webhook,
        "key": call.key,
        "body": "",  # made once, before the first try
        "status": "due",
        "created_at": now,
        "due_at": call.wanted_at,
    }
