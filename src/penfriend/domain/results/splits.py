"""How the splits of a campaign stand, for pages, the terminal and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.statistics import Counted, Interval, SplitVerdict
from penfriend.domain.timing import Moment, iso_utc


@dataclass(frozen=True, slots=True)
class SplitResult:
    """A split, and what can be said of it."""

    campaign: str
    step: str
    counted: Counted
    """By what the arms are compared."""
    since: Moment | None
    """When its first mail was sent; None where none was, or where it looks for no winner."""
    decided_at: Moment | None
    """When the arm was chosen that all who come later get. From then on nothing is compared: the verdict is
    by what was known then."""
    winner: str | None
    """That arm: the one with the larger share. The verdict says whether that was surely the better one."""
    verdict: SplitVerdict

    def as_json(self, said: Sequence[str]) -> dict[str, object]:
        """The document, with what is to be said of it in English. Shares are from 0 to 1, differences per
        hundred people."""
        return {
            "step": self.step,
            "by": self.counted.value,
            "since": None if self.since is None else iso_utc(self.since),
            "decided_at": None if self.decided_at is None else iso_utc(self.decided_at),
            "winner": self.winner,
            "surely_better": self.verdict.winner,
            "arms": [
                {
                    "name": arm.figures.name,
                    "people": arm.figures.people,
                    "hits": arm.figures.hits,
                    "share": round(arm.figures.share, 6),
                    "interval": _ends(arm.interval, 6),
                }
                for arm in self.verdict.arms
            ],
            "pairs": [
                {
                    "better": pair.better,
                    "other": pair.other,
                    "sure": pair.sure,
                    "interval": _ends(pair.interval, 4),
                }
                for pair in self.verdict.pairs
            ],
            "said": list(said),
        }


def _ends(interval: Interval, digits: int) -> list[float]:
    return [round(interval.low, digits), round(interval.high, digits)]
