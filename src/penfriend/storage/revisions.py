"""Revisions: all campaign files, templates, catalogs and SQL that were live together, numbered from 1.

The newest is the live one. Nothing is ever changed or taken out: enrollments and messages name theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from penfriend.domain.errors import AppliedMeanwhile, NotFound
from penfriend.domain.timing import Moment
from penfriend.storage.tables import revisions

_c = revisions.c


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the files."""

    number: int
    applied_at: Moment
    digest: str
    entry: str
    """The path of the first campaign file."""
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Path -> text; empty in lists."""


def digest_of(files: Mapping[str, str], entry: str) -> str:
    """What two states of the files have in common where they are the same: SHA-256, in hex."""
    digest = hashlib.sha256()
    for part in (entry, *(text for path in sorted(files) for text in (path, files[path]))):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)  # so that no two lists of files run into one
    return digest.hexdigest()


def add_revision(
    connection: Connection, files: Mapping[str, str], entry: str, now: Moment, after: int = 0
) -> Revision:
    """Make the files the live revision that follows `after`. Raises AppliedMeanwhile where another process
    was faster."""
    if live_number(connection) != after:
        raise AppliedMeanwhile("another process has just made a revision live")
    number = after + 1
    made = Revision(number, now, digest_of(files, entry), entry, dict(files))
    row = {"number": number, "applied_at": now, "digest": made.digest, "files": made.files, "entry": entry}
    try:
        connection.execute(insert(revisions), row)
    except IntegrityError:  # on PostgreSQL two may look at the same moment, and meet at the number
        raise AppliedMeanwhile("another process has just made a revision live") from None
    return made


def live_number(connection: Connection) -> int:
    """The number of the live revision; 0 where nothing was ever applied. Cheap: workers often ask."""
    return int(connection.execute(_LIVE_NUMBER).scalar_one())


_LIVE_NUMBER = select(func.coalesce(func.max(_c.number), 0))


def is_behind(connection: Connection, revision: int) -> bool:
    """Whether a later revision is live: what was decided by that one must not be written any more, since
    names may have changed (`was`). None becomes live until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.exec_driver_sql("LOCK TABLE revisions IN SHARE MODE")
    return live_number(connection) > revision


def live_revision(connection: Connection) -> Revision | None:
    """The live revision with its files; None where nothing was ever applied."""
    number = live_number(connection)
    return load_revision(connection, number) if number else None


def load_revision(connection: Connection, number: int) -> Revision:
    """The revision of that number with its files. Raises NotFound."""
    row = connection.execute(select(revisions).where(_c.number == number)).mappings().first()
    if row is None:
        raise NotFound(f"there is no revision {number}")
    return _revision(row, row["files"])


def list_revisions(connection: Connection, limit: int = 50) -> list[Revision]:
    """The newest revisions first, without their files."""
    columns = (_c.number, _c.applied_at, _c.digest, _c.entry)
    found = connection.execute(select(*columns).order_by(_c.number.desc()).limit(limit)).mappings()
    return [_revision(row, {}) for row in found]


def equals_live(connection: Connection, digest: str) -> bool:
    """Whether the live revision has this digest: nothing is to be applied."""
    live = select(_c.digest).order_by(_c.number.desc()).limit(1)
    return bool(connection.execute(live).scalar() == digest)


def is_known_digest(connection: Connection, digest: str) -> bool:
    """Whether any revision had it: an old checkout that comes up must not roll anything back."""
    return bool(connection.execute(select(exists().where(_c.digest == digest))).scalar())


def _revision(row: RowMapping, files: Mapping[str, str]) -> Revision:
    return Revision(row["number"], row["applied_at"], row["digest"], row["entry"], files)
