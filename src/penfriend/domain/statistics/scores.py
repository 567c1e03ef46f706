"""What a survey's answers add up to: NPS and CSAT, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from penfriend.domain.statistics.intervals import CONFIDENCE, Interval, share_interval


@dataclass(frozen=True, slots=True)
class Score:
    """A score and where the true one lies."""

    value: float
    interval: Interval
    people: int
    """How many answers it is made from."""


def nps_of(promoters: int, passives: int, detractors: int) -> Score | None:
    """The net promoter score, -100 to 100: percent of promoters (9 and 10) minus percent of detractors (0 to
    6). None without an answer.

    It is the mean of a variable that is -1, 0 or +1, and has its variance. The interval is the adjusted Wald
    of Rocks 2016 ("Interval estimation for the net promoter score"): three made-up answers, three quarters of
    one to each side and one and a half between, so that ten promoters and nobody else are no certainty."""
    people = promoters + passives + detractors
    if not people:
        return None
    many = people + 3
    up, down = (promoters + 0.75) / many, (detractors + 0.75) / many
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * sqrt((up + down - (up - down) ** 2) / many)
    value = 100 * (promoters - detractors) / people
    # the made-up answers draw the interval to the middle; it always holds the score that was seen
    low = min(100 * max(up - down - reach, -1.0), value)
    high = max(100 * min(up - down + reach, 1.0), value)
    return Score(value, Interval(low, high), people)


def csat_of(satisfied: int, others: int) -> Score | None:
    """Customer satisfaction, 0 to 100: percent of answers of 4 and 5 on the scale of 1 to 5, with Wilson's
    interval. None without an answer."""
    people = satisfied + others
    if not people:
        return None
    return Score(100 * satisfied / people, share_interval(satisfied, people).times(100), people)
