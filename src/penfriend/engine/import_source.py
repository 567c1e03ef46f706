"""Reads a file of rows as a stream: CSV or JSON Lines, plain or gzip, a file or standard input.

Memory does not grow with the file. A row that cannot be read is a row with a fault, and the next one goes on.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from penfriend.domain.errors import SettingError
from penfriend.domain.events import Json

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; what is longer is refused without being kept."""
LONGEST_CELL = 1024 * 1024
"""Characters; a quote that is never closed would otherwise swallow the rest of the file."""
STANDARD_INPUT = "-"

_DELIMITERS = ",;\t"
_TOO_LONG = "\0too long\0"
_NOT_UNICODE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: where it begins, what it says, and why it cannot be read where it cannot."""

    line: int
    """Counted from 1."""
    values: Mapping[str, Json] = field(default_factory=dict)
    raw: tuple[str, ...] = ()
    """As it stood there, for the file of rejected rows."""
    fault: str | None = None


class Source:
    """An open file of rows. A context manager."""

    def __init__(self, path: str) -> None:
        """Open it and read its header. Raises SettingError where that cannot be done."""
        self.name = "standard input" if path == STANDARD_INPUT else path
        self.total: int | None = None
        """Bytes of the file; None where nobody knows."""
        self._file = self._open(path)
        self._lines = self._read_lines()
        self.columns: tuple[str, ...] = ()
        """The header of a CSV file; empty for JSON Lines."""
        try:
            self._begin()
        except BaseException:
            self._close()
            raise

    def _begin(self) -> None:
        first = next((line for line in self._lines if line.strip()), None)
        if first is None:
            raise SettingError(f"{self.name}: the file is empty")
        self.is_json = first.lstrip().startswith("{")
        if first.lstrip().startswith("["):
            raise SettingError(f"{self.name}:1: is one JSON document; write one object on each line instead")
        self._first = first
        if not self.is_json:
            self.columns = self._read_header()

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return 0 if self.total is None else self._file.tell()

    def rows(self) -> Iterator[SourceRow]:
        """The rows, once."""
        return self._json_rows() if self.is_json else self._csv_rows()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not sys.stdin.buffer:
            self._file.close()

    def _open(self, path: str) -> BufferedReader:
        if path == STANDARD_INPUT:
            return cast("BufferedReader", sys.stdin.buffer)
        try:
            self.total = Path(path).stat().st_size
            return Path(path).open("rb")
        except OSError as error:
            raise SettingError(f"{path}: cannot be read: {error.strerror or error}") from None

    def _read_lines(self) -> Iterator[str]:
        """Lines with their ends; bytes that are not UTF-8 stay recognisable."""
        try:
            start = self._file.peek(4)[:4]
            if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                raise SettingError(f"{self.name}: is UTF-16; save it as UTF-8")
            packed = start[:2] == b"\x1f\x8b"
            source = cast("BufferedReader", gzip.GzipFile(fileobj=self._file)) if packed else self._file
            encoding = "utf-8-sig"  # with or without a byte order mark
            while line := source.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    while (rest := source.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                    yield _TOO_LONG + "\n"
                else:
                    yield line.decode(encoding, "surrogateescape")
                encoding = "utf-8"
        except (gzip.BadGzipFile, EOFError) as error:
            raise SettingError(f"{self.name}: the gzip file is damaged or cut off: {error}") from None
        except OSError as error:
            raise SettingError(f"{self.name}: cannot be read: {error.strerror or error}") from None

    def _read_header(self) -> tuple[str, ...]:
        csv.field_size_limit(LONGEST_CELL)
        delimiter = max(_DELIMITERS, key=self._first.count)
        self._reader = csv.reader(itertools.chain((self._first,), self._lines), delimiter=delimiter)
        try:
            columns = tuple(name.strip() for name in next(self._reader))
        except csv.Error as error:
            raise SettingError(f"{self.name}:1: the header cannot be read: {error}") from None
        if (fault := _fault(columns)) is not None:
            raise SettingError(f"{self.name}:1: the header {fault}")
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            raise SettingError(f'{self.name}:1: the column "{twice}" is there twice')
        return columns

    def _csv_rows(self) -> Iterator[SourceRow]:
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                limit = f"{LONGEST_CELL:,} characters"
                yield SourceRow(line, fault=f"a cell is longer than {limit}; is a quote not closed?")
                continue
            if cells:  # none in an empty line
                yield self._csv_row(line, tuple(cells))

    def _csv_row(self, line: int, cells: tuple[str, ...]) -> SourceRow:
        fault = _fault(cells)
        if fault is None and len(cells) != len(self.columns):
            fault = f"the row has {len(cells)} cells, the header {len(self.columns)}"
        if fault is not None:
            return SourceRow(line, raw=cells, fault=fault)
        return SourceRow(line, dict(zip(self.columns, cells, strict=True)), cells)

    def _json_rows(self) -> Iterator[SourceRow]:
        for line, text in enumerate(itertools.chain((self._first,), self._lines), 1):
            written = text.strip()
            if not written:
                continue
            raw = (written,)
            if (fault := _fault(raw)) is not None:
                yield SourceRow(line, raw=raw, fault=fault)
                continue
            try:
                value = json.loads(written)
            except ValueError as error:
                yield SourceRow(line, raw=raw, fault=f"is no JSON: {error}")
            except RecursionError:
                yield SourceRow(line, raw=raw, fault="is nested too deeply")
            else:
                yield _json_row(line, value, raw)


def _json_row(line: int, value: Json, raw: tuple[str, ...]) -> SourceRow:
    if isinstance(value, dict):
        return SourceRow(line, value, raw)
    return SourceRow(line, raw=raw, fault='is no JSON object such as {"contact": "c-17", ...}')


def _fault(cells: tuple[str, ...]) -> str | None:
    for cell in cells:
        if cell.isascii():
            if _TOO_LONG in cell:
                return f"the line is longer than {LONGEST_LINE:,} bytes"
        elif (found := _NOT_UNICODE.search(cell)) is not None:
            byte = ord(found.group()) - 0xDC00
            return f"holds the byte 0x{byte:02X}, which is not UTF-8; save the file as UTF-8 (is it Latin-1?)"
    return None
