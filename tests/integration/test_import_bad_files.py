"""Files that are broken: one line says what is wrong, and the rest goes in."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.errors import SettingError
from penfriend.domain.incoming_rows import RowKind
from penfriend.engine.import_file import FileImport, ImportJob
from penfriend.storage.row_counts import RowCounts
from tests.contract.store_cases import Shop
from tests.support.importing import numbers, run, written


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(f"sqlite:///{tmp_path / 'penfriend.db'}")
    with shop.db:
        yield shop


@pytest.mark.parametrize("last", ["", ",en"])
def test_quote_that_is_never_closed_costs_its_own_line_alone(shop: Shop, tmp_path: Path, last: str) -> None:
    header = "id,first_name" + (",locale" if last else "")
    text = f'{header}\nc-1,"Ann{last}\nc-2,Bo{last}\nc-3,Cy{last}\nc-4,Di{last}\n'
    report = run(shop, "contacts", written(tmp_path, text))
    assert numbers(report) == (3, 0, 1)
    assert report.reasons == [(2, "a quote is not closed")]


def test_carriage_return_alone_is_said_and_the_rest_goes_in(shop: Shop, tmp_path: Path) -> None:
    report = run(shop, "contacts", written(tmp_path, "id,first_name\nc-1,A\rnn\nc-2,Bo\n"))
    assert numbers(report) == (1, 0, 1)
    assert report.reasons[0][1].startswith("a carriage return stands alone in the line")


@pytest.mark.parametrize("text", ["\0" * 50, "id,\x07name\nc-1,Ann\n"])
def test_binary_file_is_one_line(shop: Shop, tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingError, match=r"rows\.csv:1: the header holds a control character"):
        run(shop, "contacts", written(tmp_path, text))


@pytest.mark.parametrize("value", ["9" * 400, "9" * 5_000, '"' + "9" * 5_000 + '"', "1e999", "NaN"])
def test_number_beyond_all_bounds_is_refused_and_the_rest_goes_in(
    shop: Shop, tmp_path: Path, value: str
) -> None:
    row = '{"contact": "c-1", "name": "order_placed", "at": "2026-01-01", "properties": {"total": %s}}\n'
    report = run(shop, "events", written(tmp_path, row % value + row % "5", "rows.jsonl"))
    assert numbers(report) == (1, 0, 1)
    assert report.reasons[0][0] == 1


def test_rows_before_a_cut_are_kept(shop: Shop, tmp_path: Path) -> None:
    rows = "".join(f"c-{number},{number * 7919 % 10007}\n" for number in range(3_000))
    packed = gzip.compress(f"id,first_name\n{rows}".encode())
    with pytest.raises(SettingError, match=r"cut off.*; [0-9,]+ rows before it are kept"):
        run(shop, "contacts", written(tmp_path, packed[: len(packed) // 2]))
    assert shop.row("SELECT count(*) AS number FROM contacts")["number"] > 1_000


def test_rejected_rows_that_cannot_be_kept_stop_nobody(shop: Shop, tmp_path: Path) -> None:
    path = written(tmp_path, "id,timezone\nc-1,Nowhere\nc-2,Europe/London\n")
    path.with_name("rows.csv.rejected.csv").symlink_to(tmp_path / "none" / "rows.csv")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "unlink", lambda *_, **__: None)
        report = run(shop, "contacts", path)
    assert numbers(report) == (1, 0, 1)
    assert report.rejected_file is None
    assert "rows.csv.rejected.csv: cannot be written: No such file" in str(report.rejected_fault)


def test_rejected_cell_that_a_spreadsheet_would_run_is_made_harmless(shop: Shop, tmp_path: Path) -> None:
    text = "id,first_name,timezone\n=cmd|x,@SUM(A1),x\n+44 20 7946 0000,-5,x\n"
    run(shop, "contacts", written(tmp_path, text))
    with (tmp_path / "rows.csv.rejected.csv").open(newline="") as file:
        cells = [row[2:4] for row in csv.reader(file)]
    assert cells[1:] == [["'=cmd|x", "'@SUM(A1)"], ["+44 20 7946 0000", "-5"]]


def test_transaction_of_long_rows_has_fewer_of_them(shop: Shop, tmp_path: Path) -> None:
    note = "x" * 60_000
    text = "id,attributes.note\n" + "".join(f"c-{number},{note}\n" for number in range(300))
    told: list[int] = []
    with RowCounts() as counts:
        job = ImportJob(RowKind.CONTACTS, str(written(tmp_path, text)))
        FileImport(shop.ingester, shop.definitions, counts, shop.clock, job).run(
            lambda read, _: told.append(read)
        )
    assert len(told) == 3
