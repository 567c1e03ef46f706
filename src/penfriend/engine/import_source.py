"""Reads a file of rows as a stream: CSV or JSON Lines, plain or gzip, a file or standard input.

Memory does not grow with the file, nor with its longest line. A row that cannot be read is a row with a
fault, and the next one goes on.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import re
import sys
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self, cast

from penfriend.domain.errors import SettingError
from penfriend.domain.events import Json

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; what is longer is refused without being kept."""
LONGEST_CELL = 1024 * 1024
"""Characters; a quote that is never closed would otherwise swallow the rest of the file."""
STANDARD_INPUT = "-"

_DELIMITERS = ",;\t"
_TOO_LONG = "\0too long\0"
_BARE_RETURN = "new-line character"
"""How the message of csv.Error begins where a carriage return stands alone in a line."""
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_NOT_UNICODE = re.compile("[\udc80-\udcff]")


_NOTHING: Mapping[str, Json] = MappingProxyType({})


class SourceRow(NamedTuple):
    """One row: where it begins, what it says, and why it cannot be read where it cannot."""

    line: int
    """Counted from 1."""
    values: Mapping[str, Json] = _NOTHING
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
        self.read = 0
        """Bytes read so far, unpacked."""
        self._file = self._open(path)
        self._lines = _Lines(self._read_lines())
        self._is_doubtful = False  # a line since then is not as it should be
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
            file = Path(path).open("rb")  # noqa: SIM115 - closed on leaving
            if file.seekable():  # a pipe does not say how far it goes
                self.total = Path(path).stat().st_size
            return file
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
                self.read += len(line)
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    while (rest := source.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                    yield self._doubted(_TOO_LONG + "\n")
                else:
                    yield self._decoded(line, encoding)
                encoding = "utf-8"
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise SettingError(f"{self.name}: the gzip file is damaged or cut off: {error}") from None
        except OSError as error:
            raise SettingError(f"{self.name}: cannot be read: {error.strerror or error}") from None

    def _decoded(self, line: bytes, encoding: str) -> str:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            return self._doubted(line.decode(encoding, "surrogateescape"))

    def _doubted(self, line: str) -> str:
        self._is_doubtful = True
        return line

    def _read_header(self) -> tuple[str, ...]:
        csv.field_size_limit(LONGEST_CELL)
        delimiter = max(_DELIMITERS, key=self._first.count)
        self._lines.again([self._first])
        self._reader = csv.reader(self._lines, delimiter=delimiter)
        try:
            columns = tuple(name.strip() for name in next(self._reader))
        except csv.Error as error:
            raise SettingError(f"{self.name}:1: the header cannot be read: {_reason(error)}") from None
        if (fault := _fault(columns)) is not None:
            raise SettingError(f"{self.name}:1: {'' if _TOO_LONG in self._first else 'the header '}{fault}")
        if _CONTROL.search("".join(columns)):
            raise SettingError(
                f"{self.name}:1: the header holds a control character; is it CSV or JSON Lines?"
            )
        if self._lines.has_ended and len(self._lines.taken) > 1:
            raise SettingError(f"{self.name}:1: the header has a quote that is not closed")
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            raise SettingError(f'{self.name}:1: the column "{twice}" is there twice')
        return columns

    def _csv_rows(self) -> Iterator[SourceRow]:
        lines = self._lines
        while True:
            line = lines.number + 1
            lines.taken.clear()
            self._is_doubtful = False
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._broken_row(line, _reason(error))
                continue
            if lines.has_ended and len(lines.taken) > 1:
                yield self._broken_row(line, "a quote is not closed")
            elif cells:  # none in an empty line
                yield self._csv_row(line, tuple(cells))

    def _broken_row(self, line: int, reason: str) -> SourceRow:
        """What stands behind the first line may be rows of their own, which a quote has swallowed."""
        first, *rest = self._lines.taken
        self._lines.again(rest)
        return SourceRow(line, raw=(first.rstrip("\r\n")[:LONGEST_CELL],), fault=reason)

    def _csv_row(self, line: int, cells: tuple[str, ...]) -> SourceRow:
        fault = _fault(cells) if self._is_doubtful else None
        if fault is None and len(cells) != len(self.columns):
            fault = f"the row has {len(cells)} cells, the header {len(self.columns)}"
        if fault is not None:
            return SourceRow(line, raw=cells, fault=fault)
        return SourceRow(line, dict(zip(self.columns, cells, strict=True)), cells)

    def _json_rows(self) -> Iterator[SourceRow]:
        for line, text in enumerate(itertools.chain((self._first,), self._lines), 1):
            self._lines.taken.clear()
            written = text.strip()
            if not written:
                continue
            raw = (written,)
            if (fault := _fault(raw) if self._is_doubtful else None) is not None:
                self._is_doubtful = False
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


class _Lines:
    """The lines of a file, those again that are given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        """Since it was last cleared."""
        self.number = 0
        """How many have come."""
        self.has_ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self.has_ended = True
                raise
        self.number += 1
        self.taken.append(line)
        return line

    def again(self, lines: Sequence[str]) -> None:
        """Let these come again, before the others."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)
        self.has_ended = False


def _reason(error: csv.Error) -> str:
    if str(error).startswith(_BARE_RETURN):
        return "a carriage return stands alone in the line; end lines with LF or CR LF, quote a cell with one"
    return f"a cell is longer than {LONGEST_CELL:,} characters; is a quote not closed?"


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
