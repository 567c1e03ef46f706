"""What the commands print goes where the caller wants it, or nowhere."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from penfriend.cli.doctor import _tell
from penfriend.cli.logs import set_up_logs
from penfriend.cli.main import run_command
from penfriend.cli.output import complain, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.checkup import Finding, Level

PROGRAM = [sys.executable, "-c", "from penfriend.cli.main import main; main()", "status"]


@pytest.mark.parametrize("where", ["closed", "broken pipe"])
def test_output_that_nobody_reads_is_no_fault(tmp_path: Path, where: str) -> None:
    if where == "closed":
        shell, out = 'exec "$@" >&-', None
    else:
        read, out = os.pipe()
        os.close(read)
        shell = 'exec "$@"'
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *PROGRAM],
        cwd=tmp_path,
        env=environment,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if out is not None:
        os.close(out)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [["validate"], ["plan"], ["test"], ["simulate", "--days", "1"]])
def test_files_with_errors_are_one_document_for_machines(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "campaigns.yaml").write_text("version: 1\nsegmens: {}\n")
    monkeypatch.chdir(tmp_path)
    assert run_command([*command, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["valid"] is False
    [problem] = [one for one in document["problems"] if "segmens" in one["text"]]
    assert (problem["line"], problem["level"]) == (2, "error")


HOSTILE = "no\n2026-01-01 00:00:00Z INFO forged\x1b[2J\x9b2J\u202e"


@pytest.mark.parametrize("form", ["text", "json"])
def test_who_is_told_of_in_the_log_writes_no_line_of_it(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    set_up_logs(form)
    logging.getLogger("penfriend.bounces").warning("a server said: %s", HOSTILE)
    said = capsys.readouterr().err
    assert said.endswith("\n")
    assert said[:-1].isprintable()
    assert "forged" in said


def test_an_error_in_the_log_is_not_taken_for_a_line_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    set_up_logs("text")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("penfriend.bounces").exception("a mail trips its reader")
    first, *below = capsys.readouterr().err.splitlines()
    assert first.endswith("a mail trips its reader")
    assert all(line.startswith("  ") for line in below)
    assert all(line.isprintable() for line in below)
    assert any("forged" in line for line in below)


def test_doctor_shows_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """What a name server says stands in it."""
    _tell(console(), [Finding("dns", HOSTILE, Level.WARN, HOSTILE, HOSTILE)])
    assert all(one.isprintable() or one == "\n" for one in capsys.readouterr().out)


def test_a_document_shows_no_control_characters_and_says_what_it_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_json({"text": HOSTILE})
    said = capsys.readouterr().out
    assert said[:-1].isprintable()
    assert json.loads(said) == {"text": HOSTILE}


def test_a_complaint_and_a_table_show_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    complain(HOSTILE)
    console().print(table("", ("[says]",), [[HOSTILE]]))
    console().print(HOSTILE, markup=False)
    both = capsys.readouterr()
    assert all(one.isprintable() or one == "\n" for one in both.out + both.err)
    assert both.err.count("\n") == 1
