"""Cells that a spreadsheet would run, wherever it splits."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.spreadsheet import harmless


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("＝1", "'＝1"),
        ("+44 20 7946 0018", "+44 20 7946 0018"),
        ("-5", "-5"),
        ("a;=1", "a;'=1"),
        ('a; "=1', "a; \"'=1"),
        ("a\n@b", "a\n'@b"),
        ("a;b", "a;b"),
        ("a =1", "a =1"),
        ("", ""),
    ],
)
def test_what_would_run_has_an_apostrophe_before_it(cell: str, kept: str) -> None:
    assert harmless(cell) == kept


@given(st.text(alphabet='=+-@;\t\n," a1', max_size=12))
def test_no_cell_begins_with_a_formula_where_a_program_splits_at_semicolons(cell: str) -> None:
    written = '1,"' + harmless(f"x{cell}").replace('"', '""') + '"'
    for line in written.splitlines():
        [cells] = csv.reader([line], delimiter=";")
        assert not any(one.lstrip(' \t"').startswith(("=", "+", "-", "@")) for one in cells)


def test_long_run_of_breaks_takes_no_time_to_speak_of() -> None:
    assert harmless("\n" * 1_000_000) == "'" + "\n" * 1_000_000
