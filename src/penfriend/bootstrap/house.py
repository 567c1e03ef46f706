"""The house: one store with everything wired to it. The only place that knows every concrete class."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from penfriend.bootstrap.applying import NOT_APPLIED, Applied, apply_files
from penfriend.bootstrap.checked import Checked, check, read_definitions
from penfriend.bootstrap.counting import overview_of
from penfriend.bootstrap.coupon_files import bring_codes
from penfriend.bootstrap.files import Files, read_files
from penfriend.bootstrap.revisions import EarlierRevisions, make_live
from penfriend.bootstrap.segments import Segments
from penfriend.bootstrap.settings import Settings
from penfriend.domain.accounts.audit import Actor
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import (
    AppliedMeanwhile,
    CampaignFilesInvalid,
    NotFound,
    RevisionUnusable,
    SettingError,
)
from penfriend.domain.overview import Overview
from penfriend.domain.ports import Clock
from penfriend.domain.problems import Problem
from penfriend.engine.clock import SystemClock
from penfriend.engine.import_file import FileImport, ImportJob, ImportReport, Progress
from penfriend.engine.ingest import Ingester
from penfriend.engine.live import Live
from penfriend.engine.measures import Measures
from penfriend.storage.database import Database, open_database
from penfriend.storage.ingest import IngestStore
from penfriend.storage.looks_store import LookStore
from penfriend.storage.migrate import upgrade
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.overview import Reports, segment_sizes
from penfriend.storage.pausing import stopped
from penfriend.storage.people import find_contact
from penfriend.storage.process_lock import ProcessLock
from penfriend.storage.revisions import (
    add_revision,
    live_number,
    live_revision,
)
from penfriend.storage.row_counts import RowCounts
from penfriend.storage.tending import renew_statistics

MANY_ROWS = 1_000
"""An import of so many rows changes what the database should know of its tables."""
STORE_ID = "store_id"
"""The note that holds what this store alone has."""


class House:
    """One store, its settings and its clock. Use it as a context manager."""

    tells = True
    """Other systems are told what happens in it, where campaign files say so."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        self.settings, self.db, self.clock = settings, db, clock
        self.reports, self.measures = Reports(db), Measures()
        self._lock: ProcessLock | None = None
        self._live: Live | None = None
        self._loading = threading.Lock()
        self._earlier = EarlierRevisions(db, settings, self.store_id)

    @classmethod
    def open(cls, environment: Mapping[str, str] | None = None, clock: Clock | None = None) -> Self:
        """Open the store that the environment names, its tables brought to this version. Raises
        PenfriendError."""
        settings = Settings.of(os.environ if environment is None else environment)
        db = open_database(settings.database_url)
        try:
            upgrade(db)
        except BaseException:
            db.close()
            raise
        return cls(settings, db, clock or SystemClock())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the store back."""
        if self._lock is not None:
            self._lock.release()
        self.db.close()

    def lock(self, doing: str) -> None:
        """Take a SQLite store for this process alone; PostgreSQL is shared. Raises AlreadyRunning with who
        holds it."""
        if self.db.is_sqlite:
            self._lock = ProcessLock(self.store_file)
            self._lock.take(doing)

    @property
    def store_file(self) -> Path:
        """The SQLite file."""
        return Path(self.db.file or "")

    @property
    def journals(self) -> Path:
        """Where workers keep their journals: beside the SQLite file, or beside the secret."""
        if self.db.is_sqlite:
            return self.store_file.with_name(self.store_file.name + "-dots")
        return self.settings.home / ".penfriend" / "dots"

    def read_files(self) -> Files:
        """The campaign files as they are on the disk now."""
        return read_files(self.settings.config)

    def definitions(self) -> Definitions:
        """What types data that comes in: the live revision's, else the files', else nothing at all."""
        if (live := self.live()) is not None:
            return live.definitions
        if not self.settings.config.exists():
            return Definitions()
        return read_definitions(self.read_files(), self.settings).definitions or Definitions()

    def ingester(self, definitions: Definitions | None = None) -> Ingester:
        """The one way in for events and contacts, typed by these definitions or else the live ones."""
        known = definitions or self.definitions()
        return Ingester(IngestStore(self.db), known, self.clock, self.measures)

    def brand_zone(self, files: Files | None = None) -> ZoneInfo:
        """The brand's clock: of these files, where they can be read, else of the live revision."""
        found = None if files is None else read_definitions(files, self.settings).definitions
        return (found or self.definitions()).brand.zone

    def zone_at_hand(self) -> ZoneInfo:
        """The brand's clock in the revision that was taken up last: where there is one, nothing is asked."""
        return self.brand_zone() if self._live is None else self._live.definitions.brand.zone

    def check(self, files: Files) -> Checked:
        """The files with every problem of campaigns and templates."""
        return check(files, self.settings, self.settings.keys(), self.revision_number() + 1, self.clock.now())

    def apply(self, files: Files) -> Applied:
        """Make the files the live revision, whatever guards say (`penfriend.bootstrap.taking_up` asks them).

        Raises CampaignFilesInvalid with every error.
        """
        checked = self.check(files)
        checked.require()
        return self.make_live(files, checked)

    def make_live(
        self, files: Files, checked: Checked, *, only_new: bool = False, by: Actor | None = None
    ) -> Applied:
        """Make checked files the live revision; what is not valid is told, not raised. With `only_new`, files
        that equal an earlier revision are left alone. `by` is who does it; None is who runs this process."""
        before = self.live()
        known, now = before.definitions if before else None, self.clock.now()
        try:
            tells = self.tells
            applied = apply_files(self.db, files, checked, known, now, only_new=only_new, tells=tells, by=by)
        except AppliedMeanwhile:  # most often the same files, by another daemon that starts beside this one
            return self.make_live(files, checked, only_new=only_new, by=by)
        if applied.changed:
            self._keep(applied.revision, checked)
        if applied.note is not None:
            return applied
        return replace(applied, problems=(*applied.problems, *self.bring_codes()))

    def bring_codes(self) -> tuple[Problem, ...]:
        """Take in the codes of the live revision's coupons, where their files are others than the last time;
        what is wrong with a file."""
        live = self.live()
        if live is None:
            return ()
        return tuple(bring_codes(self.db, live.definitions, self.settings.config.parent, self.clock.now()))

    def _keep(self, number: int, checked: Checked) -> None:
        """Run what was just checked, with its letters compiled, instead of making all of it again."""
        definitions, renderer = checked.require()
        if renderer.revision == number:  # else another process has applied something in between
            with self._loading:
                self._live = Live.of(number, definitions, renderer, self.store_id())

    def live(self) -> Live | None:
        """The live revision, made once and kept until there is a newer one; None where nothing was ever
        applied."""
        with self._loading:
            with self.db.read() as connection:
                number, resting = live_number(connection), stopped(connection)
            if number and (self._live is None or self._live.revision != number):
                self._live = self._load()
            self._live = self._live and self._live.resting(resting)
            return self._live if number else None

    def run_as(self, live: Live) -> None:
        """Make these definitions the first revision of an empty store, without files: for tests of
        campaigns."""
        now = self.clock.now()
        with self.db.write() as connection:
            add_revision(connection, {}, "", now)
        LookStore(self.db).activate(live.definitions, live.revision, now)
        with self._loading:
            self._live = live

    def _load(self) -> Live:
        with self.db.read() as connection:
            revision = live_revision(connection)
        if revision is None:
            raise NotFound("nothing was applied yet; penfriend apply")
        try:
            return make_live(revision, self.settings, self.store_id())
        except RevisionUnusable as unusable:  # its environment is not the one it was applied in
            raise SettingError(str(unusable)) from None

    def revision(self, number: int) -> Live:
        """The revision of that number, for the mails that it has made. Raises RevisionUnusable where it can
        run no more."""
        live = self._live
        return live if live is not None and live.revision == number else self._earlier.get(number)

    def store_id(self) -> str:
        """What this store alone has, and every copy of it."""
        known = self.note(STORE_ID)  # most often it is there, and a store that another holds can be read
        if known is None:
            with self.db.write() as connection:
                known = read_note(connection, STORE_ID) or secrets.token_hex(16)
                write_note(connection, STORE_ID, known)
        return known

    def revision_number(self) -> int:
        """The number of the live revision; 0 for none."""
        with self.db.read() as connection:
            return live_number(connection)

    def note(self, name: str) -> str | None:
        """A small thing that was noted."""
        with self.db.read() as connection:
            return read_note(connection, name)

    def note_not_applied(self, why: str) -> None:
        """Let `status` say why the files as they are now are not live."""
        self.set_note(NOT_APPLIED, why)

    def set_note(self, name: str, value: str | None) -> None:
        """Note a small thing; None takes the note away."""
        with self.db.write() as connection:
            write_note(connection, name, value)

    def overview(self) -> Overview:
        """All counts of this moment."""
        return overview_of(self.db, self.live(), self.clock.now(), self.settings.transport)

    def segments(self) -> Segments:
        """The segments of the files as they are now, or else of the live revision. Raises
        CampaignFilesInvalid."""
        if self.settings.config.exists():
            read = read_definitions(self.read_files(), self.settings)
            if read.definitions is None:
                raise CampaignFilesInvalid(read.errors)
            return Segments(self.db, read.definitions, self.clock.now())
        return Segments(self.db, self.definitions(), self.clock.now())

    def import_file(self, job: ImportJob, progress: Progress | None = None) -> ImportReport:
        """Bring in the rows of a file."""
        known = self.definitions()
        with RowCounts() as counts:
            report = FileImport(self.ingester(known), known, counts, self.clock, job).run(progress)
        if report.taken >= MANY_ROWS and not job.dry_run:
            renew_statistics(self.db)
        return report

    def segment_sizes(self) -> dict[str, int]:
        """The members that triggers' segments have, as the last look saw them."""
        with self.db.read() as connection:
            return segment_sizes(connection)

    def transport_for_people(self) -> str:
        """Where mail goes, without user and password."""
        scheme, _, rest = self.settings.transport.partition(":")
        return f"{scheme}:{rest.rpartition('@')[2] if '@' in rest else rest}"

    def contact_id(self, who: str) -> int:
        """Our id of the contact with that shop's id or address. Raises NotFound."""
        with self.db.read() as connection:
            found = find_contact(connection, who)
        if found is None:
            raise NotFound(f'there is no contact "{who}"; give the shop\'s id or the address')
        return found
