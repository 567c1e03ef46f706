"""`penfriend demo` as a script uses it: one document, the inbox holds what was sent, twice the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
A_FEW_DAYS = ("--json", "--people", "60", "--days", "2")


def demo(folder: Path) -> dict[str, Any]:
    """What `penfriend demo --json` prints, of a small shop and a few days."""
    done = subprocess.run(
        [sys.executable, "-c", "from penfriend.cli import main; main()", "demo", *A_FEW_DAYS],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_inbox_holds_what_was_sent_and_a_second_run_says_the_same(tmp_path: Path) -> None:
    first = demo(tmp_path)
    assert set(first) == {"campaigns", "inbox"}
    for campaign in first["campaigns"].values():
        assert {"entered", "ended", "messages"} <= set(campaign)
        assert {"sent", "skipped"} <= set(campaign["messages"])
    sent = sum(campaign["messages"]["sent"] for campaign in first["campaigns"].values())
    assert first["inbox"] == sent > 20
    again = run_here(("demo", *A_FEW_DAYS), tmp_path, os.environ)
    assert (again.returncode, again.stderr) == (0, "")
    assert json.loads(again.stdout) == first
