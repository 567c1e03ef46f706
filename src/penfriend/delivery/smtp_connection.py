"""Drives one conversation over one socket: feeds it what came, watches the clock, and says what happened.

It never blocks and knows no other connection; `smtp_round` owns the event loop.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass

from penfriend.delivery import replies
from penfriend.delivery.reply_parser import NOTHING, GarbageError, Reply
from penfriend.delivery.settings import SmtpSettings
from penfriend.delivery.smtp_link import Conversation, Link, SessionRefusedError, Wait
from penfriend.delivery.smtp_opening import open_session
from penfriend.delivery.smtp_transaction import hand_over
from penfriend.delivery.smtp_wire import Wire, WireClosedError
from penfriend.domain.delivery import Handover, Outcome, Result, Stage
from penfriend.domain.transport import DeliveryWatch

Address = tuple[int, tuple[object, ...]]
"""Family and socket address."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The session takes mail."""


@dataclass(frozen=True, slots=True)
class OpeningFailed:
    """No session came about, and why. `hopeless`: another try now would meet the same."""

    result: Result
    hopeless: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """A mail has its result. `stale`: the server had left this connection before it heard of the mail."""

    result: Result
    stale: bool


Event = Opened | OpeningFailed | Ended


class Connection:
    """One connection to the server, from connecting to closing. Not thread-safe."""

    def __init__(
        self, settings: SmtpSettings, tls_context: ssl.SSLContext, address: Address, until: float
    ) -> None:
        """Begin to connect; the mail it is for must be at its dot by `until`, on the clock of time.monotonic.
        Raises OSError where that fails at once."""
        self._timeouts = settings.timeouts
        self._link = Link(Wire(*address), settings, tls_context, settings.place)
        self._conversation: Conversation | None = open_session(self._link)
        self._wait: Wait | None = None
        """None before its first step."""
        self._used = False
        self.watched = 0
        """What the selector looks for."""
        self.opening = True
        self.idle_since = 0.0
        """On the clock of time.monotonic, in seconds."""
        self._until = until
        self.deadline = min(time.monotonic() + self._timeouts.connect, until)
        """When what is waited for is late, on the clock of time.monotonic."""

    def fileno(self) -> int:
        """For the selector."""
        return self._link.wire.socket.fileno()

    @property
    def wants_write(self) -> bool:
        """Whether the selector must tell when the socket takes more."""
        return self._link.stage is Stage.CONNECT or self._link.wire.pending

    @property
    def usable(self) -> bool:
        """Whether another mail can go over this connection."""
        return self._conversation is None and not self._link.doomed and self._link.parser.empty

    @property
    def session(self) -> Link:
        """The session as its conversation sees it, for looking."""
        return self._link

    def begin(self, handover: Handover, watch: DeliveryWatch, until: float) -> Event | None:
        """Start with a mail on a session that is open and free; it must be at its dot by `until`."""
        self._until = until
        self._conversation = hand_over(self._link, handover, watch)
        self._wait = None
        return self._advance()

    def ready(self, readable: bool, writable: bool) -> Event | None:
        """Go on with what the selector says is possible."""
        link = self._link
        try:
            if link.stage is Stage.CONNECT:
                link.wire.connected()
            elif writable:
                link.wire.flush()
            if readable and self._wait not in (None, Wait.HANDSHAKE):
                link.parser.feed(link.wire.read())
        except OSError as error:
            return self._lost((error.strerror or str(error)).lower())
        except WireClosedError as error:
            return self._lost(str(error))
        event = self._advance()
        if event is None:
            link.wire.acknowledge()
        return event

    def still_good(self) -> bool:
        """Whether a free session can be used: the server has not closed it, nor said that it will."""
        try:
            self._link.parser.feed(self._link.wire.read())
        except WireClosedError:
            return False
        return self._link.parser.empty

    def expire(self) -> Event:
        """The deadline is past: give up. The caller closes."""
        if self._link.stage is not Stage.DOT and self._until <= self.deadline:
            return self._lost(f"not at the end of the mail within {self._timeouts.before_dot:g} seconds")
        waited = f"{self._limit():g} seconds"
        if self._link.stage is Stage.CONNECT:
            return self._lost(f"no connection within {waited}")
        if self._link.stage is Stage.BODY:
            return self._lost(f"the server took no more of the mail within {waited}")
        return self._lost(f"no answer within {waited}")

    def say_goodbye(self) -> None:
        """Write QUIT on a free session."""
        self._link.wire.write(b"QUIT\r\n")

    def heard_goodbye(self) -> bool:
        """After QUIT: whether the answer, or the end, has come."""
        try:
            return bool(self._link.wire.read())
        except WireClosedError:
            return True

    def close(self) -> None:
        """Give the socket back at once; what was not written is not written any more."""
        self._link.wire.close()
        if self._conversation is not None:
            self._conversation.close()

    def _advance(self) -> Event | None:
        """Resume the conversation as often as what it waits for is there."""
        conversation = self._conversation
        if conversation is None:
            return None
        try:
            moved = self._wait is None
            if moved:
                self._wait = next(conversation)
            while (reply := self._given()) is not None:
                self._wait = conversation.send(reply)
                moved = True
        except StopIteration as stop:
            return self._ended(stop.value)
        except SessionRefusedError as refused:
            return OpeningFailed(refused.result, refused.hopeless)
        except (GarbageError, WireClosedError) as error:
            return self._lost(str(error))
        if moved:  # of the whole answer: bytes that drip in do not put it off
            self._renew_deadline()
        return None

    def _renew_deadline(self) -> None:
        self.deadline = time.monotonic() + self._limit()
        if self._link.stage is not Stage.DOT:
            self.deadline = min(self.deadline, self._until)

    def _given(self) -> Reply | None:
        """The reply that the conversation waits for, or NOTHING where it needs none; None: not yet."""
        link = self._link
        if self._wait is Wait.HANDSHAKE:
            if not link.wire.shake_hands():
                return None
            # the server's first words may have come along with its last ones of the handshake
            link.parser.feed(link.wire.read())
            return NOTHING
        reply = link.parser.next_reply()
        if reply is None and (self._wait is Wait.REPLY or link.wire.pending):
            return None
        return reply or NOTHING

    def _ended(self, result: Result | None) -> Event:
        self._conversation = None
        self.idle_since = time.monotonic()
        if result is None:
            self.opening = False
            return Opened()
        event = self._event(result)
        self._used = True
        return event

    def _lost(self, text: str) -> Event:
        """The connection is no good any more, and what that means for what it was doing."""
        link = self._link
        link.doomed = True
        if link.refusal is not None and not self.opening:
            return self._event(link.refusal)
        result = replies.broken(link.stage, text, link.server)
        return OpeningFailed(result) if self.opening else self._event(result)

    def _event(self, result: Result) -> Ended:
        untouched = not self._link.answered and result.outcome is Outcome.DEFERRED
        return Ended(result, stale=self._used and untouched)

    def _limit(self) -> float:
        """Seconds to wait for what is waited for."""
        timeouts = self._timeouts
        if self._wait is Wait.HANDSHAKE:
            return timeouts.connect
        match self._link.stage:
            case Stage.CONNECT:
                return timeouts.connect
            case Stage.GREETING:
                return timeouts.greeting
            case Stage.DATA:
                return timeouts.data
            case Stage.BODY:
                return timeouts.block
            case Stage.DOT:
                return timeouts.dot
            case _:
                return timeouts.command
