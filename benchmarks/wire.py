"""What the benchmarks of sending stand on: a server that throws mail away, the load generator that says how
much of it the machine can move, and a PostgreSQL whose commits wait for the disk.

Debian's `postfix` package brings `smtp-sink` and `smtp-source` (its daemon is not needed). Where they are
missing the crash harness's server and a bare client of ours stand in, and `IS_POSTFIX` says no.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the throw-away PostgreSQL and the harness's sink are the tests'

from tests.support.postgres_guard import Server  # noqa: E402

CONNECTIONS = 30


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


SINK, SOURCE = _program("smtp-sink"), _program("smtp-source")
IS_POSTFIX = SINK is not None and SOURCE is not None
GENERATOR = "smtp-source" if IS_POSTFIX else "a bare client of ours (Postfix's programs are missing)"


@dataclass(frozen=True, slots=True)
class Sink:
    """Where the mail goes."""

    port: int
    process: int

    def processor(self) -> float:
        """Seconds of the processor that it has used; nothing where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """A server that throws mail away."""
    if SINK is not None and SOURCE is not None:
        port = free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [SINK, *user, f"127.0.0.1:{port}", "1000"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    else:
        command = [sys.executable, "-m", "tests.crash.sink", str(folder / "ledger")]
        pipe = subprocess.PIPE
        server = subprocess.Popen(command, cwd=ROOT, stdout=pipe, stdin=pipe)  # noqa: S603 - our own words
        port = int(server.stdout.readline()) if server.stdout is not None else 0
    try:
        _wait_for(port)
        yield Sink(port, server.pid)
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def generate(port: int, mails: int, size: int) -> float:
    """Seconds in which the load generator sends so many mails of so many bytes, over as many connections,
    which stay open."""
    began = time.perf_counter()
    if SINK is not None and SOURCE is not None:
        words = ["-d", "-s", str(CONNECTIONS), "-l", str(size), "-m", str(mails), f"127.0.0.1:{port}"]
        subprocess.run([SOURCE, *words], check=True)  # noqa: S603 - our own words
    else:
        shares = [mails // CONNECTIONS + (n < mails % CONNECTIONS) for n in range(CONNECTIONS)]
        threads = [threading.Thread(target=_bare_client, args=(port, share, size)) for share in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return time.perf_counter() - began


def _bare_client(port: int, mails: int, size: int) -> None:
    """One connection: a mail is two writes and four answers."""
    line = b"x" * 70 + b"\r\n"
    body = b"Subject: x\r\n\r\n" + line * (size // len(line)) + b".\r\n"
    envelope = b"MAIL FROM:<a@mail.acorn.example>\r\nRCPT TO:<b@mail.acorn.example>\r\nDATA\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        answers.readline()
        connection.sendall(b"EHLO bench.acorn.example\r\n")
        while answers.readline()[3:4] == b"-":
            pass
        for _ in range(mails):
            connection.sendall(envelope)
            for _ in range(3):
                answers.readline()
            connection.sendall(body)
            if not answers.readline().startswith(b"250"):
                raise SystemExit("the server refused a mail of the load generator")


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[], str]]:
    """A server whose commits wait for the disk; gives a new database each time."""
    import psycopg

    base = folder / "postgresql"
    base.mkdir()
    folder.chmod(0o755)
    server = Server(base, "-h 127.0.0.1 -c max_connections=100")
    url = server.start()
    number = 0

    def fresh() -> str:
        nonlocal number
        number += 1
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench{number}".encode())
        return f"{url.rpartition('/')[0]}/bench{number}"

    try:
        yield fresh
    finally:
        server.stop()
