"""Knows whether a request was begun to be written: before its first byte a failure is a safe retry, after it
the outcome is unknown. The exceptions of requests do not tell; the connection does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

_progress = threading.local()


@contextmanager
def one_request(patience: float) -> Iterator[None]:
    """This thread makes a request. After so many seconds in all its connection is cut, so that an answer that
    comes byte by byte does not hold a mail for ever: requests' own timeout begins anew with each byte."""
    _progress.written = False
    _progress.sockets = sockets = list[socket.socket]()

    def cut() -> None:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(patience, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def was_written() -> bool:
    """Whether a byte of this thread's request has left."""
    return bool(getattr(_progress, "written", True))


class _Marks:
    """Marks the first byte. A tunnel through a proxy is part of connecting."""

    sock: Any

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]  # the connection's
        finally:
            _progress.written = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _progress.written = True
        _progress.sockets.append(self.sock)
        super().send(data)  # type: ignore[misc]  # the connection's


class _Plain(_Marks, HTTPConnection):
    pass


class _Secure(_Marks, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _with_marks(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return _with_marks(super().proxy_manager_for(*args, **kwargs))


def _with_marks(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return manager


def watch_session(session: Session) -> Session:
    """The session, whose requests are watched and follow no redirect: a mail goes where it was meant to."""
    session.mount("http://", _Adapter())
    session.mount("https://", _Adapter())
    session.resolve_redirects = _nowhere  # type: ignore[method-assign]
    return session


def _nowhere(*_: Any, **__: Any) -> Any:
    return iter(())
