"""What `doctor` reads of a store. Nothing is written, and no table is made."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import func, select, text

from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.looks_store import LEASE_NAME
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.migrate import version_of
from penfriend.storage.migrations import HEAD
from penfriend.storage.tables import attempts, leases, messages


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late mail is, and whether anything runs. Times in microseconds."""

    overdue: int
    oldest: int
    """For how long the oldest of them has been due."""
    looked_until: Moment | None
    """The end of the lease of whoever looked last; None where nobody has ever."""
    latest: Moment | None
    """When the last attempt began."""


def tables_version(db: Database) -> tuple[str | None, str]:
    """The version of the tables, None without any, and that of this program."""
    with db.read() as connection:
        return version_of(connection), HEAD


def lateness(db: Database, now: Moment) -> Lateness:
    """Of a store whose tables are of this version."""
    due = IS_DUE & (messages.c.due_at < now)
    with db.read() as connection:
        oldest = connection.execute(select(func.min(messages.c.due_at)).where(due)).scalar()
        return Lateness(
            connection.execute(select(func.count()).select_from(messages).where(due)).scalar_one(),
            0 if oldest is None else now - oldest,
            connection.execute(select(leases.c.until).where(leases.c.name == LEASE_NAME)).scalar(),
            connection.execute(select(func.max(attempts.c.started_at))).scalar(),
        )


def clock_difference(db: Database) -> float | None:
    """Seconds by which this machine's clock is ahead of the database's; None where they are the same
    machine's. A slow answer is not counted as a difference."""
    if db.is_sqlite:
        return None
    with db.read() as connection:
        before = time.time()
        theirs = float(
            connection.execute(text("SELECT extract(epoch FROM clock_timestamp())::float8")).scalar_one()
        )
        after = time.time()
    if before <= theirs <= after:
        return 0.0
    return before - theirs if theirs < before else after - theirs
