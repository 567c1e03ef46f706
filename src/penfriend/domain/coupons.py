"""Who gives out the codes of coupons: the port, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from penfriend.domain.timing import Moment


class Coupons(Protocol):
    """Codes, each for one enrollment alone (`penfriend.storage.coupon_pool`)."""

    def give(self, coupon: str, enrollments: Sequence[int], now: Moment) -> dict[int, str]:
        """The code of each of these enrollments: the one that it has, or a free one that is its own from now
        on. Where none is left it is missing."""


@dataclass(frozen=True, slots=True)
class CouponCounts:
    """The codes of one coupon."""

    left: int = 0
    given: int = 0
    waiting: int = 0
    """Mails that wait for a code."""
    warn_below: int = 0

    @property
    def is_low(self) -> bool:
        """Whether somebody should bring more."""
        return bool(self.waiting) or self.left < self.warn_below

    def as_json(self) -> dict[str, object]:
        """The document of `status --json`."""
        return {
            "left": self.left,
            "given": self.given,
            "waiting": self.waiting,
            "warn_below": self.warn_below,
            "low": self.is_low,
        }
