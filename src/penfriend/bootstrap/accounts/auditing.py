"""Who does what, written down: for the commands by the name of the system's user."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor, Deed, Entry, Way
from penfriend.storage.accounts.audit_log import read_entries, write_entry


def at_the_shell() -> Actor:
    """Who runs this command."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container may run with a number that has no name
        name = f"uid {os.getuid()}"
    return Actor(name, Way.COMMAND)


def note_command(house: House, deed: Deed, about: str, details: Mapping[str, str] | None = None) -> None:
    """Write down what a command has just done."""
    entry = Entry(house.clock.now(), at_the_shell(), deed, about, details or {})
    with house.db.write() as connection:
        write_entry(connection, entry)


def entries(house: House, before: int | None = None, limit: int = 50) -> list[Entry]:
    """The newest lines of the log, or those before the line with the id `before`."""
    with house.db.read() as connection:
        return read_entries(connection, before, limit)
