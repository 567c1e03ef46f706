"""Who is held out, and which arm of a split a person takes.

Drawn by a stable hash of the names, so that it is the same on every machine and in every run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from penfriend.domain.steps import Share


class Chance(Protocol):
    """Draws for people."""

    def is_held_out(self, contact: str, campaign: str, percent: float, /) -> bool:
        """Whether the contact is among the share of people that the campaign never mails."""

    def arm(self, contact: str, campaign: str, step: str, arms: Sequence[Share], /) -> Share | None:
        """The arm that the contact takes; None where it is in no share."""


class Drawn:
    """By SHA-256 of the names; what everybody gets."""

    def is_held_out(self, contact: str, campaign: str, percent: float) -> bool:
        """True for `percent` of all contacts, in each campaign for others."""
        return position("holdout", contact, campaign) < percent

    def arm(self, contact: str, campaign: str, step: str, arms: Sequence[Share]) -> Share | None:
        """The arms lie side by side from 0 to 100; the contact's place decides."""
        place, end = position("split", contact, campaign, step), 0.0
        for one in arms:
            end += one.percent
            # thirds that add up to a little less than 100 leave nobody over
            if place < end or (end > 100 - 1e-6 and one is arms[-1]):
                return one
        return None


@dataclass(frozen=True, slots=True)
class Told:
    """As a test of a campaign says: nobody is held out, and the first arm is taken, unless told else."""

    holdout: bool = False
    take: Mapping[str, str] = field(default_factory=dict)
    """The arm's name by the split's step."""

    def is_held_out(self, *_names: object) -> bool:
        """As told."""
        return self.holdout

    def arm(self, _contact: str, _campaign: str, step: str, arms: Sequence[Share], /) -> Share | None:
        """The one that was named, or the first."""
        wanted = self.take.get(step, arms[0].name)
        return next((one for one in arms if one.name == wanted), None)


def position(*names: str) -> float:
    """A place from 0 to 100 (not included) that the names alone decide: 64 bits of their SHA-256."""
    digest = hashlib.sha256("\x00".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 * 100
