"""Splits: intervals that hold at every look. Their error is simulated, and that a fixed test's is larger."""

from collections.abc import Iterator
from itertools import islice, pairwise
from math import exp, log, pi, sqrt

import numpy
import pytest
from scipy import integrate, special

from penfriend.domain.statistics import Counted, Kind, split_verdict
from penfriend.domain.statistics.sequential import TYPICAL, lasting_difference, lasting_share
from penfriend.domain.winners import ArmFigures

LOOKS = 60
RUNS = 400


@pytest.mark.parametrize("truth", [0.01, 0.05, 0.3, 0.98])
@pytest.mark.parametrize("part", [0.5, 0.1])
def test_a_look_after_each_hundred_people_raises_a_false_alarm_in_at_most_one_of_twenty_splits(
    truth: float, part: float
) -> None:
    """400 splits without a difference, each looked at sixty times. No band for chance is allowed: the test is
    stricter than it says."""
    alarms = sum(any(told_apart(*arms) for arms in looks) for looks in splits(truth, part))

    assert alarms / RUNS <= 0.05


def test_a_fixed_test_looked_at_as_often_would_raise_far_more() -> None:
    alarms = sum(any(fixed_test(*arms) for arms in looks) for looks in splits(0.05, 0.5))

    assert alarms / RUNS > 0.2


def test_the_intervals_of_a_single_arm_hold_the_truth_at_all_looks_at_once() -> None:
    missed = sum(
        any(not lasting_share(hits, people, 0.05).holds(0.05) for people, hits, *_ in looks)
        for looks in islice(splits(0.05, 0.5), 100)
    )

    assert missed / 100 <= 0.05


def test_a_real_difference_is_found() -> None:
    """Six against nine clicks of a hundred: told within 8,000 people in nearly every split."""
    found = 0
    for seed in range(50):
        draw = numpy.random.default_rng(seed)
        short, long = (int(draw.binomial(4000, share)) for share in (0.09, 0.06))
        found += told_apart(4000, short, 4000, long)

    assert found >= 45


@pytest.mark.parametrize(("hits", "people"), [(0, 1), (1, 1), (0, 40), (3, 40), (40, 40), (1234, 56_789)])
def test_the_interval_of_a_share_ends_where_the_mixture_is_twenty_times_as_likely(
    hits: int, people: int
) -> None:
    """The Beta(1/2, 1/2) mixture is integrated by scipy, not by its closed form."""
    interval = lasting_share(hits, people, 0.05)

    misses = people - hits
    scale = special.xlogy(hits, hits / people) + special.xlogy(misses, misses / people)

    def weight(angle: float) -> float:
        share = numpy.sin(angle) ** 2  # Beta(1/2, 1/2) is even in the angle
        return float(
            exp(special.xlogy(hits, share) + special.xlogy(misses, 1 - share) - scale) * 2 / numpy.pi
        )

    peak = numpy.arcsin((hits / people) ** 0.5)
    mixture, _ = integrate.quad(weight, 0, numpy.pi / 2, points=[peak], limit=500)
    for end in {interval.low, interval.high} - {0.0, 1.0}:
        alone = special.xlogy(hits, end) + special.xlogy(misses, 1 - end) - scale
        assert log(mixture) - alone == pytest.approx(log(20), abs=1e-5)
    assert interval.low == 0 or hits
    assert interval.high == 1 or misses


def test_the_interval_of_a_difference_ends_where_the_mixture_is_twenty_times_as_likely() -> None:
    """The normal mixture is integrated by scipy."""
    interval = lasting_difference(70, 1000, 50, 1000, 0.05)

    apart = sum(share * (1 - share) / 1000 for share in (70.5 / 1001, 50.5 / 1001))
    alike = 2 * (120.5 / 2001) * (1 - 120.5 / 2001) / 1000
    variance = max(apart, alike)
    seen = 0.02

    def weight(shift: float, end: float) -> float:
        far = (seen - end - shift) ** 2 - (seen - end) ** 2
        return exp(-far / (2 * variance) - shift**2 / (2 * TYPICAL**2)) / (TYPICAL * sqrt(2 * pi))

    for end in (interval.low, interval.high):
        mixture, _ = integrate.quad(weight, -0.5, 0.5, args=(end,), points=[seen - end, 0], limit=500)
        assert mixture == pytest.approx(20, rel=1e-5)


