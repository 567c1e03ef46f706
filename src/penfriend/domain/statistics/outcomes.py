"""What became of a group of people: the counts and sums that statistics are made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A group of people whose time to reach the goal is over."""

    people: int
    converted: int
    """How many of them reached the goal in time."""
    revenue: int = 0
    """What they brought all together, ten-thousandths of the brand's currency."""
    revenue_squares: int = 0
    """The sum of the squares of what each of them brought; with it the spread is known."""

    def __add__(self, other: Outcomes) -> Outcomes:
        """Both groups as one."""
        return Outcomes(
            self.people + other.people,
            self.converted + other.converted,
            self.revenue + other.revenue,
            self.revenue_squares + other.revenue_squares,
        )

    @property
    def share(self) -> float:
        """Converted by people, 0 to 1; nothing of nobody is nothing."""
        return self.converted / self.people if self.people else 0.0

    @property
    def mean(self) -> float:
        """Revenue for each person, ten-thousandths of the brand's currency."""
        return self.revenue / self.people if self.people else 0.0

    @property
    def variance(self) -> float | None:
        """Of the revenue between people (the unbiased one); None below two people."""
        if self.people < 2:
            return None
        # whole numbers to the last division: two huge sums that nearly cancel lose nothing
        spread = self.people * self.revenue_squares - self.revenue**2
        return max(spread, 0) / (self.people * (self.people - 1))
