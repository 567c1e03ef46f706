"""Puts together what takes feedback: for the command, the poller and the webhooks."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.engine.take_feedback import TakeFeedback
from penfriend.storage.feedback_log import FeedbackLog


def feedback_desk(house: House) -> TakeFeedback:
    """Takes feedback into this house."""
    return TakeFeedback(FeedbackLog(house.db), house.ingester().ingest_own, house.clock)
