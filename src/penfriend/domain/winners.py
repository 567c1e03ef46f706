"""Which arm of a split is the better one, and what is known of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.timing import Moment


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


@dataclass(frozen=True, slots=True)
class SplitState:
    """What has become of a split that looks for a winner."""

    first_at: Moment | None = None
    """When its first mail was sent."""
    decided_at: Moment | None = None
    winner: str | None = None
    """The name of the better arm, from `decided_at` on."""
    arms: tuple[ArmFigures, ...] = ()
    """How the arms did at `decided_at`, by which the better one was found."""


def better_arm(arms: Sequence[ArmFigures]) -> ArmFigures:
    """The arm with the larger share; of equal ones the first of the file. At least one must be given."""
    return max(arms, key=lambda arm: arm.share)  # max keeps the first of equals
