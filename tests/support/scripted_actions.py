"""What the scripted SMTP server can be told to do at a stage."""

from dataclasses import dataclass
from typing import ClassVar, Literal

Stage = Literal[
    "connect",
    "ehlo",
    "helo",
    "starttls",
    "handshake",
    "auth",
    "user",
    "password",
    "mail",
    "rcpt",
    "data",
    "body",
    "dot",
    "rset",
    "noop",
    "quit",
]


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer TEXT, such as "451 4.3.0 later"; each of several lines is written with the code and a space."""

    text: str
    then_disconnect: bool = False

    @property
    def code(self) -> int:
        """The three digits."""
        return int(self.text[:3])

    @property
    def accepts(self) -> bool:
        """Whether it takes the mail, given at `dot`."""
        return self.text.startswith("2")

    def wire(self) -> bytes:
        """The reply as RFC 5321 4.2.1 writes it."""
        *lines, last = self.text.split("\n")
        return "".join([*(f"{line[:3]}-{line[4:]}\r\n" for line in lines), f"{last}\r\n"]).encode()


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close the connection without an answer; at `dot` the mail is thrown away."""

    accepts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class AcceptAndDisconnect:
    """Keep the mail and close the connection without an answer: the client cannot know. For `dot`."""

    accepts: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Silence:
    """Read on and never answer, until the client or the end of the test closes the connection."""

    accepts: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer with DATA as it stands, which is no SMTP reply."""

    accepts: ClassVar[bool] = False
    data: bytes = b"\x00\xff garbage without a code\r\n"


@dataclass(frozen=True, slots=True)
class Endless:
    """Answer with DATA over and over, until the client or the end of the test closes the connection."""

    accepts: ClassVar[bool] = False
    data: bytes = b"250-and so on\r\n"


@dataclass(frozen=True, slots=True)
class Good:
    """What a good server does: for a fault that comes the second time only."""


Deed = Reply | Disconnect | AcceptAndDisconnect | Silence | Garbage | Endless
Action = Deed | Good
