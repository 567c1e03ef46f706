"""What a transport has to know before it starts: what a PENFRIEND_TRANSPORT address is read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Tls(StrEnum):
    """How a connection to an SMTP server is protected."""

    OFFER = "offer"
    """STARTTLS where the server offers it, in clear where it does not (RFC 7435); a login is never sent in
    clear.
    """
    REQUIRE = "require"
    """STARTTLS, or no mail at all."""
    IMPLICIT = "implicit"
    """TLS from the first byte (port 465, RFC 8314)."""
    NONE = "none"
    """Never TLS; a login goes in clear because somebody wrote that it may."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for each thing, in seconds: the figures of RFC 5321 4.5.3.2, and our own for what it
    leaves open.
    """

    connect: float = 30.0
    """The TCP connection to one address, and the TLS handshake."""
    greeting: float = 300.0
    command: float = 300.0
    """The answer to EHLO, STARTTLS, AUTH, MAIL, RCPT and RSET."""
    data: float = 120.0
    block: float = 180.0
    """The server must take the next part of the body within this time."""
    dot: float = 600.0
    """The answer after the final dot. Less means more mails in doubt, since the server may have taken them.
    """
    before_dot: float = 600.0
    """A mail from its taking to its dot, the session for it included, however often the server answers just
    in time. Less than the lease of a mail that is being sent.
    """
    quit: float = 2.0
    """All connections together, when the transport is closed."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One SMTP server, and how to talk to it."""

    host: str
    port: int
    user: str | None = None
    password: str = field(default="", repr=False)
    tls: Tls = Tls.OFFER
    verify: bool = False
    """Whether the certificate must be valid and for `host`."""
    connections: int = 10
    helo: str | None = None
    """The name we give in EHLO; None is this machine's full name, or its address where the name has no
    domain.
    """
    timeouts: Timeouts = Timeouts()

    @property
    def place(self) -> str:
        """Host and port, as a person writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class FileSettings:
    """A folder that takes each mail as a file."""

    folder: Path


@dataclass(frozen=True, slots=True)
class MemorySettings:
    """Mails are kept in the process."""


@dataclass(frozen=True, slots=True)
class EspSettings:
    """One account at a mail provider."""

    provider: str
    """Its name in `penfriend.delivery.esp.providers`."""
    account: Mapping[str, str] = field(repr=False)
    """The options of the account, keys among them; `api_url` where another than the usual one is asked."""
    connections: int = 10
    timeout: float = 30.0
    """Seconds to connect, and again between two pieces of an answer."""


@dataclass(frozen=True, slots=True)
class PlugInSettings:
    """A transport that another package brings; it reads its address itself."""

    scheme: str


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """A whole PENFRIEND_TRANSPORT address, read."""

    carrier: SmtpSettings | FileSettings | MemorySettings | EspSettings | PlugInSettings
    rate: float | None = None
    """At most this many mails a second, over all workers; the engine keeps to it. None is no limit."""
