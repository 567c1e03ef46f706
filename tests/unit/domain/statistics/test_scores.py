"""Scores of surveys against statsmodels, and how often their intervals hold the truth."""

from itertools import product
from math import comb

import numpy
import pytest
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from penfriend.domain.statistics import csat_of, nps_of


@pytest.mark.parametrize(
    "counts", [(50, 30, 20), (1, 0, 0), (400, 900, 250), (20, 5, 75), (10**6, 10**7, 10**5)]
)
def test_nps_is_the_mean_of_answers_counted_as_minus_one_none_and_one(counts: tuple[int, int, int]) -> None:
    """With the three made-up answers as weights, statsmodels computes the same from the -1, 0 and +1."""
    score = nps_of(*counts)

    added = [counts[0] + 0.75, counts[1] + 1.5, counts[2] + 0.75]
    known = DescrStatsW(numpy.array([1.0, 0.0, -1.0]), weights=numpy.array(added), ddof=0)
    reach = 1.959963984540054 * float(known.std) / float(known.sum_weights) ** 0.5
    assert score is not None
    assert score.value == pytest.approx(100 * (counts[0] - counts[2]) / sum(counts))
    assert score.interval.low == pytest.approx(100 * max(known.mean - reach, -1))
    assert score.interval.high == pytest.approx(max(100 * min(known.mean + reach, 1), score.value))


@pytest.mark.parametrize("truth", [(0.5, 0.3, 0.2), (0.7, 0.2, 0.1), (0.9, 0.08, 0.02), (0.2, 0.2, 0.6)])
def test_the_interval_of_a_few_answers_holds_the_true_score_as_often_as_it_says(
    truth: tuple[float, float, float],
) -> None:
    """All 496 outcomes of thirty answers with their chances; the plain interval holds it far less often where
    nearly all are promoters."""
    many, true = 30, 100 * (truth[0] - truth[2])
    covered = 0.0
    for up, down in product(range(many + 1), repeat=2):
        if up + down > many:
            continue
        score = nps_of(up, many - up - down, down)
        assert score is not None
        chance = comb(many, up) * comb(many - up, down) * truth[0] ** up * truth[2] ** down
        covered += chance * truth[1] ** (many - up - down) * score.interval.holds(true)
    assert 0.94 < covered <= 1


def test_ten_promoters_and_nobody_else_are_no_certainty() -> None:
    score = nps_of(10, 0, 0)

    assert score is not None
    assert score.value == 100
    assert score.interval.low < 80
    assert score.interval.high == 100


def test_csat_is_the_percent_of_the_satisfied() -> None:
    score = csat_of(satisfied=80, others=20)

    low, high = proportion_confint(80, 100, method="wilson")
    assert score is not None
    assert (score.value, score.people) == (80, 100)
    assert (score.interval.low, score.interval.high) == pytest.approx((100 * low, 100 * high))


def test_without_an_answer_there_is_no_score() -> None:
    assert nps_of(0, 0, 0) is None
    assert csat_of(0, 0) is None
