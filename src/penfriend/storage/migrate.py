"""Brings the tables of a database to the version of this program, in one transaction.

Two processes may start at once: the second waits for the first (BEGIN IMMEDIATE on SQLite, an advisory lock
on PostgreSQL) and then finds everything done. Tables of a newer version are left as they are: its program
has noted which older ones can work over them, and others are refused, as is a database whose tables are not
Penfriend's. The views of `penfriend.storage.reporting` are made anew with every change.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.database import Database
from penfriend.storage.migrations import HEAD, USABLE_FROM
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.reporting.views import drop_views, make_views

_LOCK = 0x70656E66  # any number that no other program uses: "penf"
USABLE_NOTE = "tables_usable_from"
"""The note that says which programs can work over the tables (`USABLE_FROM` of who made them)."""
_FOLDER = Path(__file__).with_name("migrations")


def upgrade(db: Database) -> None:
    """Make or renew the tables where they are not of this version. Raises StoreUnavailable in one line."""
    with db.read() as connection:
        if version_of(connection) == HEAD or _is_usable_newer(connection):
            return
    with db.write() as connection:
        if not db.is_sqlite:
            # a step may think for long between two statements
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        _upgrade(connection, db.url_for_people)


def is_usable(db: Database) -> bool:
    """Whether this program can still work over the tables: another may have renewed them since it began."""
    with db.read() as connection:
        return version_of(connection) == HEAD or _is_usable_newer(connection)


def _is_usable_newer(connection: Connection) -> bool:
    found = version_of(connection)
    if found is None or found < HEAD:
        return False
    oldest = read_note(connection, USABLE_NOTE)
    return oldest is not None and oldest <= HEAD


def version_of(connection: Connection) -> str | None:
    """The migration at which the database stands; None for one without Penfriend's tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection, place: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    found = version_of(connection)
    if found == HEAD:  # another process was faster
        return
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"{place}: its tables are of version {found}, this program knows {HEAD} at most: "
            "install the newer Penfriend"
        )
    if found is None and (strange := _tables_of_others(connection)):
        raise StoreUnavailable(
            f'{place}: there is a table "{strange}" already that Penfriend has not made: give it a database '
            "of its own"
        )
    rights = drop_views(connection)
    command.upgrade(config, "head")
    write_note(connection, USABLE_NOTE, USABLE_FROM)
    make_views(connection, rights)


def _tables_of_others(connection: Connection) -> str | None:
    """A table of the same name as one of ours, in a database that we have never upgraded."""
    from penfriend.storage.tables import metadata

    return next((name for name in inspect(connection).get_table_names() if name in metadata.tables), None)
