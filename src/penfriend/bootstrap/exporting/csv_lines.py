"""Rows of a report as lines of CSV (RFC 4180): UTF-8, CRLF, a head with the names of the columns.

Every text is in quotes and harmless in a spreadsheet (`penfriend.domain.spreadsheet`); numbers, amounts,
moments, true and false are bare; what has no value is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from penfriend.domain.exports import Kind, Report
from penfriend.domain.money import SCALE
from penfriend.domain.spreadsheet import harmless
from penfriend.domain.timing import SECOND, Moment, to_datetime


class CsvLines:
    """The lines of one report."""

    def __init__(self, report: Report) -> None:
        self._cells = [_CELLS[column.kind] for column in report.columns]
        self.head = ",".join(column.name for column in report.columns) + "\r\n"

    def of(self, rows: Sequence[Sequence[Any]]) -> str:
        """The lines of these rows."""
        return "".join(
            ",".join(
                ["" if value is None else cell(value) for cell, value in zip(self._cells, row, strict=True)]
            )
            + "\r\n"
            for row in rows
        )


def _text(value: str) -> str:
    return '"' + harmless(value).replace('"', '""') + '"'


def _moment(value: int) -> str:
    seconds, part = divmod(value, SECOND)
    return f"{_second(seconds)}.{part:06d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return to_datetime(Moment(seconds * SECOND)).strftime("%Y-%m-%dT%H:%M:%S")


def _amount(value: int) -> str:
    """At least two places: `19.90`, `0.0125`."""
    exact = Decimal(value) / SCALE
    return f"{exact:.2f}" if value % (SCALE // 100) == 0 else f"{exact:.4f}".rstrip("0")


def _yes_no(value: int) -> str:
    return "true" if value else "false"


_CELLS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: str,
    Kind.AMOUNT: _amount,
    Kind.MOMENT: _moment,
    Kind.YES_NO: _yes_no,
    Kind.JSON: _text,
}
