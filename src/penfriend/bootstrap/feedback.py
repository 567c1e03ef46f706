"""Puts together what takes feedback: for the command, the poller and the webhooks."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.bootstrap.own_events import own_events
from penfriend.bootstrap.stopped import judge_of
from penfriend.engine.take_feedback import TakeFeedback
from penfriend.storage.feedback_log import FeedbackLog


def feedback_desk(house: House) -> TakeFeedback:
    """Takes feedback into this house. Make one and keep it: it remembers which campaigns were judged."""
    return TakeFeedback(FeedbackLog(house.db), own_events(house), house.clock, judge_of(house))
