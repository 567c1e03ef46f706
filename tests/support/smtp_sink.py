"""Postfix's `smtp-sink`: a server of another make that refuses, disconnects or says 421 at a command."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WAIT_SECONDS = 10.0
SINK = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def smtp_sink(folder: Path, *options: str) -> Iterator[tuple[int, Path]]:
    """A sink with OPTIONS; its port, and the file that keeps what it took. Skips where there is none."""
    if SINK is None:
        pytest.skip("smtp-sink is not installed (Debian: postfix)")
    port = free_port()
    owner = ["-u", "nobody"] if os.geteuid() == 0 else []
    folder.chmod(0o777)  # the file is named from inside it, since `nobody` may not come in from above
    command = [SINK, *owner, *options, "-D", "mails", f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE) as process:
        try:
            wait_until_it_listens(port, process)
            yield port, folder / "mails"
        finally:
            process.kill()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    """Raises AssertionError where it ends instead, or takes too long."""
    until = time.monotonic() + WAIT_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    process.kill()
    assert process.stderr is not None
    raise AssertionError(f"nobody listens: {process.stderr.read().decode()}")
