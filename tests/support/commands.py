"""A command of the program within this process, for tests that ask what it does and not how it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BufferedReader, BytesIO, TextIOWrapper
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from penfriend.cli.main import run_command


def run_here(
    arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], stdin: str = ""
) -> CompletedProcess[str]:
    """Run a command in a folder, with no more than this environment; nobody sees what it prints but we."""
    told = TextIOWrapper(BufferedReader(BytesIO(stdin.encode())), "utf-8")
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        chdir(folder),
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "stdin", told),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = run_command(list(arguments))
    printed = (stream.buffer.getvalue().decode() for stream in (out, err))
    return CompletedProcess(arguments, status, *printed)
