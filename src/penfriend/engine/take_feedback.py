"""Takes what comes back of mails: on record first, and what follows from it with it; then what people asked
their provider for goes through the one way in for events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from penfriend.domain.events import EventIn
from penfriend.domain.feedback import Effect, Feedback, Kind, Taken
from penfriend.domain.ingestion import Answer, Own, Refused
from penfriend.domain.ports import Clock
from penfriend.domain.timing import Moment
from penfriend.engine.supply import Judge

log = logging.getLogger("penfriend.feedback")

Ingest = Callable[[Sequence[tuple[EventIn, Own]]], Sequence[Answer]]
"""`penfriend.engine.ingest.Ingester.ingest_own`."""


class Feedbacks(Protocol):
    """Keeps feedback (`penfriend.storage.feedback_log`)."""

    def take(self, reports: Sequence[Feedback], now: Moment) -> list[Taken]:
        """What came of each, in order. Raises StoreUnavailable."""


class TakeFeedback:
    """The use case, for mailboxes and webhooks alike."""

    def __init__(
        self, feedbacks: Feedbacks, ingest: Ingest, clock: Clock, judge: Judge = lambda _: None
    ) -> None:
        self._feedbacks, self._ingest, self._clock, self._judge = feedbacks, ingest, clock, judge

    def apply(self, reports: Sequence[Feedback]) -> list[Effect]:
        """Take these; what came of each, in order. Safe to repeat: what is on record has no further effect.
        Raises StoreUnavailable; then all of it may come again."""
        taken = self._feedbacks.take(reports, self._clock.now())
        pairs = list(zip(reports, taken, strict=True))
        self._judge({one.campaign for report, one in pairs if _is_bad_news(report, one)})
        leaving = [
            self._leaves(report, one)
            for report, one in pairs
            if report.kind is Kind.UNSUBSCRIBED and one.contact is not None
        ]
        for answer in self._ingest(leaving) if leaving else ():
            if isinstance(answer, Refused) and not answer.conflict:
                log.warning("somebody's unsubscription was not taken: %s", answer.reason)
        return [one.effect for one in taken]

    def _leaves(self, report: Feedback, taken: Taken) -> tuple[EventIn, Own]:
        """Also where the report is on record: whoever died in between had not come so far. Its id follows
        from the report, so that it is one event."""
        topic = {} if taken.topic is None else {"topic": taken.topic}
        event = EventIn(
            name="unsubscribed",
            contact=None,
            email=None,
            at=min(report.at, self._clock.now()),
            properties={**topic, "proof": f"{report.source}: {report.text}"[:500]},
            id=f"feedback-{report.key}"[:200],
        )
        return event, Own(taken.contact or 0, None, taken.message)


def _is_bad_news(report: Feedback, taken: Taken) -> bool:
    return taken.effect is Effect.APPLIED and report.kind in (Kind.BOUNCED, Kind.COMPLAINED)
