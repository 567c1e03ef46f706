"""What the parts of an SMTP conversation share: the wire, how far it has come, what the server can do.

The conversation is written as generators that read from top to bottom (`smtp_opening`, `smtp_transaction`).
They write at once and give the event loop a `Wait` where they need something of the server; `smtp_connection`
resumes them. So the stage is one attribute, set by the line of code that makes it true, and no code has to be
written twice for waiting and not waiting.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import Enum, auto

from penfriend.delivery.reply_parser import GarbageError, Reply, ReplyParser
from penfriend.delivery.settings import SmtpSettings
from penfriend.delivery.smtp_wire import Wire
from penfriend.domain.delivery import Result, Stage


class Wait(Enum):
    """What a conversation needs before it can go on."""

    REPLY = auto()
    """A whole reply; it is given to the conversation."""
    ROOM = auto()
    """The kernel has taken all that was written; a reply that comes before that is given to the conversation.
    """
    HANDSHAKE = auto()
    """TLS stands."""


Conversation = Generator[Wait, Reply, Result | None]
"""Is sent a reply, or NOTHING. Ends with the result of a mail, or with None when a session is open."""


class SessionRefusedError(Exception):
    """No session came about: nothing was said about any mail. `hopeless`: it needs a person, so no second
    connection is tried now.
    """

    def __init__(self, result: Result, *, hopeless: bool = False) -> None:
        self.result = result
        self.hopeless = hopeless
        super().__init__(result.text)


@dataclass(frozen=True, slots=True)
class Features:
    """What the server offered in its answer to EHLO."""

    pipelining: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    starttls: bool = False
    size: int | None = None
    """Whether SIZE is offered, and the most bytes that a mail may have; 0 is no limit told (RFC 1870)."""
    auth: frozenset[str] = frozenset()

    @staticmethod
    def of(reply: Reply) -> Features:
        """Read the lines of an EHLO answer; unknown ones are passed over (RFC 5321 4.1.1.1)."""
        offered: dict[str, str] = {}
        for line in reply.lines[1:]:
            # AUTH=PLAIN is how servers wrote it before RFC 2554
            keyword, _, rest = re.sub(r"^AUTH=", "AUTH ", line.strip(), flags=re.IGNORECASE).partition(" ")
            offered[keyword.upper()] = f"{offered.get(keyword.upper(), '')} {rest}".strip()
        size = offered.get("SIZE")
        return Features(
            pipelining="PIPELINING" in offered,
            eight_bit="8BITMIME" in offered,
            smtputf8="SMTPUTF8" in offered,
            starttls="STARTTLS" in offered,
            size=None if size is None else int(size) if re.fullmatch(r"\d{1,18}", size) else 0,
            auth=frozenset(offered.get("AUTH", "").upper().split()),
        )


@dataclass(slots=True)
class Link:
    """One connection as its conversation sees it. Everything here belongs to one thread."""

    wire: Wire
    settings: SmtpSettings
    tls_context: ssl.SSLContext
    server: str
    """The name in the greeting; before it, host and port."""
    stage: Stage = Stage.CONNECT
    parser: ReplyParser = field(default_factory=ReplyParser)
    features: Features = Features()
    doomed: bool = False
    """The connection is closed after this mail: the server said so, or both sides may no longer agree on
    where they are.
    """
    transaction_open: bool = False
    """MAIL was accepted and no mail came of it: RSET goes before the next one."""
    answered: bool = False
    """The server has answered to this mail's MAIL."""
    refusal: Result | None = None
    """The mail is refused already, though answers to commands sent along with the refused one are still to
    come.
    """

    def say(self, stage: Stage, data: bytes) -> None:
        """Write, and be at `stage` from just before the first byte on. Raises GarbageError where an answer
        came before what it would answer to."""
        self.expect_silence()
        self.stage = stage
        self.wire.write(data)

    def expect_silence(self) -> None:
        """Raise GarbageError where the server has spoken without having been asked: its words would be taken
        for the answer to what comes next, in the worst case to the dot."""
        if not self.parser.empty:
            raise GarbageError("the server sent an answer before it was asked")


def hear(link: Link, stage: Stage) -> Generator[Wait, Reply, Reply]:
    """Wait for one reply, at `stage`."""
    link.stage = stage
    return (yield Wait.REPLY)


def own_name(link: Link) -> str:
    """What we call ourselves in EHLO: a full name, or else our address in brackets (RFC 5321 4.1.3). Asks no
    name server.
    """
    if link.settings.helo:
        return link.settings.helo
    name = socket.gethostname()
    if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name):
        return name
    address = str(link.wire.socket.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
