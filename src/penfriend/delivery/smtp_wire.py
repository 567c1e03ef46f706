"""One TCP connection, in clear or under TLS, that never blocks: what is written waits here until the kernel
takes it.
"""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress

READ_SIZE = 65_536
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux has it


class WireClosedError(Exception):
    """The other side has closed, or the connection broke; the message says how."""


class Wire:
    """A non-blocking socket with a buffer for what waits to be written. Not thread-safe."""

    def __init__(self, family: int, address: tuple[object, ...]) -> None:
        """Begin to connect. Raises OSError where that fails at once."""
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self.socket.setblocking(False)
            # the last part of a mail must not wait for the ACK of the part before it (Nagle)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(BlockingIOError):
                self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self._waiting = memoryview(b"")
        self._broken = False
        self._owes_ack = False
        self._tls: ssl.SSLObject | None = None
        self._tls_in = ssl.MemoryBIO()
        self._tls_out = ssl.MemoryBIO()

    @property
    def pending(self) -> bool:
        """Whether something that was written has not been taken by the kernel."""
        return bool(self._waiting)

    @property
    def tls_version(self) -> str | None:
        """Such as TLSv1.3, or None in clear."""
        return self._tls.version() if self._tls else None

    @property
    def certificate_ends(self) -> str | None:
        """When the server's certificate ends, as OpenSSL writes it; None in clear, and where it is not
        checked."""
        found = (self._tls.getpeercert() if self._tls else None) or {}
        ends = found.get("notAfter")
        return ends if isinstance(ends, str) else None

    def connected(self) -> None:
        """Call when the socket has become writable for the first time. Raises OSError where the connection
        was refused.
        """
        if code := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))

    def write(self, data: bytes) -> None:
        """Write, or keep for `flush`."""
        if self._tls is not None:
            try:
                self._tls.write(data)
            except ssl.SSLError:
                self._broken = True
            data = self._tls_out.read()
        self._send(data)

    def flush(self) -> None:
        """Give the kernel what it takes now.

        A broken connection is not told here but by the next `read`: a last answer of the server may still
        wait there.
        """
        try:
            while self._waiting and not self._broken:
                self._waiting = self._waiting[self.socket.send(self._waiting) :]
                self._owes_ack = False
        except BlockingIOError:
            return
        except OSError:
            self._broken = True

    def read(self) -> bytes:
        """What has come, perhaps nothing. Raises WireClosedError at the end and where it is broken."""
        try:
            data = self.socket.recv(READ_SIZE)
            ended = not data
        except BlockingIOError:
            data, ended = b"", False
        except OSError as error:
            raise WireClosedError(_in_words(error)) from error
        self._owes_ack = True
        if self._tls is not None:
            data = self._decrypt(self._tls, data)
        if ended and not data:
            raise WireClosedError("the server closed the connection")
        return data

    def acknowledge(self) -> None:
        """Tell the server at once that what was read has come, if nothing was written since.

        A server that writes each answer by itself waits for that before the next one (Nagle), and the kernel
        would let it wait for 40 ms.
        """
        if self._owes_ack and _QUICKACK is not None:
            self._owes_ack = False
            with suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """From here on everything is under TLS; `shake_hands` until it says that it is done."""
        self._tls = context.wrap_bio(self._tls_in, self._tls_out, server_hostname=host)

    def shake_hands(self) -> bool:
        """Take the next step of the TLS handshake; whether it is complete.

        Raises WireClosedError, also for a certificate that is not valid.
        """
        if self._tls is None:
            return True
        try:
            self._take_for_handshake()
            self._tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        except ssl.SSLCertVerificationError as error:
            self._send(self._tls_out.read())  # the alert, so that the server's log can say why
            raise WireClosedError(f"the server's certificate is not valid: {error.verify_message}") from error
        except (ssl.SSLError, ValueError) as error:
            raise WireClosedError(f"the TLS handshake failed: {_in_words(error)}") from error
        self._send(self._tls_out.read())
        return done

    def close(self) -> None:
        """Give the socket back; nothing more is written. Idempotent."""
        self._waiting = memoryview(b"")
        self.socket.close()

    def _take_for_handshake(self) -> None:
        try:
            data = self.socket.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError as error:
            raise WireClosedError(f"the TLS handshake failed: {_in_words(error)}") from error
        if not data:
            raise WireClosedError("the server closed the connection during the TLS handshake")
        self._tls_in.write(data)

    def _decrypt(self, tls: ssl.SSLObject, data: bytes) -> bytes:
        if data:
            self._tls_in.write(data)
        clear = bytearray()
        try:
            while part := tls.read(READ_SIZE):
                clear += part
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            if not clear:
                raise WireClosedError(f"the server closed the connection: {_in_words(error)}") from error
        self._send(self._tls_out.read())  # reading can make TLS answer (key update)
        return bytes(clear)

    def _send(self, data: bytes) -> None:
        if data:
            self._waiting = memoryview(bytes(self._waiting) + data) if self._waiting else memoryview(data)
            self.flush()


def _in_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)
