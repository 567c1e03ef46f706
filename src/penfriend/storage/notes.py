"""Small things to remember by name: the version of tzdata, the last full look, why files were not applied."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from penfriend.storage.tables import notes
from penfriend.storage.upsert import insert_or_ignore


def read_note(connection: Connection, name: str) -> str | None:
    """What was written under the name; None where nothing was."""
    value: str | None = connection.execute(select(notes.c.value).where(notes.c.name == name)).scalar()
    return value


def write_note(connection: Connection, name: str, value: str | None) -> None:
    """Write it, in place of what was there; None takes it away."""
    if value is None:
        connection.execute(delete(notes).where(notes.c.name == name))
    elif not connection.execute(update(notes).where(notes.c.name == name).values(value=value)).rowcount:
        connection.execute(insert_or_ignore(connection, notes).values(name=name, value=value))
