"""What the commands print goes where the caller wants it, or nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