def test_intervals_narrow_as_people_come() -> None:
    widths = [
        lasting_difference(7 * many, 100 * many, 5 * many, 100 * many, 0.05).half_width
        for many in (1, 4, 20, 100, 10**4, 10**8)
    ]

    assert all(wide > narrow for wide, narrow in pairwise(widths))
    assert widths[-1] < 1e-4


def test_of_an_arm_that_nobody_had_everything_is_possible() -> None:
    assert lasting_difference(0, 0, 5, 10, 0.05) == lasting_difference(5, 10, 0, 0, 0.05)
    assert (lasting_share(0, 0, 0.05).low, lasting_share(0, 0, 0.05).high) == (0, 1)


@pytest.mark.parametrize("figures", [(0, 50, 0, 50), (50, 50, 50, 50), (1, 1, 0, 1), (0, 30, 2, 30)])
def test_no_hits_all_hits_and_single_people_tell_nothing_apart(figures: tuple[int, int, int, int]) -> None:
    interval = lasting_difference(*figures, 0.05)

    assert interval.low < 0 < interval.high


def test_a_better_arm_is_named_with_how_much_better_and_the_error() -> None:
    verdict = split_verdict([ArmFigures("long", 5000, 250), ArmFigures("short", 5000, 450)])

    (pair,) = verdict.pairs
    interval = lasting_difference(450, 5000, 250, 5000, 0.05).times(100)
    assert verdict.winner == "short"
    assert pair.sure
    assert pair.sentence.kind is Kind.ARM_BETTER
    assert pair.sentence.names == {"better": "short", "other": "long"}
    assert pair.sentence.values == {"low": interval.low, "high": interval.high, "error": 5}
    assert [arm.figures.name for arm in verdict.arms] == ["long", "short"]


def test_arms_that_cannot_be_told_apart_are_undecided() -> None:
    verdict = split_verdict([ArmFigures("long", 100, 5), ArmFigures("short", 100, 9)], Counted.GOALS)

    (pair,) = verdict.pairs
    assert verdict.winner is None
    assert pair.sentence.kind is Kind.ARM_UNDECIDED
    assert pair.sentence.counted is Counted.GOALS
    assert pair.sentence.values == {"low": -pair.interval.low, "high": pair.interval.high}


def test_three_arms_share_the_error_and_the_winner_beats_them_all() -> None:
    arms = [ArmFigures("a", 4000, 400), ArmFigures("b", 4000, 240), ArmFigures("c", 4000, 380)]
    verdict = split_verdict(arms)

    against_b, against_c = verdict.pairs
    assert against_b.interval == lasting_difference(400, 4000, 240, 4000, 0.05 / 3).times(100)
    assert verdict.arms[0].interval == lasting_share(400, 4000, 0.05 / 3)
    assert (against_b.sure, against_c.sure) == (True, False)
    assert verdict.winner is None


def test_an_arm_that_nobody_had_leaves_the_split_undecided() -> None:
    verdict = split_verdict([ArmFigures("a", 4000, 400), ArmFigures("b", 0, 0)])

    assert verdict.pairs[0].sentence.kind is Kind.ARM_NOBODY
    assert verdict.winner is None
    assert split_verdict([]).winner is None
    assert split_verdict([ArmFigures("a", 4000, 400)]).winner is None


def splits(truth: float, part: float) -> Iterator[Iterator[tuple[int, int, int, int]]]:
    """Splits whose arms have the same share of hits: people and hits of both after each hundred people."""
    draw = numpy.random.default_rng(20_261_128)
    for _ in range(RUNS):
        first = draw.binomial(100, part, LOOKS)
        hits = draw.binomial(first, truth), draw.binomial(100 - first, truth)
        sums = (one.cumsum().tolist() for one in (first, hits[0], 100 - first, hits[1]))
        yield zip(*sums, strict=True)


def told_apart(people_a: int, hits_a: int, people_b: int, hits_b: int) -> bool:
    return not lasting_difference(hits_a, people_a, hits_b, people_b, 0.05).holds(0)


def fixed_test(people_a: int, hits_a: int, people_b: int, hits_b: int) -> bool:
    """The usual test of two shares at 5 %, made for one look."""
    if not hits_a + hits_b:
        return False
    share = (hits_a + hits_b) / (people_a + people_b)
    spread = sqrt(share * (1 - share) * (1 / people_a + 1 / people_b))
    return abs(hits_a / people_a - hits_b / people_b) > 1.96 * spread
