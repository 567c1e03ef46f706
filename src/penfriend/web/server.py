"""Runs the web side in a thread of the daemon's process.

The daemon owns the process and its signals; this thread owns the listening socket and one event loop. What a
request does to the store it does in worker threads, each in one transaction, so a crash leaves no half of it.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from penfriend.domain.errors import SettingError

START_SECONDS = 10.0
STOP_SECONDS = 5
"""So long may a request that is under way take to end."""
MAX_CONNECTIONS = 500
_BACKLOG = 1024


class RunningServer:
    """A server that answers. A context manager that stops it."""

    def __init__(self, server: uvicorn.Server, listening: socket.socket, host: str) -> None:
        self._server = server
        self._listening = listening
        self._host = host
        self.port: int = listening.getsockname()[1]
        """Where it listens, also where port 0 was asked for."""
        self._thread = threading.Thread(target=self._run, name="penfriend-web", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        return f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive() and self._server.started

    def stop(self) -> None:
        """Take no more requests, let those under way end, and return. Idempotent."""
        self._server.should_exit = True
        self._thread.join(START_SECONDS + STOP_SECONDS)
        self._listening.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listening])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(app: FastAPI, host: str, port: int) -> RunningServer:
    """Listen and answer; connections are taken when this returns. Raises SettingError where it cannot."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # it would write the tokens down
        server_header=False,
        proxy_headers=False,  # nothing here depends on who asks
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return RunningServer(uvicorn.Server(config), _listen(host, port), host)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        reason = error.strerror or error
        raise SettingError(
            f"PENFRIEND_LISTEN: cannot listen at {host}:{port} ({reason}); set another address or port"
        ) from error
    return listening
