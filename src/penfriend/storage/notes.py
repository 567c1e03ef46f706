"""Small things to remember by name: the version of tzdata, the last full look, why files were not applied."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select, update

from penfriend.storage.tables import notes
from penfriend.storage.upsert import insert_or_ignore


def read_note(connection: Connection, name: str) -> str | None:
    """What was written under the name; None where nothing was."""
    value: str | None = connection.execute(_READ, {"of_name": name}).scalar()
    return value


def write_note(connection: Connection, name: str, value: str | None) -> None:
    """Write it, in place of what was there; None takes it away."""
    if value is None:
        connection.execute(delete(notes).where(notes.c.name == name))
    elif not connection.execute(_WRITE, {"of_name": name, "new_value": value}).rowcount:
        connection.execute(insert_or_ignore(connection.dialect.name, notes).values(name=name, value=value))


_READ = select(notes.c.value).where(notes.c.name == bindparam("of_name"))
_WRITE = update(notes).where(notes.c.name == bindparam("of_name")).values(value=bindparam("new_value"))
