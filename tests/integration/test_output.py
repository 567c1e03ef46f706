"""What the commands print goes where the caller wants it, or nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from penfriend.cli.main import run_command

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
