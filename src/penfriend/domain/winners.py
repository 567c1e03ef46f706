"""Which arm of a split is the better one, and what is known of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True)
class SplitState:
    """What has become of a split that looks for a winner."""

    first_at: Moment | None = None
    """When its first mail was sent."""
    decided_at: Moment | None = None
    winner: str | None = None
    """The name of the better arm, from `decided_at` on."""


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """How an arm did: people who got a mail of it, and how many of them clicked or reached the goal."""

    name: str
    people: int
    hits: int

    @property
    def share(self) -> float:
        """Hits by people; nothing where nobody got a mail."""
        return self.hits / self.people if self.people else 0.0


def better_arm(arms: Sequence[ArmFigures]) -> ArmFigures:
    """The arm with the larger share; of equal ones the first of the file. At least one must be given."""
    return max(arms, key=lambda arm: arm.share)  # max keeps the first of equals


def in_words(arms: Sequence[ArmFigures], by: str) -> str:
    """What the decision was made by: `short 12 of 100 clicked, long 9 of 98 clicked`."""
    done = {"clicked": "clicked", "goal": "reached the goal"}[by]
    return ", ".join(f"{arm.name} {arm.hits} of {arm.people} {done}" for arm in arms)
