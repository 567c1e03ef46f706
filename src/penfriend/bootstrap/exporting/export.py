"""One export: which days, and a file for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from penfriend.bootstrap.exporting.csv_lines import CsvLines
from penfriend.bootstrap.exporting.parquet import ParquetFile, require_pyarrow
from penfriend.bootstrap.house import House
from penfriend.domain.errors import SettingError
from penfriend.domain.exports import REPORTS, Report
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.reporting.days import ReportReader

FORMATS = ("csv", "parquet")
Progress = Callable[[int, int], None]
"""Days written so far, and of how many."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for. Days are whole: the one that `since` falls into is the first; the last is the one
    before which `until` lies, or whose part it cuts off."""

    report: str
    since: Moment | None = None
    until: Moment | None = None
    format: str = "csv"


@dataclass(frozen=True, slots=True)
class Written:
    """A day's file."""

    day: date
    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    report: str
    format: str
    files: tuple[Written, ...]

    @property
    def rows(self) -> int:
        """In all files."""
        return sum(one.rows for one in self.files)

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "report": self.report,
            "format": self.format,
            "rows": self.rows,
            "files": [
                {"day": one.day.isoformat(), "path": str(one.path), "rows": one.rows} for one in self.files
            ],
        }


def export_days(house: House, wanted: Export, folder: Path, progress: Progress | None = None) -> Exported:
    """Write a file for each day into `folder`/REPORT. Raises SettingError where it cannot be written."""
    report = _report(wanted)
    if wanted.format == "parquet":
        require_pyarrow()
    reader = ReportReader(house.db, report.name)
    zone = house.brand_zone()
    days = _days(wanted, reader.reach(), house.clock.now(), zone)
    place = folder / report.name
    files: list[Written] = []
    with _told(place):
        place.mkdir(parents=True, exist_ok=True)
        for day in days:
            path = place / f"{day.isoformat()}.{wanted.format}"
            files.append(
                Written(day, path, _write_day(reader, report, wanted.format, path, *_ends(day, zone)))
            )
            if progress is not None:
                progress(len(files), len(days))
    return Exported(report.name, wanted.format, tuple(files))


def export_lines(house: House, wanted: Export) -> Iterator[str]:
    """All days as one CSV text, in parts."""
    report = _report(wanted)
    reader = ReportReader(house.db, report.name)
    zone, lines = house.brand_zone(), CsvLines(report)
    days = _days(wanted, reader.reach(), house.clock.now(), zone)
    yield lines.head
    for day in days:
        for rows in reader.rows(*_ends(day, zone)):
            yield lines.of(rows)


def _report(wanted: Export) -> Report:
    report = REPORTS.get(wanted.report)
    if report is None:
        raise SettingError(f'"{wanted.report}" cannot be exported. It is one of {", ".join(REPORTS)}.')
    if wanted.format not in FORMATS:
        raise SettingError(f'--format: "{wanted.format}" is not known. It is {" or ".join(FORMATS)}.')
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        raise SettingError("--since is not before --until: there is no day between them")
    return report


def _days(wanted: Export, reach: tuple[Moment, Moment] | None, now: Moment, zone: ZoneInfo) -> Sequence[date]:
    """Every day that was asked for, also where nothing happened on it. Without a beginning from the first
    row on; without an end to the last row, and where there is a beginning at least to today."""
    if wanted.since is None and reach is None:
        return ()
    earliest, latest = reach or (now, now)
    first = earliest if wanted.since is None else wanted.since
    last = latest if wanted.since is None else max(now, latest)
    if wanted.until is not None:
        last = Moment(wanted.until - 1)
    begin, end = local_date(first, zone), local_date(last, zone)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _ends(day: date, zone: ZoneInfo) -> tuple[Moment, Moment]:
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


class _File(Protocol):
    def write(self, rows: Sequence[Sequence[Any]]) -> None: ...

    def close(self) -> None: ...


class _CsvFile:
    def __init__(self, report: Report, path: Path) -> None:
        self._lines = CsvLines(report)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._file.write(self._lines.head)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        self._file.write(self._lines.of(rows))

    def close(self) -> None:
        self._file.close()


def _write_day(
    reader: ReportReader, report: Report, form: str, path: Path, begin: Moment, end: Moment
) -> int:
    """Write the file anew; how many rows it has."""
    draft = path.with_name(f".{path.name}.part")
    count = 0
    file: _File = ParquetFile(report, draft) if form == "parquet" else _CsvFile(report, draft)
    try:
        for rows in reader.rows(begin, end):
            file.write(rows)
            count += len(rows)
    except BaseException:
        file.close()
        draft.unlink(missing_ok=True)
        raise
    file.close()
    draft.replace(path)
    return count


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingError(
            f"{error.filename or place}: cannot be written: {error.strerror or error}"
        ) from None
