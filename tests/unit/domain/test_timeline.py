"""What was expected beside what happened."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign_test import Expectation
from penfriend.domain.timeline import Line, agrees, compare

SENT, SKIPPED, POSTPONED, EXIT = Expectation
A, B = Line("2026-03-02 10:00", SENT, "a"), Line("2026-03-02 11:00", SENT, "b")
HELD = Line("2026-03-02 10:00", POSTPONED, "b", "frequency_cap")
THROUGH = Line("2026-03-02 11:00", EXIT, reason="completed")
GOAL = Line("2026-03-02 11:00", EXIT, reason="goal")


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([A, HELD, B], [HELD, A, B]),
        ([HELD, A], [A, HELD]),
        ([A, A], [A, A]),
        ([A, B], [A, B, THROUGH]),
        ([A, B, THROUGH], [A, B, THROUGH]),
        ([Line(HELD.at, POSTPONED, "b")], [HELD]),
    ],
)
def test_the_same_things_in_the_same_minutes_agree(expected: list[Line], actual: list[Line]) -> None:
    assert agrees(compare(expected, actual))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([A], [A, B]),
        ([A, B], [A]),
        ([A, A], [A]),
        ([A], [A, GOAL]),
        ([A, THROUGH], [A]),
        ([A, THROUGH], [A, GOAL]),
        ([Line(HELD.at, POSTPONED, "b", "outside_window")], [HELD]),
        ([Line("2026-03-02 10:01", SENT, "a")], [A]),
    ],
)
def test_what_is_missing_too_much_or_at_another_time_does_not(
    expected: list[Line], actual: list[Line]
) -> None:
    assert not agrees(compare(expected, actual))
