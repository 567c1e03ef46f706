"""The judge of the crash harness sees each breach of the guarantee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.crash.judge import Received, Verdict, judge

SENT = {
    "campaign": "news", "step": "news/first", "contact": "c1", "status": "sent", "message_id": "<a@x>",
    "attempts": 1, "over_at": "2026-03-02T10:00:00Z", "stage": "dot", "server": "mx.example", "reason": None,
}  # fmt: skip
UNKNOWN, SKIPPED = {**SENT, "status": "unknown"}, {**SENT, "status": "skipped", "reason": "unsubscribed"}
OWED = {**SENT, "campaign": "owed", "step": "owed"}
MAIL = Received(100.0, "c1@customer.example", "<a@x>", "1234")
OTHER_BYTES = Received(100.0, "c1@customer.example", "<a@x>", "5678")


def found(
    message: Mapping[str, Any], *received: Received, left: Mapping[str, float] | None = None, at_most: int = 1
) -> Verdict:
    return judge([message], received, 1, left or {}, at_most)


def test_what_was_sent_once_is_good() -> None:
    assert found(SENT, MAIL).good


def test_what_is_unknown_may_have_arrived_or_not() -> None:
    assert found(UNKNOWN).good
    assert found(UNKNOWN, MAIL).good
    assert not found(UNKNOWN, at_most=0).good


def test_what_was_re_sent_on_record_may_have_come_twice_with_the_same_bytes() -> None:
    assert found({**OWED, "attempts": 2}, MAIL, MAIL).good
    assert not found({**OWED, "attempts": 2}, MAIL, OTHER_BYTES).good
    assert found({**OWED, "attempts": 2}, MAIL, MAIL, MAIL).repeated == 1


def test_what_is_sent_and_was_not_received_is_lost() -> None:
    assert found(SENT).lost == 1


def test_what_was_received_twice_is_repeated() -> None:
    assert found(SENT, MAIL, MAIL).repeated == 1


def test_what_was_never_intended_in_the_store_is_lost() -> None:
    assert judge([], [], 1, {}, 0).lost == 1


@pytest.mark.parametrize(
    "message", [{**SENT, "status": "due"}, {**SENT, "status": "sending"}, {**UNKNOWN, "stage": None}, SKIPPED]
)
def test_what_has_no_end_or_no_reason_is_a_fault(message: Mapping[str, Any]) -> None:
    assert not found(message).good


def test_who_left_may_be_skipped_and_gets_nothing_later() -> None:
    assert found(SKIPPED, left={"c1": 50.0}).good
    assert not found(SENT, MAIL, left={"c1": 50.0}).good
    assert found(SENT, MAIL, left={"c1": 100.0}).good
    assert found(OWED, MAIL, left={"c1": 50.0}).good


def test_a_mail_that_is_in_no_log_is_a_fault() -> None:
    assert not found({**SENT, "message_id": "<b@x>", "status": "unknown"}, MAIL).good
