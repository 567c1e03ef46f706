"""How the house stands: who holds what, how large the database is. A few rows, or the range of an index that
holds what lasts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select, text

from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.tables import enrollments, leases, messages, outgoing_calls, webhook_calls

_HOLDING: dict[str, Table] = {
    "messages": messages,
    "enrollments": enrollments,
    "webhooks": webhook_calls,
    "outgoing": outgoing_calls,
}
MOST_HELD = 5_000
"""So many held rows of a kind are looked at: more a worker does not hold at a time."""


class Held(NamedTuple):
    """What a worker does: a part of the work that is one worker's at a time, or rows that it has claimed."""

    what: str
    number: int | None
    """How many rows; None for a part of the work."""
    until: Moment
    """When it is free again should the worker be gone."""


def held_by_workers(connection: Connection, now: Moment) -> dict[str, list[Held]]:
    """By worker. What has ended is nobody's."""
    found: dict[str, list[Held]] = {}
    lasting = select(leases).where(leases.c.until > now).order_by(leases.c.name)
    for row in connection.execute(lasting):
        found.setdefault(row.owner, []).append(Held(row.name, None, Moment(row.until)))
    for what, table in _HOLDING.items():
        rows = (
            select(table.c.owner, table.c.lease_until)
            .where(table.c.owner.is_not(None), table.c.lease_until > now)
            .limit(MOST_HELD)
            .subquery()
        )
        grouped = select(
            rows.c.owner, func.count().label("number"), func.max(rows.c.lease_until).label("until")
        )
        for row in connection.execute(grouped.group_by(rows.c.owner)):
            found.setdefault(row.owner, []).append(Held(what, row.number, Moment(row.until)))
    return dict(sorted(found.items()))


def size_of(db: Database) -> int:
    """Bytes of the database; of a SQLite file with what stands beside it."""
    if db.file is not None:
        parts = (Path(f"{db.file}{ending}") for ending in ("", "-wal", "-shm"))
        return sum(part.stat().st_size for part in parts if part.exists())
    with db.read() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
