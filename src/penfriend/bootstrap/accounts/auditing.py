"""The audit log: who did what."""

from __future__ import annotations

from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import ENTRIES_A_PAGE, Deed, Entry
from penfriend.storage.accounts.audit_log import read_entries, write_entry


def entries(house: House, before: int | None = None, limit: int = ENTRIES_A_PAGE) -> list[Entry]:
    """The newest lines of the log, or those before the line with the id `before`."""
    with house.db.read() as connection:
        return read_entries(connection, before, limit)


def note_import(house: House, kind: str, taken: int) -> None:
    """Note that who runs this process has brought in so many rows of a file."""
    entry = Entry(house.clock.now(), at_the_shell(), Deed.IMPORTED, kind, {"taken": str(taken)})
    with house.db.write() as connection:
        write_entry(connection, entry)
