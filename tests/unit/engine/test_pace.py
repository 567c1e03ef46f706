"""The rate of a transport."""

import pytest

from penfriend.domain.timing import Moment
from penfriend.engine.pace import Pace
from tests.support.mail_pieces import NOON


class Seconds:
    """A clock of which only the seconds pass."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> Moment:
        return NOON

    def elapsed(self) -> float:
        return self.passed


def spend(pace: Pace) -> int:
    """Send as many as may go now; how many those were."""
    room = pace.room()
    for _ in range(room):
        pace.spend()
    return room


def test_without_a_rate_there_is_room_for_all() -> None:
    pace = Pace(None, Seconds())
    assert (spend(pace) > 100_000, pace.room() > 100_000) == (True, True)


def test_first_second_is_a_burst_and_then_nothing() -> None:
    pace = Pace(50, Seconds())
    assert (spend(pace), spend(pace)) == (50, 0)


@pytest.mark.parametrize(
    ("rate", "seconds", "mails"), [(50, 0.5, 25), (2, 0.4, 0), (0.5, 2, 1), (0.5, 1.9, 0)]
)
def test_room_grows_with_time(rate: float, seconds: float, mails: int) -> None:
    clock = Seconds()
    pace = Pace(rate, clock)
    spend(pace)
    clock.passed += seconds
    assert pace.room() == mails


def test_room_that_was_not_used_is_not_saved_up() -> None:
    clock = Seconds()
    pace = Pace(50, clock)
    clock.passed += 3600
    assert spend(pace) == 50


def test_rate_is_kept_over_a_minute() -> None:
    clock = Seconds()
    pace, sent = Pace(50, clock), 0
    for _ in range(600):
        sent += spend(pace)
        clock.passed += 0.1
    assert 50 * 60 <= sent <= 50 * 61
