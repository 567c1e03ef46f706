"""What the answers to a survey come to: groups of scores, the score of the whole, and its trend."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from penfriend.domain.statistics import Score, csat_of, nps_of


class Group(StrEnum):
    """People whose answers mean alike."""

    PROMOTERS = "promoters"
    """Of an nps: 9 and 10."""
    PASSIVES = "passives"
    """7 and 8."""
    DETRACTORS = "detractors"
    """0 to 6."""
    SATISFIED = "satisfied"
    """Of a csat: 4 and 5."""
    NEUTRAL = "neutral"
    """3."""
    UNSATISFIED = "unsatisfied"
    """1 and 2."""


GROUPS: Mapping[str, Mapping[Group, range]] = {
    "nps": {Group.PROMOTERS: range(9, 11), Group.PASSIVES: range(7, 9), Group.DETRACTORS: range(7)},
    "csat": {Group.SATISFIED: range(4, 6), Group.NEUTRAL: range(3, 4), Group.UNSATISFIED: range(1, 3)},
}
"""The groups of a kind of survey, the best first, with their scores. A choice has none."""


def grouped(kind: str, counts: Mapping[int | None, int]) -> dict[Group, int]:
    """How many answers are in each group, of so many for each score."""
    return {
        group: sum(counts.get(score, 0) for score in scores) for group, scores in GROUPS.get(kind, {}).items()
    }


def score_of(kind: str, counts: Mapping[int | None, int]) -> Score | None:
    """The net promoter score of an nps, the percent of the satisfied of a csat, with its interval. None for a
    choice, and without answers."""
    groups = grouped(kind, counts)
    if kind == "nps":
        return nps_of(groups[Group.PROMOTERS], groups[Group.PASSIVES], groups[Group.DETRACTORS])
    if kind == "csat":
        satisfied = groups[Group.SATISFIED]
        return csat_of(satisfied, sum(groups.values()) - satisfied)
    return None
