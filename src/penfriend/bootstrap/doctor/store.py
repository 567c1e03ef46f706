"""The database, what is late in it, and the clock."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from penfriend.bootstrap.doctor.calls import check_calls
from penfriend.bootstrap.settings import Settings
from penfriend.domain.checkup import Finding, Level
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import PenfriendError
from penfriend.domain.timing import MINUTE, SECOND, Moment
from penfriend.engine.clock import SystemClock
from penfriend.engine.enroll import LEASE
from penfriend.storage.checkup import Lateness, clock_difference, lateness, tables_version
from penfriend.storage.database import Database, open_database
from penfriend.storage.engines import parse_url
from penfriend.storage.process_lock import ProcessLock
from penfriend.storage.tending import tzdata_version

LEAST_FREE, LITTLE_FREE = 100_000_000, 1_000_000_000
"""Bytes on the disk of a SQLite file: fewer than the first is a failure, than the second a warning."""
LATE, VERY_LATE = 5 * MINUTE, 60 * MINUTE
WRONG_CLOCK, VERY_WRONG_CLOCK = 5.0, 60.0
"""Seconds."""


def check_store(settings: Settings, definitions: Definitions) -> Iterator[Finding]:
    """Database, disk, lag, clock. A SQLite file that is not there is not made."""
    difference: float | None = None
    late: Lateness | None = None
    calls: list[Finding] = []
    now = SystemClock().now()
    try:
        file = _file_of(settings)
        if file is not None and not file.exists():
            advice = "The first command that needs it makes it, such as `penfriend apply`."
            yield Finding("database", "Database", Level.WARN, f"{file} is not there yet", advice)
        else:
            with open_database(settings.database_url) as db:
                finding, is_current = _of_tables(db)
                yield finding
                difference = clock_difference(db)
                late = lateness(db, now) if is_current else None
                calls = list(check_calls(db)) if is_current else []
        if file is not None:
            yield _of_disk(file)
    except PenfriendError as error:
        advice = "Start it, or correct PENFRIEND_DATABASE_URL: docs/errors.md, The database."
        yield Finding("database", "Database", Level.FAIL, str(error), advice)
        file = None
    if late is not None:
        yield _of_mail(late)
        yield _of_daemon(late, file, now)
        yield from calls
    yield _of_clock(difference, late, now)
    yield _of_zones(definitions)


def _file_of(settings: Settings) -> Path | None:
    url = parse_url(settings.database_url)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _of_tables(db: Database) -> tuple[Finding, bool]:
    found, wanted = tables_version(db)
    place = f"{db.url_for_people} answers"
    if found == wanted:
        return Finding("database", "Database", Level.OK, f"{place}, its tables are of version {found}"), True
    if found is None:
        text, advice = f"{place}, it has no tables yet", "`penfriend apply` makes them."
        return Finding("database", "Database", Level.WARN, text, advice), False
    text = f"{place}, its tables are of version {found}, and this program's are {wanted}"
    if found > wanted:
        return Finding("database", "Database", Level.FAIL, text, "Install the newer Penfriend."), False
    advice = "The next command brings them to this version."
    return Finding("database", "Database", Level.WARN, text, advice), False


def _of_disk(file: Path) -> Finding:
    try:
        free = shutil.disk_usage(file.parent).free
    except OSError as error:
        return Finding("database", "Disk", Level.FAIL, f"{file.parent}: {error.strerror}", "Make the folder.")
    level = Level.FAIL if free < LEAST_FREE else Level.WARN if free < LITTLE_FREE else Level.OK
    advice = "" if level is Level.OK else "Make room: a store that cannot write sends nothing."
    return Finding("database", "Disk", level, f"{free / 1e9:.1f} GB are free beside {file.name}", advice)


def _of_mail(late: Lateness) -> Finding:
    if late.overdue == 0:
        return Finding("lag", "Mail", Level.OK, "none is overdue")
    found = f"{late.overdue} mails are overdue, the oldest for {late.oldest / MINUTE:.0f} minutes"
    if late.oldest < LATE:
        return Finding("lag", "Mail", Level.OK, found)
    advice = "`penfriend status` says which transport rests; else start `penfriend run`."
    level = Level.FAIL if late.oldest >= VERY_LATE else Level.WARN
    return Finding("lag", "Mail", level, found, advice)


def _of_daemon(late: Lateness, file: Path | None, now: Moment) -> Finding:
    holder = ProcessLock(file).holder() if file is not None else None
    last = ""  # whoever has ended in peace has given the lease back
    if late.looked_until is not None:
        ago = max(0, now - (late.looked_until - LEASE)) / SECOND
        last = f", the last look who joins was {ago:.0f} seconds ago"
    if holder is not None:
        return Finding("lag", "Daemon", Level.OK, f"{holder} runs{last}")
    if file is None and late.looked_until is not None and late.looked_until > now:
        return Finding("lag", "Daemon", Level.OK, f"one runs{last}")
    advice = "Start `penfriend run`, or let cron call `penfriend tick`."
    return Finding("lag", "Daemon", Level.WARN, f"none runs now{last}", advice)


def _of_clock(difference: float | None, late: Lateness | None, now: Moment) -> Finding:
    here = f"it is {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(now / SECOND))} UTC"
    advice = "Let NTP set this machine's clock and the database's."
    ahead = 0.0 if late is None or late.latest is None else (late.latest - now) / SECOND
    if ahead > VERY_WRONG_CLOCK:
        found = f"{here}, and the store has an attempt {ahead:.0f} seconds later than that"
        return Finding("clock", "Clock", Level.FAIL, found, advice)
    if difference is None:
        return Finding("clock", "Clock", Level.OK, f"{here}, with no other clock here to compare it with")
    found = f"{here}, {difference:+.1f} seconds from the database's clock"
    if abs(difference) < WRONG_CLOCK:
        return Finding("clock", "Clock", Level.OK, found)
    level = Level.FAIL if abs(difference) >= VERY_WRONG_CLOCK else Level.WARN
    return Finding("clock", "Clock", level, found, advice)


def _of_zones(definitions: Definitions) -> Finding:
    zone = definitions.brand.timezone
    try:
        found = f"tzdata {tzdata_version()}, the brand's clock is {definitions.brand.zone.key}"
    except (PackageNotFoundError, LookupError, OSError) as error:
        advice = "Install the package tzdata."
        return Finding("clock", "Time zones", Level.FAIL, f"{zone} cannot be loaded ({error})", advice)
    return Finding("clock", "Time zones", Level.OK, found)
