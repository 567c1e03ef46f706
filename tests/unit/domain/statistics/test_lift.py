"""What is said of a campaign's lift."""

from math import ceil

import pytest

from penfriend.domain.results import Outcomes
from penfriend.domain.statistics import (
    Counted,
    Kind,
    difference_interval,
    lift_of,
    mean_difference_interval,
)
from penfriend.domain.statistics.lift import WORTH_SEEING


def test_more_is_said_where_the_interval_leaves_no_room_for_none() -> None:
    lift = lift_of(Outcomes(9500, 950), Outcomes(500, 25))

    interval = difference_interval(Outcomes(9500, 950), Outcomes(500, 25)).times(100)
    assert lift.interval == interval
    assert lift.seen == pytest.approx(5)
    assert lift.sentence.kind is Kind.MORE
    assert lift.sentence.values == {"low": interval.low, "high": interval.high}
    assert lift.sentence.counted is Counted.ORDERS


def test_fewer_is_said_the_right_way_round() -> None:
    lift = lift_of(Outcomes(9500, 475), Outcomes(500, 50), counted=Counted.GOALS)

    assert lift.interval is not None
    assert lift.sentence.kind is Kind.FEWER
    assert lift.sentence.counted is Counted.GOALS
    assert lift.sentence.values == {"low": -lift.interval.high, "high": -lift.interval.low}


def test_no_difference_is_said_only_where_one_worth_seeing_would_have_shown() -> None:
    lift = lift_of(Outcomes(95_000, 9500), Outcomes(50_000, 5000), weeks=4)

    assert lift.interval is not None
    assert lift.interval.half_width < WORTH_SEEING
    assert lift.sentence.kind is Kind.NONE
    assert lift.sentence.values == {"low": -lift.interval.low, "high": lift.interval.high}


@pytest.mark.parametrize(
    ("treated", "held_out"), [(Outcomes(1900, 190), Outcomes(100, 7)), (Outcomes(950, 38), Outcomes(50, 3))]
)
def test_too_early_says_after_how_many_more_weeks_the_difference_seen_is_told(
    treated: Outcomes, held_out: Outcomes
) -> None:
    """At that pace, if it stays as it is; the next week is enough and the one before is not."""
    lift = lift_of(treated, held_out, weeks=1)

    def after(more: float) -> Kind:
        times = 1 + round(more)
        return lift_of(
            *(Outcomes(one.people * times, one.converted * times) for one in (treated, held_out))
        ).sentence.kind

    weeks = lift.sentence.values["weeks"]
    assert lift.sentence.kind is Kind.EARLY
    assert lift.sentence.values["as_seen"] == 1
    seen = treated.converted / treated.people - held_out.converted / held_out.people
    assert lift.sentence.values["worth"] == pytest.approx(abs(100 * seen))
    assert after(weeks) in {Kind.MORE, Kind.FEWER}
    assert after(weeks - 1) is Kind.EARLY_PEOPLE


def test_where_next_to_nothing_is_seen_the_estimate_is_for_the_smallest_worth_seeing() -> None:
    lift = lift_of(Outcomes(1900, 190), Outcomes(200, 20), weeks=3)

    assert lift.sentence.kind is Kind.EARLY
    assert lift.sentence.values["worth"] == WORTH_SEEING
    assert lift.sentence.values["as_seen"] == 0


def test_an_estimate_of_years_says_no_more_than_that() -> None:
    lift = lift_of(Outcomes(20, 2), Outcomes(2, 0), weeks=30)

    assert lift.sentence.kind is Kind.EARLY_LONG
    assert lift.sentence.values["years"] == 2


def test_without_a_pace_the_estimate_is_in_people() -> None:
    groups = Outcomes(1900, 190), Outcomes(100, 7)
    sentence = lift_of(*groups).sentence

    assert sentence.kind is Kind.EARLY_PEOPLE
    # 2000 people in ten weeks are 200 a week
    assert ceil(sentence.values["people"] / 200) == lift_of(*groups, weeks=10).sentence.values["weeks"]


@pytest.mark.parametrize(
    ("treated", "held_out", "has_goal", "kind"),
    [
        (Outcomes(100, 10), Outcomes(5, 1), False, Kind.NO_GOAL),
        (Outcomes(100, 10), Outcomes(0, 0), True, Kind.NO_HOLDOUT),
        (Outcomes(0, 0), Outcomes(0, 0), True, Kind.NOBODY),
        (Outcomes(0, 0), Outcomes(5, 1), True, Kind.NOBODY),
    ],
)
def test_what_is_missing_is_said(treated: Outcomes, held_out: Outcomes, has_goal: bool, kind: Kind) -> None:
    lift = lift_of(treated, held_out, weeks=1, has_goal=has_goal)

    assert lift.sentence.kind is kind
    assert (lift.seen, lift.interval, lift.revenue_seen, lift.revenue_sentence) == (None, None, None, None)


def test_one_person_in_each_group_is_too_early() -> None:
    lift = lift_of(Outcomes(1, 1), Outcomes(1, 0), weeks=1)

    assert lift.sentence.kind is Kind.EARLY


def test_revenue_is_told_per_hundred_people() -> None:
    treated = Outcomes(1000, 200, 200 * 400_000, 200 * 400_000**2)
    held_out = Outcomes(1000, 100, 100 * 400_000, 100 * 400_000**2)
    lift = lift_of(treated, held_out)

    each = mean_difference_interval(treated, held_out)
    assert each is not None
    assert lift.revenue_seen == pytest.approx(100 * 40_000)
    assert lift.revenue_interval == each.times(100)
    assert lift.revenue_sentence is not None
    assert lift.revenue_sentence.kind is Kind.MORE
    assert lift.revenue_sentence.values == {"low": 100 * each.low, "high": 100 * each.high}


def test_revenue_of_a_few_buyers_is_not_told() -> None:
    lift = lift_of(Outcomes(1000, 200, 80_000, 80_000_000), Outcomes(50, 4, 1600, 640_000))

    assert lift.revenue_interval is None
    assert lift.revenue_sentence is not None
    assert lift.revenue_sentence.kind is Kind.FEW_BUYERS
    assert lift.revenue_sentence.values == {"buyers": 5}
