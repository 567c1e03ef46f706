"""The audit log on record. There is no way here to change or delete what it says."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, insert, select

from penfriend.domain.accounts.audit import ENTRIES_A_PAGE, Actor, Deed, Entry, Way
from penfriend.domain.timing import Moment
from penfriend.storage.tables import audit_log

_a = audit_log.c


def write_entry(connection: Connection, entry: Entry) -> None:
    """Add a line, in the transaction of what it tells of: neither is there without the other."""
    row = {
        "at": entry.at,
        "who": entry.by.name,
        "way": entry.by.way.value,
        "network": entry.by.network,
        "deed": entry.deed.value,
        "about": entry.about,
        "details": dict(entry.details),
    }
    connection.execute(insert(audit_log), row)


def read_entries(
    connection: Connection, before: int | None = None, limit: int = ENTRIES_A_PAGE
) -> list[Entry]:
    """The newest first, `limit` of them; those before the entry with the id `before`."""
    chosen = select(audit_log).order_by(_a.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(_a.id < before)
    return [_entry(row) for row in connection.execute(chosen).mappings()]


def _entry(row: RowMapping) -> Entry:
    return Entry(
        at=Moment(row["at"]),
        by=Actor(row["who"], Way(row["way"]), row["network"]),
        deed=Deed(row["deed"]),
        about=row["about"],
        details=row["details"] or {},
        id=row["id"],
    )
