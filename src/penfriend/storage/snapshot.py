"""A copy of a store in a SQLite file of its own, for looking ahead: plan, simulate, tests of campaigns.

The store is only read, in one transaction, so the copy is of one moment also while a daemon works on it. What
was held by workers at that moment is free in the copy: they do not live there.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from penfriend.domain.message import Status
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.enrollment_claim import LOOKED_AT_AGAIN
from penfriend.storage.migrate import upgrade
from penfriend.storage.outcomes import withdraw
from penfriend.storage.tables import metadata

_ROWS = 5_000
"""So many rows of PostgreSQL are held at a time."""


def copy_store(source: Database, file: Path) -> Database:
    """Copy all of `source` into the SQLite file, and open it. The copy need not survive a power cut."""
    if source.is_sqlite:
        _copy_pages(source, file)
    copy = open_database(f"sqlite:///{file}", lasting=False)
    try:
        if not source.is_sqlite:
            upgrade(copy)
            _copy_rows(source, copy)
        with copy.write() as connection:
            _free_what_is_held(connection)
    except BaseException:
        copy.close()
        raise
    return copy


def store_bytes(source: Database) -> int:
    """How large the store is, and so about how long a copy of it takes."""
    with source.read() as connection:
        if source.is_sqlite:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _copy_pages(source: Database, file: Path) -> None:
    with source.read() as connection, closing(sqlite3.connect(file)) as copy:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # the source is SQLite
        driver.backup(copy)


def _copy_rows(source: Database, copy: Database) -> None:
    # the source is let go first: the commit of a large copy takes longer than PostgreSQL waits for a reader
    with copy.write() as writing, source.read() as reading:
        writing.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        writing.execute(delete(t.notes))  # what the making of its tables has noted: the source says so itself
        for table in metadata.sorted_tables:
            order = list(table.primary_key.columns)
            found = reading.execute(select(table).order_by(*order), execution_options={"yield_per": _ROWS})
            for part in found.mappings().partitions(_ROWS):
                writing.execute(insert(table), [dict(row) for row in part])


def _free_what_is_held(connection: Connection) -> None:
    free = {"owner": None, "lease_until": None}
    sending = t.messages.c.status == Status.SENDING.value
    begun = (
        select(t.messages.c.id, t.attempts.c.id, t.messages.c.owner)
        .join(t.attempts, t.attempts.c.message_id == t.messages.c.id)
        .where(sending, t.attempts.c.ended_at.is_(None))
    )
    for message, attempt, owner in connection.execute(begun).all():  # as if it had never been begun
        withdraw(connection, [(message, attempt)], owner)
    held = t.messages.c.status.in_((Status.CLAIMED.value, Status.SENDING.value))
    connection.execute(update(t.messages).where(held).values(status=Status.DUE.value, **free))
    moving = t.enrollments.c.owner.is_not(None)
    connection.execute(update(t.enrollments).where(moving).values(LOOKED_AT_AGAIN))
    connection.execute(update(t.webhook_calls).where(t.webhook_calls.c.owner.is_not(None)).values(**free))
    for table in (t.outgoing_calls, t.outgoing_targets):  # a copy has nobody to tell
        connection.execute(delete(table))
    for table in _OF_ACCOUNTS:  # nor anybody who signs in
        connection.execute(delete(table))
    for table in (t.leases, t.workers):
        connection.execute(delete(table))


_OF_ACCOUNTS = (
    t.sessions,
    t.one_time_links,
    t.recovery_codes,
    t.sign_in_guesses,
    t.audit_log,
    t.users,
    t.api_keys,
)
"""What opens doors, and who went through: a copy needs none of it. In the order in which rows can go."""
