"""Spans: what was done, for how long, and within what. Most often nobody wants to know, and then they cost
nothing; `penfriend.bootstrap.tracing` hands them to OpenTelemetry.

What is said of a span are words of bounded lists and our own numbers; never an address, never a text of a
mail or of an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

Kind = Literal["internal", "client", "server"]
"""What we do ourselves, what we ask of somebody, what somebody asks of us."""
Said = str | int


class Span(Protocol):
    """One of them, while it lasts."""

    def say(self, **said: Said) -> None:
        """This is known of it by now."""

    def name(self, name: str) -> None:
        """It is called otherwise."""

    def failed(self, kind: str) -> None:
        """It ends in a failure of that kind: the name of an exception, an outcome."""

    def end(self) -> None:
        """It is over; only for one that was begun by `Spans.begin`."""


class Spans(Protocol):
    """Whoever makes them."""

    @property
    def are_wanted(self) -> bool:
        """Whether somebody wants to know."""

    def within(self, name: str, *, kind: Kind = "internal", **said: Said) -> AbstractContextManager[Span]:
        """A span around what stands inside; one that begins there is a part of it. An exception makes it a
        failure."""

    def begin(self, name: str, *, kind: Kind = "internal", **said: Said) -> Span:
        """A span that ends by `end`: others may begin and end meanwhile."""

    def ids(self) -> Mapping[str, str]:
        """`trace_id` and `span_id` of the one that lasts in this thread, for the log; nothing outside of
        one."""


class _Nothing:
    """A span of which nobody wants to know."""

    def say(self, **_: Said) -> None:
        """Nothing."""

    def name(self, name: str) -> None:
        """Nothing."""

    def failed(self, kind: str) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class NoSpans:
    """Nobody wants to know. Satisfies `Spans`."""

    are_wanted = False
    _nothing = _Nothing()
    _around: AbstractContextManager[Span] = nullcontext(_nothing)

    def within(self, name: str, *, kind: Kind = "internal", **said: Said) -> AbstractContextManager[Span]:  # noqa: ARG002 - the port's
        """Nothing."""
        return self._around

    def begin(self, name: str, *, kind: Kind = "internal", **said: Said) -> Span:  # noqa: ARG002 - the port's
        """Nothing."""
        return self._nothing

    def ids(self) -> Mapping[str, str]:
        """None."""
        return {}
