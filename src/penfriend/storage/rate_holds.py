"""Mails that wait for the transport's rate: each says so once, however many ticks it waits.

They stay due, so that who goes first is decided by priority and due time alone. A message says it once for
each time it comes up, in batches, whatever the number of those that wait; the index `ix_messages_not_held`
has only those that have not said it yet, so that a tick whose rate is used up costs the same with a million
waiting as with ten.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text

from penfriend.domain.outbox import Carried
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import run

# in the statement's text, so that the partial index can be used; SQLite would rather count on its statistics
_WHICH = """
WHERE status = 'due' AND coalesce(held_by, '') <> 'rate_limit' AND due_at <= :now
AND revision <= :revision{carried} ORDER BY due_at, id LIMIT :limit
"""
_UNSAID = {
    "sqlite": f"SELECT id FROM messages INDEXED BY ix_messages_not_held{_WHICH}",  # noqa: S608 - our own words
    "postgresql": "SELECT id FROM messages" + _WHICH + "FOR UPDATE SKIP LOCKED",  # noqa: S608 - our own words
}
UNSAID = {dialect: statement.format(carried="") for dialect, statement in _UNSAID.items()}
"""Those that are due and do not say yet that they wait for the rate, by dialect."""
_HOLD = """
UPDATE messages SET held_by = :why, postponed = postponed + 1 WHERE id IN (SELECT id FROM BATCH AS b)
"""
_TELL = """
INSERT INTO decisions (contact_id, enrollment_id, message_id, step, at, what, reason)
SELECT m.contact_id, m.enrollment_id, m.id, m.step, CAST(:now AS bigint), 'postponed', CAST(:why AS text)
FROM BATCH AS b CROSS JOIN messages AS m WHERE m.id = b.id ORDER BY m.id
"""


def hold_for_rate(
    connection: Connection, now: Moment, revision: int, limit: int, carried: Carried | None = None
) -> int:
    """Write `rate_limit` beside at most `limit` messages that are due at `now` and do not have it, the
    longest due first, and into their stories; how many. Those that somebody holds are on their way."""
    unsaid, values = text(UNSAID[connection.dialect.name]), {"now": now, "revision": revision, "limit": limit}
    if carried is not None:
        of = f" AND campaign {'NOT IN' if carried.all_but else 'IN'} :campaigns"
        statement = text(_UNSAID[connection.dialect.name].format(carried=of))
        unsaid = statement.bindparams(bindparam("campaigns", sorted(carried.campaigns), expanding=True))
    found = connection.execute(unsaid, values).scalars().all()
    if found:
        why = Postponed.RATE_LIMIT.value
        run(connection, _HOLD, batch=found, why=why)
        run(connection, _TELL, batch=found, now=now, why=why)
    return len(found)
