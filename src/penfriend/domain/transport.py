"""The port to whoever carries the mail: how the engine hands mails over and hears what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from penfriend.domain.delivery import Handover, Result


class DeliveryWatch(Protocol):
    """What a transport must tell while it works. Both are called in the thread that called `deliver`."""

    def dot(self, handover: Handover) -> None:
        """Called right before the write that holds the last byte of the mail. The write follows only when
        this has returned.

        After this call only a reply that was read makes the outcome known; without one it is
        `Outcome.UNKNOWN`.
        """

    def done(self, handover: Handover, result: Result) -> None:
        """Called once for each handover that was taken, as soon as its result is known."""


class Transport(Protocol):
    """Carries mails to a provider. A refusal is a result, never an exception; only a mistake in the settings
    raises, when it is made."""

    @property
    def name(self) -> str:
        """The route's name in the language (`default` for PENFRIEND_TRANSPORT)."""

    @property
    def concurrency(self) -> int:
        """How many mails it holds at the same time at most (its connections)."""

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Take mails from `handovers`, one whenever a connection is free, until it ends; return when each has
        its result.

        None instead of a mail: nothing may go at this moment, though a connection is free, because of what is
        on its way. Ask again when one of those has its result, and not before, but after a second or so in
        any case, since another mail may have fallen due meanwhile. It comes only while something is on its
        way: a transport that finishes each mail before it takes the next never meets it.

        The iterator is advanced in the calling thread and may be slow (it renders and commits); a mail that
        was taken is handed over at
        once. A route that turns out unusable (refused connection, AUTH refused) answers those it holds with a
        ROUTE fault and takes no
        more; what is still in the iterator stays with the caller.
        """

    def close(self) -> None:
        """Leave politely (QUIT) and give the connections back. Idempotent."""
