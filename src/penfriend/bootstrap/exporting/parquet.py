"""Rows of a report as a Parquet file with real types: the extra `penfriend[parquet]`, and the only home of
pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penfriend.domain.errors import SettingError
from penfriend.domain.exports import Column, Kind, Report
from penfriend.domain.money import SCALE

if TYPE_CHECKING:
    import pyarrow

ROWS, BYTES = 100_000, 64 * 1024 * 1024
"""A row group is written when so much is held."""


def require_pyarrow() -> None:
    """Raises SettingError, in one line, where the extra is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401 - whether it is there
    except ImportError:
        raise SettingError("--format parquet needs pyarrow: pip install 'penfriend[parquet]'") from None


class ParquetFile:
    """One file being written. Call `close` at its end."""

    def __init__(self, report: Report, path: Path) -> None:
        import pyarrow.parquet

        self._columns = report.columns
        self._schema = pyarrow.schema([_field(column) for column in report.columns])
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._held: list[pyarrow.RecordBatch] = []

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows."""
        import pyarrow

        arrays = [
            pyarrow.array(_values(column.kind, values), type=field.type)
            for column, field, values in zip(
                self._columns, self._schema, zip(*rows, strict=True), strict=True
            )
        ]
        self._held.append(pyarrow.RecordBatch.from_arrays(arrays, schema=self._schema))
        if sum(one.num_rows for one in self._held) >= ROWS or sum(one.nbytes for one in self._held) >= BYTES:
            self._flush()

    def close(self) -> None:
        """Write what is held, and the foot of the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow

        if self._held:
            self._writer.write_table(pyarrow.Table.from_batches(self._held))
            self._held = []


def _field(column: Column) -> pyarrow.Field:
    import pyarrow

    types = {
        Kind.TEXT: pyarrow.string(),
        Kind.NUMBER: pyarrow.int64(),
        Kind.AMOUNT: pyarrow.decimal128(19, 4),
        Kind.MOMENT: pyarrow.timestamp("us", tz="UTC"),
        Kind.YES_NO: pyarrow.bool_(),
        Kind.JSON: pyarrow.string(),
    }
    return pyarrow.field(column.name, types[column.kind], metadata={"meaning": column.meaning})


def _values(kind: Kind, values: Sequence[Any]) -> Sequence[Any]:
    """As the library wants them; moments are microseconds there too."""
    if kind is Kind.AMOUNT:
        return [None if value is None else Decimal(value) / SCALE for value in values]
    if kind is Kind.YES_NO:
        return [None if value is None else bool(value) for value in values]
    return values
