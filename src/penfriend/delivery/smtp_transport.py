"""The SMTP transport: connections that stay open between calls, and one event loop while a call lasts.

What runs: nothing by itself. `deliver` runs an event loop in the thread that calls it (`smtp_round`); between
calls the connections lie still and the server may close them, which is noticed before one is used. Calls from
several threads take turns.

What it owns: up to `connections` sockets. It keeps no mail: whatever it takes from the iterator has its
result before `deliver` returns.

On a crash: a mail whose `watch.dot` was not called has not left the house, since the write that ends it comes
after.
"""

from __future__ import annotations

import selectors
import ssl
import threading
import time
from collections.abc import Iterator

from penfriend.delivery.settings import SmtpSettings
from penfriend.delivery.smtp_connection import Connection
from penfriend.delivery.smtp_round import Pool, Round
from penfriend.domain.delivery import Handover
from penfriend.domain.transport import DeliveryWatch


class SmtpTransport:
    """Hands mails to one SMTP server. Thread-safe; satisfies `penfriend.domain.transport.Transport`."""

    def __init__(self, name: str, settings: SmtpSettings) -> None:
        """Make it ready; the first connection is opened for the first mail. Raises ssl.SSLError or OSError
        where TLS cannot be set up.
        """
        self._name = name
        self._lock = threading.Lock()
        self._pool = Pool(settings, tls_context(settings), selectors.DefaultSelector())
        self._closed = False

    @property
    def name(self) -> str:
        """The route's name in the language."""
        return self._name

    @property
    def concurrency(self) -> int:
        """The connections it opens at most."""
        return self._pool.settings.connections

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Take mails while a connection is free for them; see `Transport.deliver`.

        While the iterator or `watch` works, no answer is read: neither should wait for long. What one of them
        raises comes out of here, after the mails on their way have their results; a mail whose `watch.dot`
        raised is not sent.
        """
        with self._lock:
            if self._closed:
                raise ValueError(f"the transport {self._name} is closed")
            Round(self._pool, handovers, watch).run()

    def close(self) -> None:
        """Say QUIT on every connection, wait a moment for the answers, and close. Idempotent."""
        with self._lock:
            if not self._closed:
                self._closed = True
                _leave(self._pool)


def tls_context(settings: SmtpSettings) -> ssl.SSLContext:
    """What decides whether a server's certificate is good."""
    if settings.verify:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _leave(pool: Pool) -> None:
    waiting: set[Connection] = set(pool.idle)
    for connection in waiting:
        connection.say_goodbye()
    until = time.monotonic() + pool.settings.timeouts.quit
    while waiting and (left := until - time.monotonic()) > 0:
        for key, _ in pool.selector.select(left):
            if key.data in waiting and key.data.heard_goodbye():
                waiting.discard(key.data)
                pool.drop(key.data)
    for connection in list(pool.idle):
        pool.drop(connection)
    pool.selector.close()
