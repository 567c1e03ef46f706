"""Mails that wait for the transport's rate: each says so once, however many ticks it waits.

They stay due, so that who goes first is decided by priority and due time alone. A message says it once for
each time it comes up, in batches, whatever the number of those that wait; the index `ix_messages_not_held`
has only those that have not said it yet, so that a tick whose rate is used up costs the same with a million
waiting as with ten.

What is over the limit of a day of warming up is put off until the next day, each once.
"""

from __future__ import annotations

from sqlalchemy import Connection

from penfriend.domain.outbox import Carried
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import run
from penfriend.storage.carried import with_carried
from penfriend.storage.rate_lanes import TELL

# in the statements' text, so that the partial indexes can be used; SQLite would rather count on statistics
_WHICH = """
WHERE status = 'due' AND coalesce(held_by, '') <> 'rate_limit' AND due_at <= :now
AND revision <= :revision{carried} ORDER BY due_at, id LIMIT :limit
"""
_UNSAID = {
    "sqlite": f"SELECT id FROM messages INDEXED BY ix_messages_not_held{_WHICH}",  # noqa: S608 - ours
    "postgresql": "SELECT id FROM messages" + _WHICH + "FOR UPDATE SKIP LOCKED",  # noqa: S608 - ours
}
UNSAID = {dialect: statement.format(carried="") for dialect, statement in _UNSAID.items()}
"""Those that are due and do not say yet that they wait for the rate, by dialect."""
_ALL_DUE = "WHERE status = 'due' AND due_at <= :now AND revision <= :revision{carried} LIMIT :limit "
_DUE = {
    "sqlite": f"SELECT id FROM messages INDEXED BY ix_messages_due_at {_ALL_DUE}",  # noqa: S608 - likewise
    "postgresql": f"SELECT id FROM messages {_ALL_DUE}FOR UPDATE SKIP LOCKED",  # noqa: S608 - likewise
}
_HOLD = """
UPDATE messages SET held_by = :why, postponed = postponed + 1 WHERE id IN (SELECT id FROM BATCH AS b)
"""
_PUT_OFF = """
UPDATE messages SET due_at = :until, lane = NULL, postponed = postponed + 1, held_by = CAST(:why AS text)
WHERE id IN (SELECT id FROM BATCH AS b)
"""
WHY = Postponed.RATE_LIMIT.value


def hold_for_rate(
    connection: Connection, now: Moment, revision: int, limit: int, carried: Carried | None = None
) -> int:
    """Write `rate_limit` beside at most `limit` messages that are due at `now` and do not have it, the
    longest due first, and into their stories; how many. Those that somebody holds are on their way."""
    unsaid = with_carried(_UNSAID[connection.dialect.name], carried)
    found = connection.execute(unsaid, {"now": now, "revision": revision, "limit": limit}).scalars().all()
    if found:
        run(connection, TELL, batch=found, now=now, why=WHY, until=None)
        run(connection, _HOLD, batch=found, why=WHY)
    return len(found)


def put_off_for_rate(
    connection: Connection,
    now: Moment,
    until: Moment,
    revision: int,
    limit: int,
    carried: Carried | None = None,
) -> int:
    """Put off at most `limit` messages that are due at `now` until then, with `rate_limit`; how many."""
    due = with_carried(_DUE[connection.dialect.name], carried)
    found = connection.execute(due, {"now": now, "revision": revision, "limit": limit}).scalars().all()
    if found:
        run(connection, TELL, batch=found, now=now, why=WHY, until=until)
        run(connection, _PUT_OFF, batch=found, until=until, why=WHY)
    return len(found)
