"""What `housekeeping` needs of one store."""

from __future__ import annotations

from importlib.metadata import version

from sqlalchemy import text

from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.database import Database
from penfriend.storage.database_errors import SQLITE
from penfriend.storage.notes import read_note, write_note


class NoteBook:
    """The notes of one store (`penfriend.engine.housekeeping.Notes`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def read(self, name: str) -> str | None:
        """What was noted, or None."""
        with self._db.read() as connection:
            return read_note(connection, name)

    def write(self, name: str, value: str) -> None:
        """Note it."""
        with self._db.write() as connection:
            write_note(connection, name, value)


def renew_statistics(db: Database) -> None:
    """Let the database count its tables anew, without which PostgreSQL plans a freshly filled one badly."""
    with db.write() as connection:
        connection.execute(text("PRAGMA optimize" if db.is_sqlite else "ANALYZE"))


def check_whole(db: Database) -> None:
    """Read all of a SQLite file. Raises StoreUnavailable where it is damaged: most often a copy of a file
    that was in use, without what its helpers held."""
    if not db.is_sqlite:
        return
    with db.read() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise StoreUnavailable(f"{db.url_for_people}: {SQLITE['SQLITE_CORRUPT']} ({found})")


def tzdata_version() -> str:
    """The version of the time zone data that is used."""
    return version("tzdata")
