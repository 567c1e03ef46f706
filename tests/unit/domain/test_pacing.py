"""The bucket of a rate: the law that nobody gets more, whoever takes or gives back, whatever clocks do."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.pacing import CLOCKS_DIFFER, Rate, Taken, put_back, take
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment

NOON = Moment(1_772_452_800_000_000)
RATES = st.builds(Rate, st.integers(1, 100_000), st.sampled_from([SECOND, MINUTE, HOUR, DAY]))


def burst(rate: Rate) -> float:
    """One second's worth, at least one mail."""
    return max(1.0, rate.per_second)


def test_first_second_is_a_burst_and_then_nothing() -> None:
    taken = take(Rate(10), Moment(0), NOON, 1_000)
    assert taken.mails == 10
    assert take(Rate(10), taken.full_at, NOON, 1_000) == Taken(0, taken.full_at, NOON)


def test_no_more_is_taken_than_wanted() -> None:
    assert take(Rate(10), Moment(0), NOON, 3) == Taken(3, Moment(NOON + 3 * SECOND // 10), NOON)


@pytest.mark.parametrize(
    ("rate", "microseconds", "mails"),
    [
        (Rate(10), SECOND // 2, 5),
        (Rate(2), 400_000, 0),
        (Rate(1, 2 * SECOND), 2 * SECOND, 1),
        (Rate(1, 2 * SECOND), 2 * SECOND - 1, 0),
        (Rate(24, DAY), HOUR, 1),
        (Rate(10), HOUR, 10),
    ],
)
def test_room_grows_with_time_and_is_not_saved_up(rate: Rate, microseconds: int, mails: int) -> None:
    emptied = take(rate, Moment(0), NOON, 1_000).full_at
    assert take(rate, emptied, Moment(NOON + microseconds), 1_000).mails == mails


def test_a_fast_rate_is_reached_but_for_a_tenth_by_who_asks_each_second() -> None:
    full_at, sent = Moment(0), 0
    for second in range(60):
        taken = take(Rate(5_000), full_at, Moment(NOON + second * SECOND), 1_000_000)
        full_at, sent = taken.full_at, sent + taken.mails
    assert 0.9 * 60 * 5_000 <= sent <= 60 * 5_000


def test_bucket_of_a_clock_that_was_set_back_fills_from_now_on() -> None:
    rate = Rate(10)
    ahead = take(rate, Moment(0), Moment(NOON + 2 * HOUR), 10).full_at
    nothing = take(rate, ahead, NOON, 10)
    assert nothing == Taken(0, Moment(NOON + SECOND), NOON)
    assert take(rate, nothing.full_at, Moment(NOON + SECOND), 100).mails == 10


def test_clocks_of_two_machines_may_differ_a_little() -> None:
    ahead = take(Rate(10), Moment(0), Moment(NOON + CLOCKS_DIFFER), 10).full_at
    assert take(Rate(10), ahead, NOON, 10) == Taken(0, ahead, NOON)


def test_what_comes_back_at_once_is_there_again() -> None:
    taken = take(Rate(10), Moment(0), NOON, 10)
    again = put_back(Rate(10), taken.full_at, replace(taken, mails=4), NOON)
    assert take(Rate(10), again, NOON, 10).mails == 4


def test_who_is_alone_may_take_time_over_a_slow_rate() -> None:
    rate, full_at, sent = Rate(5), Moment(0), 0
    for second in range(10):
        left = take(rate, full_at, Moment(NOON + second * SECOND), 5)
        for mail in range(5):  # each takes a tenth of a second, and its room at that moment
            now = Moment(left.at + SECOND // 10 * bool(mail))
            left = take(rate, put_back(rate, left.full_at, left, now), now, left.mails)
            sent += left.mails > 0
            left = replace(left, mails=max(0, left.mails - 1))
        full_at = left.full_at
    assert sent >= 46


def test_what_comes_back_late_is_there_once() -> None:
    rate = Rate(10)
    mine = take(rate, Moment(0), NOON, 10)
    later = Moment(NOON + SECOND)
    others = take(rate, mine.full_at, later, 10)
    assert others.mails == 10
    back = put_back(rate, others.full_at, mine, later)
    assert take(rate, back, later, 10).mails == 0


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(50), "50 per second"),
        (Rate(100, MINUTE), "100 per minute"),
        (Rate(5_000, DAY), "5000 per day"),
        (Rate(0.5), "0.5 per second"),
    ],
)
def test_a_rate_is_said_as_it_is_written(rate: Rate, words: str) -> None:
    assert str(rate) == words


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2_000_000),  # so long after the one before
        st.integers(0, 2),  # which worker
        st.integers(1, 300),  # how many it wants
        st.floats(0, 1),  # how many of those that it holds it uses before it takes more
    ),
    max_size=40,
)


@given(rate=RATES, steps=STEPS)
def test_over_any_interval_no_more_than_the_rate_and_one_burst_whoever_takes_and_gives_back(
    rate: Rate, steps: list[tuple[int, int, int, float]]
) -> None:
    """Workers take, use a part within the time in which it is fresh, and give the rest back much later."""
    full_at, now = Moment(0), NOON
    holding: dict[int, Taken] = {}
    used: list[tuple[int, int]] = []
    for pause, worker, wanted, share in steps:
        now = Moment(now + pause)
        left = holding.pop(worker, Taken(0, full_at, now))
        if now - left.at <= rate.fresh:
            using = round(share * left.mails)
            used.append((now, using))
            left = replace(left, mails=left.mails - using)
        holding[worker] = taken = take(rate, put_back(rate, full_at, left, now), now, wanted)
        full_at = taken.full_at
    used += [(now, left.mails) for left in holding.values() if now - left.at <= rate.fresh]
    used.sort()
    before = [0, *accumulate(mails for _, mails in used)]
    for first in range(len(used)):
        for last in range(first, len(used)):
            elapsed = used[last][0] - used[first][0]
            mails = before[last + 1] - before[first]
            assert mails <= rate.per_second * elapsed / SECOND + burst(rate) + 1e-6
