"""The files of coupon codes beside the campaign files, read row by row, and what is wrong with them.

A file is a CSV with one code a line, or with a head that names the column `code`. No store is needed to look
at one.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from penfriend.domain.definitions import Coupon, Definitions
from penfriend.domain.problems import Place, Problem

LONGEST_CODE = 200
"""Characters; a longer one is no code but a file of something else."""
COLUMN = "code"
ALONE = -1
"""There is no head: the code stands alone on its line."""


class CodesUnreadable(Exception):
    """A file of codes that cannot be taken in; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def coupon_problems(definitions: Definitions, folder: Path) -> list[Problem]:
    """What is wrong with the files of codes: unreadable, no UTF-8, lines that are no code; or empty (a
    warning)."""
    problems: list[Problem] = []
    for coupon in definitions.coupons.values():
        if coupon.file is None:
            continue
        here = coupon.place or Place(coupon.file)
        try:
            if not sum(1 for _ in read_codes(coupon, coupon.file, folder)):
                problems.append(Problem(here, f'the file "{coupon.file}" has no codes.', level="warning"))
        except CodesUnreadable as unreadable:
            problems.append(unreadable.problem)
    return problems


def read_codes(coupon: Coupon, file: str, folder: Path) -> Iterator[str]:
    """The codes in the order of the file; one that stands twice comes twice. Raises CodesUnreadable."""
    try:
        with (folder / file).open(encoding="utf-8-sig", newline="") as stream:
            yield from _codes(stream, file)
    except OSError as error:
        raise cannot_be_read(coupon, file, error) from None
    except UnicodeDecodeError as error:
        byte = f"{error.object[error.start]:#04x}"
        raise CodesUnreadable(Problem(Place(file), f"is not UTF-8 (byte {byte}).")) from None


def _codes(stream: TextIO, file: str) -> Iterator[str]:
    rows = csv.reader(stream, strict=True)
    column: int | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if column is None:
                names = [cell.lower() for cell in cells]
                column = names.index(COLUMN) if COLUMN in names else ALONE
                if column != ALONE:
                    continue
            yield _code(cells, column, Place(file, rows.line_num))
    except csv.Error as error:
        raise CodesUnreadable(Problem(Place(file, rows.line_num), f"is no CSV here: {error}.")) from None


def _code(cells: list[str], column: int, place: Place) -> str:
    """The code of one row. Raises CodesUnreadable."""
    if column == ALONE and len(cells) > 1:
        what = 'has several columns; one code stands on each line, or the first line names the column "code".'
        raise CodesUnreadable(Problem(place, what))
    code = cells[max(column, 0)] if column < len(cells) else ""
    if not code.isascii():
        code = unicodedata.normalize("NFC", code)
    if not code or len(code) > LONGEST_CODE or not code.isprintable():
        found = f'found "{code[:40]}"' if code.isprintable() else "found characters that cannot be shown"
        raise CodesUnreadable(
            Problem(place, f"{found}; a code is one line of 1 to {LONGEST_CODE} characters.")
        )
    return code


def cannot_be_read(coupon: Coupon, file: str, error: OSError) -> CodesUnreadable:
    """What to say of a file of codes that is not there, or cannot be opened."""
    text = (
        f'there is no file "{file}" of codes.'
        if isinstance(error, FileNotFoundError)
        else f'the file "{file}" of codes cannot be read ({error.strerror}).'
    )
    return CodesUnreadable(Problem(coupon.place or Place(file), text))
