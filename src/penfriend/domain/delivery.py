"""What goes out and what comes back: a finished mail, and the result of one try to hand it over.

The words of SMTP are those of RFC 5321; the enhanced status codes those of RFC 3463.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What one attempt came to."""

    ACCEPTED = "accepted"
    """The provider has taken responsibility (250 after the dot, 2xx of an API)."""
    DEFERRED = "deferred"
    """Surely not taken, and a later try may do better (4xx, connection lost before the dot)."""
    REJECTED = "rejected"
    """Surely not taken, and another try would be refused as well (5xx)."""
    UNKNOWN = "unknown"
    """The last byte may have been written and no answer was read."""


class Stage(StrEnum):
    """How far the conversation had come. Everything before DOT is a safe retry."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    REQUEST = "request"
    """An HTTP API: the request is being written or its answer awaited."""
    STORED = "stored"
    """`file:` and `memory:`: the mail is kept."""


class Fault(StrEnum):
    """Whose matter a refusal is."""

    NONE = "none"
    RECIPIENT = "recipient"
    """This address: dead, full, unknown."""
    MESSAGE = "message"
    """This mail: too large, an address that needs SMTPUTF8, content refused."""
    ROUTE = "route"
    """The server, the connection, the login, the rate, our reputation: never counts against the recipient."""


@dataclass(frozen=True, slots=True)
class Email:
    """A finished mail. `content` is the whole RFC 5322 message with CRLF line ends, not dot-stuffed, without
    the final dot."""

    message_id: str
    """With its angle brackets; fixed when the message was created."""
    envelope_from: str
    envelope_to: str
    content: bytes = field(repr=False)
    subject: str = ""
    """Decoded, for logs and lists."""
    needs_smtputf8: bool = False
    """An address has a local part outside ASCII (RFC 6531)."""
    locale: str = ""
    """In which it was written, as in `ar-EG`."""
    sound: bool = False
    """Whoever made it has looked at its bytes: every line ends with CRLF, and none begins with a dot. Else
    whoever carries it looks."""

    @property
    def digest(self) -> str:
        """What two mails have in common whose bytes are the same: SHA-256 of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Handover:
    """One try to hand one mail over. `attempt` is the attempt's id in the store and comes back with the
    result."""

    attempt: int
    email: Email


@dataclass(frozen=True, slots=True)
class Result:
    """What one attempt came to, with the server's words as they were."""

    outcome: Outcome
    stage: Stage
    code: int | None = None
    """Reply code of SMTP or status of HTTP."""
    enhanced: str | None = None
    """Enhanced status code, such as 5.1.1 (RFC 3463), where the server gave one."""
    text: str = ""
    """The reply, or what broke, in one line of at most 500 characters."""
    server: str = ""
    """Host and port, or the name the server gave in its greeting."""
    fault: Fault = Fault.NONE
    retry_after: float | None = None
    """Seconds that the server asked for."""
    provider_id: str | None = None
    """The provider's own id of the mail (an ESP's message id, a queue id in the 250)."""
