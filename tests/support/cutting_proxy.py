"""A way to PostgreSQL that is cut in the middle of a commit: before the server has heard of it, or after it
has done it and before anybody hears that."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit, urlunsplit

COMMIT = b"COMMIT\0"  # not that of READ COMMITTED
"""What the driver sends, and the tag with which the server answers."""


class Cut(Enum):
    """When the connection is lost."""

    BEFORE = "before the server hears of it"
    AFTER = "before its answer comes"


class CuttingProxy:
    """Listens at `url`. `arm` says which of the commits to come loses its connection; a transaction that only
    reads has none to lose."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = parts.hostname or "", parts.port or 5432
        self._listener = socket.create_server(("127.0.0.1", 0))
        place = f"{parts.username}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
        self._countdown, self._cut = 0, Cut.BEFORE
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, nth: int, cut: Cut) -> None:
        """The nth commit from now on, 1 being the next, is cut; the others pass."""
        with self._lock:
            self._countdown, self._cut = nth, cut

    @property
    def has_cut(self) -> bool:
        """Whether that has happened."""
        return self._countdown == 0

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._server) as server, suppress(OSError):
            writes = False
            for one in (client, server):  # else each small packet waits for an answer to the one before
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if ready is server:
                        client.sendall(data)
                        continue
                    if b"BEGIN" in data:
                        writes = b"READ ONLY" not in data
                    if COMMIT in data and writes and self._is_the_one():
                        if self._cut is Cut.AFTER:
                            server.sendall(data)
                            self._wait_for_answer(server)
                        return
                    server.sendall(data)

    def _is_the_one(self) -> bool:
        with self._lock:
            if self._countdown == 0:
                return False
            self._countdown -= 1
            return self._countdown == 0

    @staticmethod
    def _wait_for_answer(server: socket.socket) -> None:
        answer = b""
        while COMMIT not in answer:
            data = server.recv(65536)
            if not data:
                return
            answer += data


@contextmanager
def cutting_proxy(url: str) -> Iterator[CuttingProxy]:
    """One before the server at `url`, which has no password."""
    proxy = CuttingProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
