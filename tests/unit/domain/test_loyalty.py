"""Points by lot: what is spent, what lapses, and in which order."""

from __future__ import annotations

import random
from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.loyalty import PointsKind, PointsMove, replay
from penfriend.domain.timing import DAY, Moment
from tests.support.clock import moment

LONDON = ZoneInfo("Europe/London")
START = moment("2026-03-01T12:00:00Z")
TODAY = date(2026, 3, 20)
MARCH_10, JUNE_30 = date(2026, 3, 10), date(2026, 6, 30)


def earned(day: int, amount: int, lot: str, ends: date | None = None) -> PointsMove:
    return PointsMove(PointsKind.EARNED, Moment(START + day * DAY), f"e{day}{lot}", amount, lot, ends)


def spent(day: int, amount: int) -> PointsMove:
    return PointsMove(PointsKind.SPENT, Moment(START + day * DAY), f"s{day}", amount)


def expired(day: int, amount: int | None = None, lot: str | None = None) -> PointsMove:
    return PointsMove(PointsKind.EXPIRED, Moment(START + day * DAY), f"x{day}", amount, lot)


def left(*moves: PointsMove) -> dict[str, int]:
    return {lot.key: lot.remaining for lot in replay(moves, TODAY, LONDON).lots}


def test_oldest_lot_is_spent_first_whatever_its_date() -> None:
    assert left(earned(0, 100, "a", JUNE_30), earned(1, 50, "b"), spent(2, 120)) == {"a": 0, "b": 30}


def test_lot_past_its_date_is_empty() -> None:
    assert left(earned(0, 100, "a", MARCH_10), earned(1, 50, "b")) == {"a": 0, "b": 50}


def test_spending_before_the_date_uses_what_later_lapses() -> None:
    assert left(earned(0, 100, "a", MARCH_10), earned(1, 50, "b"), spent(2, 80)) == {"a": 0, "b": 50}


def test_spending_after_the_date_leaves_the_lapsed_lot_alone() -> None:
    assert left(earned(0, 100, "a", MARCH_10), earned(1, 50, "b"), spent(10, 20)) == {"a": 0, "b": 30}


def test_lot_is_good_to_the_end_of_its_date() -> None:
    assert replay([earned(0, 100, "a", TODAY)], TODAY, LONDON).balance == 100


def test_spending_more_than_there_was_is_paid_by_later_lots() -> None:
    assert left(spent(0, 70), earned(1, 50, "a"), earned(2, 50, "b")) == {"a": 0, "b": 30}


def test_expiry_takes_the_named_lot_or_a_part_of_it() -> None:
    assert left(earned(0, 100, "a"), earned(0, 50, "b"), expired(1, lot="a"), expired(2, 20, "b")) == {
        "a": 0,
        "b": 30,
    }


def test_expiry_without_a_lot_takes_those_that_lapse_first() -> None:
    moves = earned(0, 100, "a", JUNE_30), earned(1, 50, "b", date(2026, 5, 1)), expired(2, 60)
    assert left(*moves) == {"a": 90, "b": 0}


def test_lot_earned_again_replaces_the_first_and_keeps_what_was_spent() -> None:
    assert left(earned(0, 100, "a"), spent(1, 30), earned(2, 80, "a")) == {"a": 50}


def test_expiries_are_summed_by_date_the_earliest_first() -> None:
    points = replay(
        [earned(0, 10, "a", JUNE_30), earned(1, 5, "b", date(2026, 5, 1)), earned(2, 7, "c", JUNE_30)],
        TODAY,
        LONDON,
    )
    assert list(points.expiries.items()) == [(date(2026, 5, 1), 5), (JUNE_30, 17)]


days, amounts = st.integers(0, 15), st.integers(0, 99)
ends = st.sampled_from([None, MARCH_10, JUNE_30])
moves = st.lists(
    st.one_of(
        st.builds(earned, days, amounts, st.sampled_from("abc"), ends),
        st.builds(spent, days, amounts),
        st.builds(expired, days, amounts, st.sampled_from(["a", None])),
    ),
    max_size=8,
    unique_by=lambda move: (move.at, move.key),
)


@given(moves, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(story: list[PointsMove], shuffle: random.Random) -> None:
    shuffled = list(story)
    shuffle.shuffle(shuffled)
    assert replay(shuffled, TODAY, LONDON) == replay(story, TODAY, LONDON)


@given(moves)
def test_nothing_is_ever_below_zero_or_above_what_was_earned(story: list[PointsMove]) -> None:
    points = replay(story, TODAY, LONDON)
    assert all(0 <= lot.remaining <= lot.amount for lot in points.lots)
    assert points.balance <= points.earned
