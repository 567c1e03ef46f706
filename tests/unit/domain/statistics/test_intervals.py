"""Intervals against published tables, statsmodels and scipy."""

from math import sqrt

import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from penfriend.domain.results import Outcomes
from penfriend.domain.statistics import (
    Interval,
    difference_interval,
    mean_difference_interval,
    share_interval,
)
from penfriend.domain.statistics.student import t_below, t_quantile

GRID = [
    (0, 1),
    (1, 1),
    (0, 7),
    (3, 7),
    (7, 7),
    (1, 100),
    (50, 100),
    (99, 100),
    (12_345, 1_000_000),
    (3, 10**9),
]


@pytest.mark.parametrize(
    ("hits", "people", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_share_interval_is_that_of_newcombes_table(
    hits: int, people: int, low: float, high: float
) -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    interval = share_interval(hits, people)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(("hits", "people"), GRID)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_the_share_interval_agrees_with_statsmodels(hits: int, people: int, confidence: float) -> None:
    interval = share_interval(hits, people, confidence)

    low, high = proportion_confint(hits, people, alpha=1 - confidence, method="wilson")
    assert interval.low == pytest.approx(low, abs=1e-12, rel=1e-9)
    assert interval.high == pytest.approx(high, abs=1e-12, rel=1e-9)


def test_of_nobody_every_share_is_possible() -> None:
    assert share_interval(0, 0) == Interval(0, 1)


def test_no_hits_and_all_hits_end_exactly_at_the_ends() -> None:
    assert share_interval(0, 3).low == 0
    assert share_interval(3, 3).high == 1


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_difference_interval_is_that_of_newcombes_table(
    a: tuple[int, int], b: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, "Interval estimation for the difference ...: comparison of eleven methods", table II,
    method 10."""
    interval = difference_interval(group(*a), group(*b))

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize("a", GRID)
@pytest.mark.parametrize("b", GRID)
def test_the_difference_interval_agrees_with_statsmodels(a: tuple[int, int], b: tuple[int, int]) -> None:
    interval = difference_interval(group(*a), group(*b))

    low, high = confint_proportions_2indep(*a, *b, method="newcomb", compare="diff", alpha=0.05)
    assert interval.low == pytest.approx(low, abs=1e-9)
    assert interval.high == pytest.approx(high, abs=1e-9)


def test_against_nobody_the_difference_is_open_to_what_the_other_group_leaves() -> None:
    interval = difference_interval(group(5, 10), group(0, 0))

    alone = share_interval(5, 10)
    assert interval == Interval(alone.low - 1, alone.high)


REVENUES = [
    ([10, 0, 0, 30, 25, 0, 0, 40], [0, 0, 12, 9, 0]),
    ([1, 2], [5, 9]),
    ([0] * 500 + [990_000, 15_000], [0] * 40 + [7_000]),
    ([10**13 + one for one in range(50)], [10**13 + 3 * one for one in range(9)]),
]


@pytest.mark.parametrize(("a", "b"), REVENUES)
def test_the_mean_difference_interval_agrees_with_scipys_welch(a: list[int], b: list[int]) -> None:
    interval = mean_difference_interval(brought(a), brought(b))

    known = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert interval is not None
    assert interval.low == pytest.approx(known.low, rel=1e-6, abs=1e-3)
    assert interval.high == pytest.approx(known.high, rel=1e-6, abs=1e-3)


def test_a_mean_difference_of_huge_groups_loses_no_digits() -> None:
    """Ten million people who brought 1,000,000 or 1,000,001: a spread of a quarter, from sums near 10**19."""
    half, most = 5_000_000, 1_000_000
    total = half * most + half * (most + 1)
    squares = half * most**2 + half * (most + 1) ** 2
    people = Outcomes(2 * half, 2 * half, total, squares)

    interval = mean_difference_interval(people, people)

    assert interval is not None
    assert interval.high == pytest.approx(1.959964 * sqrt(2 * 0.25 / (2 * half)), rel=1e-5)


@pytest.mark.parametrize(("a", "b"), [([], [1, 2]), ([5], [1, 2]), ([0, 0, 0], [0, 0]), ([7, 7], [7, 7, 7])])
def test_a_mean_difference_that_cannot_be_told_is_none(a: list[int], b: list[int]) -> None:
    assert mean_difference_interval(brought(a), brought(b)) is None


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 7.25, 30, 400.5, 999, 1001, 12_345, 1e7])
def test_students_distribution_agrees_with_scipy(freedom: float) -> None:
    for probability in (0.5, 0.6, 0.9, 0.975, 0.9995):
        known = stats.t.ppf(probability, freedom)
        assert t_quantile(probability, freedom) == pytest.approx(known, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 7.25, 30, 400.5, 1000])
def test_the_chance_of_a_smaller_t_agrees_with_scipy(freedom: float) -> None:
    for value in (0, 1e-6, 0.4, 1.96, 12.0, 1e5):
        assert t_below(value, freedom) == pytest.approx(stats.t.cdf(value, freedom), abs=1e-10)


def group(hits: int, people: int) -> Outcomes:
    return Outcomes(people, hits)


def brought(revenues: list[int]) -> Outcomes:
    return Outcomes(len(revenues), 0, sum(revenues), sum(one * one for one in revenues))
