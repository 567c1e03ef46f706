"""The audit log, read: who did what."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import ENTRIES_A_PAGE, Entry
from penfriend.storage.accounts.audit_log import read_entries


def entries(house: House, before: int | None = None, limit: int = ENTRIES_A_PAGE) -> list[Entry]:
    """The newest lines of the log, or those before the line with the id `before`."""
    with house.db.read() as connection:
        return read_entries(connection, before, limit)
