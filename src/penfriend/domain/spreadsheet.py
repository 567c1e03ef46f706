"""Cells of CSV files that programs for spreadsheets open: what stands in them may be a stranger's, and must
not run as a formula."""

from __future__ import annotations

import re

_FORMULA = "=+\\-@＝＋－＠"
_BEGINS = re.compile(rf"[{_FORMULA}\t\r\n]")
_FIGURE = re.compile(r"[+-][\d .,()/-]*")
_BREAK = re.compile(r"[;\t\r\n]")
_RUN = re.compile(rf'([\s";]++)([{_FORMULA}])?')
"""It takes each run of blanks, quotes and semicolons as a whole: linear, whatever a stranger writes."""


def harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula: at its beginning, and
    after a semicolon, tab or line break, where a program that splits there sees another cell begin. A number
    or a telephone number stays as it is."""
    if _BREAK.search(cell):
        cell = _RUN.sub(_after_a_break, cell)
    return f"'{cell}" if _BEGINS.match(cell) and not _FIGURE.fullmatch(cell) else cell


def _after_a_break(run: re.Match[str]) -> str:
    blanks, sign = run.groups()
    return f"{blanks}'{sign}" if sign and _BREAK.search(blanks) else run.group()
