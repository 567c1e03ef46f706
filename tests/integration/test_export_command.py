"""`penfriend export`: what it prints, where it writes, and what it says where it cannot."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.cli.main import run_command
from penfriend.domain.events import EventIn
from penfriend.domain.exports import REPORTS
from tests.support.empty_store import empty_file
from tests.support.houses import NOON


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with one event, in the folder one stands in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENFRIEND_DATABASE_URL", empty_file(tmp_path / "penfriend.db"))
    monkeypatch.setenv("PENFRIEND_SECRET_KEY", "a secret for the tests")
    with House.open() as house:
        house.ingester().ingest_events([EventIn("hello", "c-1", None, NOON, {}, "e1")])


def test_it_says_how_much_it_wrote_and_where(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run_command(["export", "events"]) == 0
    assert capsys.readouterr().out == "events: 1 rows in 1 files under exports/events\n"
    text = (tmp_path / "exports" / "events" / "2026-03-02.csv").read_text()
    assert text.splitlines()[1].startswith('"hello","c-1",2026-03-02T12:00:00.000000Z,')


def test_its_document_names_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--since", "2026-03-02", "--until", "2026-03-04", "--out", "out", "--json"]
    assert run_command(["export", "events", *asked]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "report": "events",
        "format": "csv",
        "rows": 1,
        "files": [
            {"day": "2026-03-02", "path": "out/events/2026-03-02.csv", "rows": 1},
            {"day": "2026-03-03", "path": "out/events/2026-03-03.csv", "rows": 0},
        ],
    }


def test_standard_output_has_one_csv_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command(["export", "events", "--out", "-"]) == 0
    head, row = capfd.readouterr().out.splitlines()
    assert head.split(",") == [column.name for column in REPORTS["events"].columns]
    assert row.startswith('"hello"')


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mails"], '"mails" cannot be exported. It is one of messages,'),
        (["events", "--format", "xls"], '--format: "xls" is not known'),
        (["events", "--out", "-", "--json"], "it goes with neither"),
        (["events", "--since", "2026-03-02", "--until", "2026-03-02"], "--since is not before --until"),
        (["events", "--out", "penfriend.db"], "penfriend.db/events: cannot be written: Not a directory"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["export", *arguments]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_parquet_without_its_library_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert run_command(["export", "events", "--format", "parquet"]) == 2
    assert "pip install 'penfriend[parquet]'" in capsys.readouterr().err
