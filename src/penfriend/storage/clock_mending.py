"""After the clock was set back: what was held until a moment of the clock of before would wait for it to come
again, so it is let go.

Claims that are given back are safe while their worker lives: whatever it writes names itself as the owner.
What is `sending` is left alone: its dot may have been written, and its lease decides.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, case, func, literal, update

from penfriend.domain.destination import LONGEST_REST
from penfriend.domain.health import ClockSet
from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed
from penfriend.domain.retry import LONGEST_RETRY, LONGEST_ROUTE_PAUSE
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG
from penfriend.storage.enrollment_claim import LOOKED_AT_AGAIN
from penfriend.storage.notes import read_note, write_note

CLOCK = "clock"
"""The note that says when it was set last."""
LONGEST_LEASE = 15 * MINUTE
"""No lease is given for longer but that of a reading, which is worth another try."""
_FREE = {"owner": None, "lease_until": None}


def mend_clock(connection: Connection, was_set: ClockSet) -> None:
    """Keep for `status` that the clock was set, and let go what would wait for the clock of before."""
    write_note(connection, CLOCK, json.dumps([was_set.at, was_set.by]))
    if was_set.by < 0:
        let_go(connection, was_set.at)


def read_clock(connection: Connection) -> ClockSet | None:
    """When the clock was set last, if ever."""
    text = read_note(connection, CLOCK)
    return None if text is None else ClockSet(*json.loads(text))


def let_go(connection: Connection, now: Moment) -> None:
    """Nothing that was held by the clock of before is held for longer than it would be by that of now."""
    held, too_long = Moment(now + LONGEST_LEASE), Moment(now + LONGEST_ROUTE_PAUSE)
    connection.execute(t.leases.delete().where(t.leases.c.until > held))
    connection.execute(update(t.routes).where(t.routes.c.paused_until > too_long).values(paused_until=now))
    rests = t.destinations.c.resting_until
    connection.execute(update(t.destinations).where(rests > now + LONGEST_REST).values(resting_until=now))
    for table, more in (
        (t.enrollments, LOOKED_AT_AGAIN),
        (t.webhook_calls, _FREE),
        (t.outgoing_calls, _FREE),
        (t.messages, {**_FREE, "status": Status.DUE.value}),
    ):
        kept = update(table).where(table.c.owner.is_not(None), table.c.lease_until > held).values(more)
        if table is t.messages:
            kept = kept.where(table.c.status == Status.CLAIMED.value)
        connection.execute(kept)
    _come_up(connection, now)


def _come_up(connection: Connection, now: Moment) -> None:
    """Mails that wait are decided about anew; those that a server has put off are not put off for longer than
    the longest time between two tries."""
    later = literal(now + LONGEST_RETRY, BIG)
    soon = case((t.messages.c.due_at < later, t.messages.c.due_at), else_=later)
    connection.execute(
        update(t.messages)
        .where(t.messages.c.status == Status.DUE.value, t.messages.c.due_at > now)
        .where(func.coalesce(t.messages.c.held_by, "") != Postponed.UNCONFIRMED.value)
        .values(due_at=case((t.messages.c.held_by.is_(None), soon), else_=literal(now, BIG)))
    )
    full_look = read_note(connection, "full_look")
    if full_look is not None and int(full_look) > now:
        write_note(connection, "full_look", str(now))
