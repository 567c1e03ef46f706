"""One machine: its folder, its way to the database, its daemon."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

from tests.crash.world import LIMIT, HarnessError, World, kill, wait_until
from tests.hosts.network import Link

LONG_LEASE, SHORT_LEASE = 60.0, 4.0
"""Seconds, in place of fifteen minutes. A short one is seen to end; with a long one what a machine has left
is settled by its own notes, when it is there again."""


class Host:
    """A machine. `is_bare` has not the extra `penfriend[scale]`: it claims for itself."""

    def __init__(self, world: World, folder: Path, link: Link, *, is_bare: bool) -> None:
        self._world, self._folder, self.link, self._is_bare = world, folder, link, is_bare
        self.name = folder.name
        self.connections, self.lease = 4, LONG_LEASE
        self._daemon: subprocess.Popen[bytes] | None = None
        folder.mkdir()

    def start(self, transport: str, lease: float = LONG_LEASE) -> None:
        """Start its daemon, which runs what is live."""
        self.lease = lease
        environment = {
            **self._world.environment,
            "PENFRIEND_DATABASE_URL": self.link.url,
            "PENFRIEND_TRANSPORT": transport,
            "CRASH_LEASE": str(lease),
            **({"CRASH_BARE": "1"} if self._is_bare else {}),
        }
        with self._world.log.open("ab") as log:
            self._daemon = subprocess.Popen(
                World.command("tests.crash.victim", ("run", "--no-web", "--no-apply")),
                cwd=self._folder,
                env=environment,
                stderr=log,
                stdout=log,
                start_new_session=True,
            )

    @property
    def daemon(self) -> subprocess.Popen[bytes]:
        """Its process. Raises HarnessError where it has ended by itself."""
        if self._daemon is None or self._daemon.poll() is not None:
            raise HarnessError(f"the daemon of {self.name} has ended by itself; see {self._world.log}")
        return self._daemon

    def kill(self) -> None:
        """kill -9."""
        kill(self.daemon)

    def lose_disk(self) -> None:
        """What it had noted is gone for good."""
        shutil.rmtree(self._folder)
        self._folder.mkdir()

    def stop(self) -> None:
        """SIGTERM: it ends by itself, and holds nothing. Raises HarnessError where it does not."""
        daemon = self.daemon
        # before that it heeds no signal yet, and has nothing to give back
        up = f"running as {daemon.pid}-".encode()
        wait_until(
            lambda: up in self._world.log.read_bytes(), f"{self.name}; see {self._world.log}", pause=0.05
        )
        daemon.send_signal(signal.SIGTERM)
        if daemon.wait(timeout=LIMIT):
            raise HarnessError(f"{self.name}, SIGTERM: ended with {daemon.returncode}; see {self._world.log}")

    def close(self) -> None:
        """At the end of everything."""
        if self._daemon is not None and self._daemon.poll() is None:
            kill(self._daemon)
        self.link.close()
