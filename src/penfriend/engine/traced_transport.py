"""A transport around another whose handovers are spans: from when a mail is taken until it has its result."""

from __future__ import annotations

from collections.abc import Iterator

from penfriend.domain.delivery import Handover, Outcome, Result
from penfriend.domain.transport import DeliveryWatch, Transport
from penfriend.engine.spans import Span, Spans


class TracedTransport:
    """Hands mails to `carrier`. Satisfies `penfriend.domain.transport.Transport`."""

    def __init__(self, carrier: Transport, spans: Spans) -> None:
        self._carrier, self._spans = carrier, spans

    @property
    def name(self) -> str:
        """The route's name in the language."""
        return self._carrier.name

    @property
    def concurrency(self) -> int:
        """As the carrier's."""
        return self._carrier.concurrency

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """See `Transport.deliver`."""
        traced = _Watch(watch, self._spans, self.name)
        try:
            self._carrier.deliver(traced.taken(handovers), traced)
        finally:
            traced.give_up()

    def close(self) -> None:
        """Close the carrier."""
        self._carrier.close()


class _Watch:
    def __init__(self, watch: DeliveryWatch, spans: Spans, route: str) -> None:
        self._watch, self._spans, self._route = watch, spans, route
        self._open: dict[int, Span] = {}

    def taken(self, handovers: Iterator[Handover | None]) -> Iterator[Handover | None]:
        for handover in handovers:
            if handover is not None:
                self._open[handover.attempt] = self._spans.begin(
                    "hand over", kind="client", transport=self._route, attempt=handover.attempt
                )
            yield handover

    def dot(self, handover: Handover) -> None:
        self._watch.dot(handover)

    def done(self, handover: Handover, result: Result) -> None:
        span = self._open.pop(handover.attempt, None)
        if span is not None:
            span.say(outcome=result.outcome.value, stage=result.stage.value)
            if result.code is not None:
                span.say(code=result.code)
            if result.outcome is not Outcome.ACCEPTED:
                span.failed(result.outcome.value)
            span.end()
        self._watch.done(handover, result)

    def give_up(self) -> None:
        """The transport broke: what it held has no result."""
        for span in self._open.values():
            span.failed("given up")
            span.end()
        self._open = {}
