"""One call of `deliver`: takes mails while connections are free, serves the connections, reports each result.

Rules, in the order in which they matter:

- A mail is taken only when a connection is free for it or may be opened for it; the first opening must
  succeed before a second is tried, so that a dead server costs one mail its try and no more.
- A session that cannot be opened while others work is done without for the rest of the call; its mail goes
  over one of the others.
- A session that the server left before it heard of the mail is opened anew for the same mail, once.
- When no session can be opened at all, those mails that are held get the reason, and no more are taken.
- When nothing may go (None), it is asked again after the next result, or after a second.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from penfriend.delivery import replies
from penfriend.delivery.envelope import refusal
from penfriend.delivery.settings import SmtpSettings
from penfriend.delivery.smtp_connection import Address, Connection, Ended, Event, Opened, OpeningFailed
from penfriend.domain.delivery import Handover, Result, Stage
from penfriend.domain.transport import DeliveryWatch

LONGEST_IDLE = 60.0
"""Seconds after which a free session is not used again: firewalls forget it without a word, and the wait for
MAIL's answer is long.
"""
ASK_AGAIN = 1.0
"""Seconds after which the iterator is asked again that had nothing for the moment, where no mail had its
result meanwhile."""


@dataclass(slots=True)
class Pool:
    """What outlives a call: the sessions that are free, and the selector that knows all sockets."""

    settings: SmtpSettings
    tls_context: ssl.SSLContext
    selector: selectors.BaseSelector
    idle: list[Connection] = field(default_factory=list)

    def add(self, address: Address, until: float) -> Connection:
        """Begin a connection for a mail that must be at its dot by `until`. Raises OSError."""
        connection = Connection(self.settings, self.tls_context, address, until)
        connection.watched = selectors.EVENT_READ | selectors.EVENT_WRITE
        self.selector.register(connection, connection.watched, connection)
        return connection

    def drop(self, connection: Connection) -> None:
        """Close a connection and forget it."""
        if connection in self.idle:
            self.idle.remove(connection)
        self.selector.unregister(connection)
        connection.close()


@dataclass(slots=True)
class Job:
    """A mail that was taken."""

    handover: Handover
    until: float
    """When it must be at its dot, on the clock of time.monotonic."""
    again: bool = False
    """A session was opened anew for it already."""
    addresses: tuple[Address, ...] = ()
    """Of the server, still to be tried for it."""


class Round:
    """The event loop of one call. Use once."""

    def __init__(self, pool: Pool, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        self._pool = pool
        self._handovers = handovers
        self._watch = watch
        self._jobs: dict[Connection, Job] = {}
        """The mail that each busy connection carries, or is opened for."""
        self._homeless: deque[Job] = deque()
        """Mails whose session could not be opened while others work."""
        self._places = pool.settings.connections
        self._takes_more = True
        self._ask_at: float | None = None
        """When to ask the iterator again that had nothing for the moment, on the clock of time.monotonic."""
        self._proven = False
        self._addresses: tuple[Address, ...] = ()
        self._failure: Exception | None = None

    def run(self) -> None:
        """Return when the iterator has ended, or the route has turned out unusable, and every mail that was
        taken has its result.
        """
        try:
            self._drop_stale()
            while True:
                more = self._take_one()
                if self._jobs:
                    self._serve(0.0 if more else self._patience())
                elif not more:
                    break
        except BaseException:
            # asked to stop at once: what is on its way is cut off, and the store knows whose dot was written
            for connection in list(self._jobs):
                self._pool.drop(connection)
            raise
        if self._failure is not None:
            raise self._failure

    # -- taking

    def _take_one(self) -> bool:
        """Give one mail to a connection, if one is free; whether another may follow at once."""
        if not self._has_place():
            return False
        job = self._next_job()
        if job is None:
            return False
        if refused := refusal(job.handover.email):
            self._report(job, refused)
        elif self._pool.idle:
            self._start(self._pool.idle.pop(), job)
        else:
            self._open(job, self._resolved())
        return True

    def _has_place(self) -> bool:
        """Whether a mail could go: a session is free, or may be opened."""
        return bool(self._pool.idle) or self._may_open()

    def _may_open(self) -> bool:
        opening = any(connection.opening for connection in self._jobs)
        return len(self._jobs) < self._places and (self._proven or not opening)

    def _next_job(self) -> Job | None:
        if self._homeless:
            return self._homeless.popleft()
        if not self._takes_more or (self._ask_at is not None and time.monotonic() < self._ask_at):
            return None
        try:
            handover = next(self._handovers)
            if handover is not None:
                self._ask_at = None
                return Job(handover, time.monotonic() + self._pool.settings.timeouts.before_dot)
            self._ask_at = time.monotonic() + ASK_AGAIN
        except StopIteration:
            self._takes_more = False
        except Exception as error:
            self._fail(error)
        return None

    # -- opening and serving

    def _open(self, job: Job, addresses: tuple[Address, ...]) -> None:
        place = self._pool.settings.place
        text = "the host name stands for no address"
        while addresses:
            address, *others = addresses
            addresses = tuple(others)
            try:
                connection = self._pool.add(address, job.until)
            except OSError as error:
                text = (error.strerror or str(error)).lower()
                continue
            job.addresses = addresses
            self._jobs[connection] = job
            return
        self._unreachable(job, OpeningFailed(replies.broken(Stage.CONNECT, text, place)))

    def _resolved(self) -> tuple[Address, ...]:
        """The server's addresses, asked once per call; empty where the name is not known."""
        if not self._addresses:
            settings = self._pool.settings
            try:
                found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                return ()
            self._addresses = tuple((family, address) for family, _, _, _, address in found)
        return self._addresses

    def _start(self, connection: Connection, job: Job) -> None:
        self._jobs[connection] = job
        try:
            event = connection.begin(job.handover, self._watch, job.until)
        except Exception as error:
            self._cut_off(connection, error)
        else:
            self._happened(connection, job, event)

    def _serve(self, patience: float) -> None:
        """Let every connection go on that can, then give up those that are late. What has come is always read
        before the clock is.
        """
        for key, mask in self._pool.selector.select(patience):
            connection = key.data
            job = self._jobs.get(connection)
            if job is not None:
                self._go_on(connection, job, mask)
            elif connection in self._pool.idle and not connection.still_good():
                self._pool.drop(connection)
        now = time.monotonic()
        for connection, job in [(c, j) for c, j in self._jobs.items() if c.deadline <= now]:
            self._happened(connection, job, connection.expire())

    def _go_on(self, connection: Connection, job: Job, mask: int) -> None:
        try:
            event = connection.ready(bool(mask & selectors.EVENT_READ), bool(mask & selectors.EVENT_WRITE))
        except Exception as error:
            self._cut_off(connection, error)
        else:
            self._happened(connection, job, event)

    def _patience(self) -> float:
        soonest = min(connection.deadline for connection in self._jobs)
        if self._takes_more and self._ask_at is not None and self._has_place():
            soonest = min(soonest, self._ask_at)
        return max(0.0, soonest - time.monotonic())

    def _drop_stale(self) -> None:
        oldest = time.monotonic() - LONGEST_IDLE
        for connection in list(self._pool.idle):
            if connection.idle_since < oldest:
                connection.say_goodbye()
                self._pool.drop(connection)
            elif not connection.still_good():
                self._pool.drop(connection)

    # -- what follows from what happened

    def _happened(self, connection: Connection, job: Job, event: Event | None) -> None:
        match event:
            case None:
                self._set_interest(connection)
            case Opened():
                self._proven = True
                self._start(connection, job)
            case Ended(result, stale):
                self._free(connection)
                if stale and not job.again:
                    job.again = True
                    self._open(job, self._resolved())
                else:
                    self._report(job, result)
            case OpeningFailed(result):
                self._free(connection)
                if job.addresses and result.stage is Stage.CONNECT:
                    self._open(job, job.addresses)
                else:
                    self._unreachable(job, event)

    def _free(self, connection: Connection) -> None:
        """The connection carries nothing any more: keep it for the next mail, or close it."""
        del self._jobs[connection]
        if connection.usable:
            self._pool.idle.append(connection)
            self._set_interest(connection)
        else:
            self._pool.drop(connection)

    def _unreachable(self, job: Job, failed: OpeningFailed) -> None:
        living = len(self._jobs) + len(self._pool.idle)
        if living and not failed.hopeless:
            self._places = living
            self._homeless.append(job)
            return
        self._takes_more = False
        for unlucky in (job, *self._homeless):
            self._report(unlucky, failed.result)
        self._homeless.clear()

    def _report(self, job: Job, result: Result) -> None:
        self._ask_at = None
        try:
            self._watch.done(job.handover, result)
        except Exception as error:
            self._fail(error)

    def _cut_off(self, connection: Connection, error: Exception) -> None:
        """The watch raised before the dot: the mail must not go out over this connection."""
        del self._jobs[connection]
        self._pool.drop(connection)
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._takes_more = False
        self._failure = self._failure or error

    def _set_interest(self, connection: Connection) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_write else 0)
        if connection.watched != wanted:
            connection.watched = wanted
            self._pool.selector.modify(connection, wanted, connection)
