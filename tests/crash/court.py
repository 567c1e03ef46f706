"""The sink as the harness sees it: a process of its own, and the ledger that it keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


class Sink(AbstractContextManager["Sink"]):
    """The sink as a process of its own."""

    def __init__(self, file: Path) -> None:
        self.file, self._read, self._lines = file, 0, 0
        file.touch()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.sink", str(self.file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def order(self, **said: object) -> None:
        """Tell it what to do; see tests.crash.sink."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(said) + "\n")

    @property
    def received(self) -> int:
        """How many mails it has written down."""
        with self.file.open("rb") as ledger:
            ledger.seek(self._read)
            more = ledger.read()
        self._read += len(more)
        self._lines += more.count(b"\n")
        return self._lines

    def transport(self, connections: int) -> str:
        """The address for PENFRIEND_TRANSPORT."""
        return f"smtp://127.0.0.1:{self.port}?tls=none&connections={connections}"
