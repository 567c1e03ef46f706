"""The way of one host to the database, which can be cut."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit


class Link:
    """Listens at an address of its own and carries to the server. Cut, it carries nothing, answers nothing
    and closes nothing, as a net that is gone; mended, what was open before is closed."""

    def __init__(self, server_url: str, address: str) -> None:
        parts = urlsplit(server_url)
        self._server = parts.hostname or "", parts.port or 5432
        self._listener = socket.create_server((address, 0))
        place = f"{parts.username}@{address}:{self._listener.getsockname()[1]}"
        self.url = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
        self._carries = threading.Event()
        self._carries.set()
        self._open: set[socket.socket] = set()
        self._changing = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """From now on nothing gets through."""
        self._carries.clear()

    def mend(self) -> None:
        """New connections get through; those that hung are lost."""
        with self._changing:
            left, self._open = self._open, set()
        for one in left:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._carries.set()

    def close(self) -> None:
        """Take no more connections, and lose those that are there."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.mend()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        self._carries.wait()
        with client, suppress(OSError), socket.create_connection(self._server) as server:
            with self._changing:
                self._open |= {client, server}
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    self._carries.wait()
                    if not data:
                        return
                    (server if ready is client else client).sendall(data)
