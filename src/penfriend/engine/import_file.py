"""The use case of `penfriend import`: a file of contacts, events or consents, read as a stream.

A row that cannot be taken goes to `FILE.rejected.csv` with its line and the reason, the others go in. Safe to
repeat: a row without an id gets one made of its hash and its count among the equal rows of the file.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TextIO

from penfriend.domain.consent import IMPORTED
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import EventRefused, SettingError
from penfriend.domain.events import EventIn
from penfriend.domain.incoming_rows import RowKind, check_columns, consent_of, contact_of, event_of
from penfriend.domain.ingestion import Answer, ContactIn, Duplicate, Refused, Taken
from penfriend.domain.ports import Clock
from penfriend.domain.problems import did_you_mean
from penfriend.domain.spreadsheet import harmless
from penfriend.engine.import_source import STANDARD_INPUT, Source, SourceRow
from penfriend.engine.ingest import Ingester

BATCH = 5_000
"""Rows of one transaction: fewer write the same pages of an index again and again, more hold up who waits."""
BATCH_BYTES = 8 * 1024 * 1024
"""Where rows are long, a transaction has fewer of them."""
KEPT_REASONS = 10

Progress = Callable[[int, int | None], None]
"""Bytes read so far, and of how many; None where nobody knows."""


class RowCounter(Protocol):
    """Counts equal rows of a file without keeping them in memory."""

    def count(self, digests: Sequence[bytes]) -> list[int]:
        """For each digest how often it has come so far, itself included."""


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import and how."""

    kind: RowKind
    path: str
    """A file, or `-` for standard input."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """`--map`: what the file calls a column -> what it is; to nothing where the column is to be left out."""
    name: str | None = None
    """`--name`: the event that every row is."""
    dry_run: bool = False


@dataclass(slots=True)
class ImportReport:
    """What became of the rows."""

    taken: int = 0
    repeated: int = 0
    rejected: int = 0
    seconds: float = 0.0
    rejected_file: str | None = None
    rejected_fault: str | None = None
    """Why the rejected rows could not be kept in their file."""
    reasons: list[tuple[int, str]] = field(default_factory=list)
    """Line and reason of the first rejected rows."""


class FileImport:
    """Imports one file."""

    def __init__(
        self, ingester: Ingester, definitions: Definitions, counts: RowCounter, clock: Clock, job: ImportJob
    ) -> None:
        self._ingester = ingester
        self._zone = definitions.brand.zone
        self._declared = definitions.data.contact
        self._counts = counts
        self._clock = clock
        self._job = job
        self._file = "stdin" if job.path == STANDARD_INPUT else Path(job.path).name
        self._report = ImportReport()
        self._is_text = True

    def run(self, progress: Progress | None = None) -> ImportReport:
        """Import the file. Raises SettingError for a file or columns that cannot be, StoreUnavailable."""
        start = self._clock.elapsed()
        with Source(self._job.path) as source, _Rejects(self._job.path, source.columns) as rejects:
            self._check(source)
            for batch in self._batches(source):
                refused = self._take(batch)
                for row, reason in refused:
                    rejects.add(row, reason)
                    self._report.reasons += [(row.line, reason)][: KEPT_REASONS - len(self._report.reasons)]
                self._report.rejected += len(refused)
                if progress is not None:
                    progress(source.position, source.total)
        self._report.rejected_fault = rejects.fault
        if self._report.rejected and self._report.rejected_fault is None:
            self._report.rejected_file = rejects.path
        self._report.seconds = self._clock.elapsed() - start
        return self._report

    def _batches(self, source: Source) -> Iterator[list[SourceRow]]:
        batch: list[SourceRow] = []
        end = BATCH_BYTES
        try:
            for row in source.rows():
                batch.append(row)
                if len(batch) == BATCH or source.read >= end:
                    yield batch
                    batch, end = [], source.read + BATCH_BYTES
        except SettingError as error:  # cut off: what came before goes in
            if batch:
                yield batch
            kept = f"{self._report.taken + self._report.repeated:,} rows before it are kept"
            raise SettingError(f"{error}; {kept}" if not self._job.dry_run else str(error)) from None
        if batch:
            yield batch

    def _check(self, source: Source) -> None:
        """The columns of a CSV file are checked once; an object of JSON says itself what is wrong."""
        self._is_text = not source.is_json
        if source.is_json:
            return
        for column in self._job.columns:
            if column not in source.columns:
                hint = did_you_mean(column, source.columns)
                raise SettingError(f'--map: {source.name} has no column "{column}".{hint}')
        columns = [self._job.columns.get(column, column) for column in source.columns]
        try:
            kept = [column for column in columns if column]
            check_columns(self._job.kind, kept, name=self._job.name, declared=self._declared)
        except EventRefused as error:
            raise SettingError(f"{source.name}:1: {error}") from None

    def _take(self, rows: Sequence[SourceRow]) -> list[tuple[SourceRow, str]]:
        """Take the rows of a batch; those refused, with the reason, in their order."""
        refused: list[tuple[SourceRow, str]] = []
        good: list[SourceRow] = []
        meant: list[EventIn | ContactIn] = []
        for row in rows:
            try:
                if row.fault is not None:
                    raise EventRefused(row.fault)
                meant.append(self._meaning(row))
                good.append(row)
            except EventRefused as error:
                refused.append((row, str(error)))
        for row, answer in zip(good, self._hand_over(good, meant), strict=True):
            match answer:
                case Taken():
                    self._report.taken += 1
                case Duplicate():
                    self._report.repeated += 1
                case Refused(reason):
                    refused.append((row, reason))
        return sorted(refused, key=lambda pair: pair[0].line)

    def _meaning(self, row: SourceRow) -> EventIn | ContactIn:
        values = row.values
        if self._job.columns:
            values = {field: value for name, value in values.items() if (field := self._field(name))}
        match self._job.kind:
            case RowKind.CONTACTS:
                return contact_of(values, self._zone, declared=self._declared, is_text=self._is_text)
            case RowKind.CONSENTS:
                return consent_of(values, self._zone, proof=self._file)
            case RowKind.EVENTS:
                return event_of(values, self._zone, name=self._job.name)

    def _field(self, column: str) -> str:
        return self._job.columns.get(column, column)

    def _hand_over(self, rows: Sequence[SourceRow], meant: Sequence[EventIn | ContactIn]) -> list[Answer]:
        source = f"{IMPORTED}:{self._file}"
        contacts = [one for one in meant if isinstance(one, ContactIn)]
        events = [one for one in meant if isinstance(one, EventIn)]
        if self._job.dry_run:
            return [self._try(one) for one in meant]
        if contacts:
            return self._ingester.ingest_contacts(contacts, source=source, proof=self._file)
        return self._ingester.ingest_events(self._with_ids(rows, events), source=source)

    def _try(self, one: EventIn | ContactIn) -> Answer:
        try:
            if isinstance(one, ContactIn):
                self._ingester.check_contact(one)
            else:
                self._ingester.check_event(one if one.id else replace(one, id="dry-run"))
        except EventRefused as error:
            return Refused(str(error))
        return Taken()

    def _with_ids(self, rows: Sequence[SourceRow], events: Sequence[EventIn]) -> list[EventIn]:
        nameless = [place for place, event in enumerate(events) if not event.id]
        digests = [_digest(events[place].name, rows[place]) for place in nameless]
        found = list(events)
        for place, digest, number in zip(nameless, digests, self._counts.count(digests), strict=True):
            found[place] = replace(found[place], id=f"row:{digest.hex()}:{number}")
        return found


class _Rejects:
    """`FILE.rejected.csv`, made when the first row is rejected."""

    def __init__(self, path: str, columns: tuple[str, ...]) -> None:
        self.path = ("stdin" if path == STANDARD_INPUT else path) + ".rejected.csv"
        self.fault: str | None = None
        self._columns = columns or ("row",)
        self._file: TextIO | None = None

    def __enter__(self) -> _Rejects:
        try:
            Path(self.path).unlink(missing_ok=True)  # what an earlier run has left would mislead
        except OSError as error:
            raise SettingError(f"{self.path}: cannot be replaced: {error.strerror or error}") from None
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            self.fault = f"{self.path}: cannot be written: {error.strerror or error}"

    def add(self, row: SourceRow, reason: str) -> None:
        """Write the row with its line and the reason. Where that cannot be done, `fault` says why."""
        if self.fault is not None:
            return
        try:
            if self._file is None:
                self._file = self._make()
            csv.writer(self._file).writerow([row.line, reason, *map(harmless, row.raw)])
        except OSError as error:
            self.fault = f"{self.path}: cannot be written: {error.strerror or error}"

    def _make(self) -> TextIO:
        made = Path(self.path).open(  # noqa: SIM115 - closed on leaving
            "w",
            encoding="utf-8",
            errors="backslashreplace",  # a byte that is no UTF-8 is shown as it was
            newline="",
        )
        csv.writer(made).writerow(["line", "reason", *self._columns])
        return made


def _digest(name: str, row: SourceRow) -> bytes:
    """What equal rows have in common: the event's name and every cell as it stands, whatever --map says."""
    cells: Iterable[str] = (name, *row.values, *row.raw)
    digest = hashlib.blake2b(digest_size=16)
    for cell in cells:
        digest.update(cell.encode(errors="surrogatepass") + b"\0")
    return digest.digest()
