"""Puts together what takes feedback: for the command, the poller and the webhooks."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.engine.stops import Stops
from penfriend.engine.take_feedback import TakeFeedback
from penfriend.storage.feedback_log import FeedbackLog
from penfriend.storage.stop_log import StopLog


def feedback_desk(house: House) -> TakeFeedback:
    """Takes feedback into this house."""
    judge = Stops(StopLog(house.db), house.live, house.clock).look
    return TakeFeedback(FeedbackLog(house.db), house.ingester().ingest_own, house.clock, judge)
