"""What the outcomes of a group of people come to for each person: share, mean, and how far people differ."""

from __future__ import annotations

from penfriend.domain.results.figures import Outcomes


def share_of(group: Outcomes) -> float:
    """Converted by people, 0 to 1; of nobody 0."""
    return group.converted / group.people if group.people else 0.0


def mean_of(group: Outcomes) -> float:
    """Revenue for each person, ten-thousandths of the brand's currency; of nobody 0."""
    return group.revenue / group.people if group.people else 0.0


def variance_of(group: Outcomes) -> float | None:
    """Of the revenue between people (the unbiased one); None below two people."""
    if group.people < 2:
        return None
    # whole numbers to the last division: two huge sums that nearly cancel lose nothing
    spread = group.people * group.revenue_squares - group.revenue**2
    return max(spread, 0) / (group.people * (group.people - 1))
