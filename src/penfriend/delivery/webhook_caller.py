"""Carries webhook calls out: HTTPS to public addresses, nothing else.

The name is looked up, every address of it is checked, and the connection goes to a checked address, with the
name in SNI and in the check of the certificate. Redirections are not followed, proxies of the environment are
not used. A whole try has an end, however slowly the other side speaks.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from penfriend.delivery.public_addresses import Address, NotPublicError, is_public, resolve
from penfriend.domain.plain_text import one_line
from penfriend.domain.webhooks import Answer, Line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TIMEOUT = 20.0
"""Seconds for a whole try: Standard Webhooks asks for 15 to 30."""
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; the connection of a longer one is given up."""
SHOWN = 200
"""Characters of an answer that are kept."""
AGENT = "penfriend"


class WebhookCaller:
    """Opens lines to other systems (the port `penfriend.domain.webhooks.Caller`).

    `allowed` says which addresses may be connected to, and `trusted` whose certificates count: both are for
    tests with a server on this machine; no setting reaches them.
    """

    def __init__(
        self,
        *,
        timeout: float = TIMEOUT,
        allowed: Callable[[Address], bool] = is_public,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout, self._allowed, self._trusted = timeout, allowed, trusted

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Read at the first call: the list of authorities costs 34 ms, and most shops call nobody."""
        return self._trusted or ssl.create_default_context()

    @contextmanager
    def line(self, url: str) -> Iterator[Line]:
        """A line to that address; the connection is made at the first call and kept."""
        line = _HttpsLine(url, self._timeout, self._allowed, self._tls)
        try:
            yield line
        finally:
            line.close()


class _HttpsLine:
    """One connection at a time to one address."""

    def __init__(
        self, url: str, timeout: float, allowed: Callable[[Address], bool], tls: ssl.SSLContext
    ) -> None:
        parts = urlsplit(url)
        self._scheme, self._host = parts.scheme, parts.hostname or ""
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._connection = _CheckedConnection(self._host, parts.port or 443, allowed, tls)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try. A kept connection that the other side has closed meanwhile is made anew once: the
        webhook-id tells it that this is the same call."""
        if self._scheme != "https" or not self._host:
            return Answer(None, "only https addresses are called")
        kept = self._connection.sock is not None
        self._connection.deadline = time.monotonic() + self._timeout
        try:
            return self._try(headers, body)
        except _CLOSED as error:
            self.close()
            if not kept:
                return Answer(None, _what(error))
        except (OSError, http.client.HTTPException, NotPublicError, UnicodeError) as error:
            self.close()
            return Answer(None, _what(error))
        return self.post(headers, body)

    def _try(self, headers: Mapping[str, str], body: bytes) -> Answer:
        common = {"Content-Type": "application/json", "User-Agent": AGENT, "Accept": "*/*"}
        self._connection.request("POST", self._target, body, {**common, **headers})
        with self._connection.getresponse() as response:
            start = response.read(LONGEST_ANSWER)
            whole = response.isclosed()
            answer = Answer(
                response.status,
                _note(response.status, response.reason, start, response.getheader("Location")),
                _seconds(response.getheader("Retry-After")),
            )
        if not whole:
            self.close()
        return answer

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


_CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""What a kept connection meets that the other side has closed."""


class _CheckedConnection(http.client.HTTPSConnection):
    """Connects to a checked address of its host."""

    def __init__(self, host: str, port: int, allowed: Callable[[Address], bool], tls: ssl.SSLContext) -> None:
        super().__init__(host, port, context=tls)
        self._allowed, self._tls = allowed, tls
        self.deadline = 0.0

    def connect(self) -> None:
        """TCP and TLS; each address is tried until one answers."""
        failure: OSError | None = None
        for address in resolve(self.host, self.port, self._allowed):
            try:
                plain = _connected(address, self.port, _left(self.deadline))
            except OSError as error:
                failure = error
                continue
            plain.settimeout(_left(self.deadline))
            try:
                safe = self._tls.wrap_socket(plain, server_hostname=self.host)
            except BaseException:
                plain.close()
                raise
            self.sock = _TimedSocket(safe, self)
            return
        raise failure or OSError("the name has no address")


def _connected(address: str, port: int, timeout: float) -> socket.socket:
    """A connection to that very address; nothing is looked up."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        sock.settimeout(timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


class _TimedSocket:
    """What `http.client` needs of a socket, with one end for all reading and writing of a try: a timeout of
    each single read could be kept off for ever by a byte now and then."""

    def __init__(self, sock: ssl.SSLSocket, connection: _CheckedConnection) -> None:
        self._sock, self._connection = sock, connection

    def sendall(self, data: bytes) -> None:
        """Write all."""
        self._sock.settimeout(_left(self._connection.deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """For reading the answer."""
        return io.BufferedReader(_TimedReader(self._sock, self._connection))

    def close(self) -> None:
        """Close it."""
        self._sock.close()


class _TimedReader(io.RawIOBase):
    """Reads until the end of the try. The socket stays open until this is closed too."""

    def __init__(self, sock: ssl.SSLSocket, connection: _CheckedConnection) -> None:
        super().__init__()
        self._sock, self._connection = sock, connection
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """The next bytes."""
        self._sock.settimeout(_left(self._connection.deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close it."""
        self._raw.close()
        super().close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _note(status: int, reason: str, start: bytes, location: str | None) -> str:
    """`503 Service Unavailable: try later`, on one line."""
    said = " ".join(re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]+", " ", start.decode("utf-8", "replace")).split())
    if 300 <= status < 400:
        said = f"to {location or '?'}; redirections are not followed"
    return one_line(f"{status} {reason}: {said[:SHOWN]}".rstrip(": "))


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds: a number, or a date (RFC 9110 10.2.3); None where it is neither."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _what(error: Exception) -> str:
    """What went wrong, in one line."""
    match error:
        case NotPublicError():
            return str(error)
        case TimeoutError():
            return "no answer in time"
        case ssl.SSLCertVerificationError():
            return f"its certificate does not hold: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {error.reason or error}"
        case socket.gaierror():
            return f"the name is not known: {error.strerror}"
        case ConnectionRefusedError():
            return "connection refused"
        case OSError():
            return f"no connection: {error.strerror or error}"
        case _:
            return f"no answer that makes sense: {type(error).__name__}"
