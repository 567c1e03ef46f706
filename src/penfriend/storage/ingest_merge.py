"""Joins two contacts that are one person: the rows of the one go to the other."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, select, text

from penfriend.domain.timing import Moment
from penfriend.storage.outgoing import (
    ending_enrollments,
    ending_messages,
    tell_of_ends,
    tell_of_messages,
)
from penfriend.storage.segment_moves import count_gone
from penfriend.storage.tables import contacts, enrollments, messages, metadata

DERIVED = frozenset({"event_facts", "purchases", "lots", "expiries", "rewards", "subscriptions", "members"})
"""Made anew from the other rows (members by the next look, which a touch brings about)."""
CAREFULLY = frozenset({"enrollments", "source_rows"})
"""Moved by a statement of its own."""

_SKIP_TWICE = """
UPDATE messages SET over_at = :now,
    status = CASE WHEN facts IS NULL THEN 'skipped' ELSE 'unknown' END,
    reason = CASE WHEN facts IS NULL THEN 'exit_step' END
WHERE status = 'due' AND enrollment_id IN (
    SELECT e.id FROM enrollments AS e JOIN enrollments AS theirs
        ON theirs.campaign = e.campaign AND theirs.occurrence = e.occurrence
    WHERE e.contact_id = :source AND theirs.contact_id = :target
        AND e.status = 'active' AND theirs.status = 'active'
)
"""
# one person is not to be walked through the same campaign twice at a time
_END_TWICE = """
UPDATE enrollments SET status = 'ended', ended_at = :now, end_reason = 'exit_step', end_word = 'merged',
    due_at = NULL, woken = 0
WHERE contact_id = :source AND status = 'active' AND EXISTS (
    SELECT 1 FROM enrollments AS theirs WHERE theirs.contact_id = :target AND theirs.status = 'active'
    AND theirs.campaign = enrollments.campaign AND theirs.occurrence = enrollments.occurrence
)
"""
_MOVE_ENROLLMENTS = """
UPDATE enrollments SET contact_id = :target, entry = entry + coalesce((
    SELECT max(theirs.entry) + 1 FROM enrollments AS theirs WHERE theirs.contact_id = :target
    AND theirs.campaign = enrollments.campaign AND theirs.occurrence = enrollments.occurrence
), 0)
WHERE contact_id = :source
"""
# whom a source names under either id; the next reading finds the row again
_MOVE_SOURCE_ROWS = """
UPDATE source_rows SET contact_id = :target WHERE contact_id = :source AND NOT EXISTS (
    SELECT 1 FROM source_rows AS theirs WHERE theirs.contact_id = :target
    AND theirs.segment = source_rows.segment AND theirs.occurrence = source_rows.occurrence
)
"""
_FORGET_SOURCE_ROWS = "DELETE FROM source_rows WHERE contact_id = :source"
_TAKE_OVER = """
UPDATE contacts SET
    key = coalesce(key, :key), email = :email, email_at = :email_at, email_hash = :email_hash,
    created_at = :created_at, last_opened_at = :last_opened_at, last_clicked_at = :last_clicked_at,
    paused_until = :paused_until
WHERE id = :target
"""
_LATER = ("last_opened_at", "last_clicked_at", "paused_until")


def merge_rows(connection: Connection, source: int, target: int, now: Moment) -> None:
    """Move every row of `source` to `target` and take `source` away. The facts are the caller's to renew."""
    both = {"source": source, "target": target}
    waiting = ending_messages(
        connection,
        messages.c.status == "due",
        messages.c.enrollment_id.in_(select(enrollments.c.id).where(*_twice(source, target))),
    )
    twice = ending_enrollments(connection, *_twice(source, target))
    connection.execute(text(_SKIP_TWICE), both | {"now": now})
    connection.execute(text(_END_TWICE), both | {"now": now})
    connection.execute(text(_MOVE_ENROLLMENTS), both)
    connection.execute(text(_MOVE_SOURCE_ROWS), both)
    connection.execute(text(_FORGET_SOURCE_ROWS), both)
    count_gone(connection, source)
    for table in metadata.sorted_tables:
        if table.name in DERIVED:
            connection.execute(table.delete().where(table.c.contact_id == source))
        elif "contact_id" in table.c and table.name not in CAREFULLY:
            connection.execute(table.update().where(table.c.contact_id == source).values(contact_id=target))
    _take_over(connection, source, target)
    tell_of_messages(connection, waiting, now)
    tell_of_ends(connection, twice, now)


def _twice(source: int, target: int) -> tuple[ColumnElement[bool], ...]:
    """Enrollments of `source` in what `target` is walked through too."""
    mine, theirs = enrollments.c, enrollments.alias("theirs")
    both = exists().where(
        theirs.c.contact_id == target,
        theirs.c.status == "active",
        theirs.c.campaign == mine.campaign,
        theirs.c.occurrence == mine.occurrence,
    )
    return mine.contact_id == source, mine.status == "active", both


def _take_over(connection: Connection, source: int, target: int) -> None:
    """What stands in the contact's own row: the later address, the earlier beginning."""
    rows = connection.execute(contacts.select().where(contacts.c.id.in_([source, target]))).mappings()
    found = {row["id"]: row for row in rows}
    gone, stays = found[source], found[target]
    connection.execute(contacts.delete().where(contacts.c.id == source))
    newer = max(
        (row for row in (stays, gone) if row["email"] is not None),
        key=lambda row: (row["email_at"] or 0, row["email"]),
        default=stays,
    )
    taken = {name: newer[name] for name in ("email", "email_at", "email_hash")}
    taken["key"] = gone["key"]
    taken["created_at"] = min(stays["created_at"], gone["created_at"])
    for name in _LATER:
        taken[name] = max((row[name] for row in (stays, gone) if row[name] is not None), default=None)
    connection.execute(text(_TAKE_OVER), taken | {"target": target})
