"""Puts together what takes feedback: for the command, the poller and the webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from penfriend.bootstrap.house import House
from penfriend.bootstrap.stopped import judge_of
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, Own
from penfriend.engine.take_feedback import TakeFeedback
from penfriend.storage.feedback_log import FeedbackLog


def feedback_desk(house: House) -> TakeFeedback:
    """Takes feedback into this house. Make one and keep it: it remembers which campaigns were judged."""

    def ingest(changes: Sequence[tuple[EventIn, Own]]) -> list[Answer]:
        return house.ingester().ingest_own(changes)  # by what is live then: the desk may last for long

    return TakeFeedback(FeedbackLog(house.db), ingest, house.clock, judge_of(house))
