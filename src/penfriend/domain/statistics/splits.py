"""Which arm of a split is the better one, and how surely, at whatever moment one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.statistics.intervals import Interval
from penfriend.domain.statistics.sentences import Counted, Kind, Sentence
from penfriend.domain.statistics.sequential import lasting_difference, lasting_share
from penfriend.domain.winners import ArmFigures, better_arm

ERROR = 0.05
"""The chance that anything said of a split is ever wrong, over all its pairs and all looks."""


@dataclass(frozen=True, slots=True)
class ArmShare:
    """An arm with its share of hits."""

    figures: ArmFigures
    interval: Interval
    """Of the share, 0 to 1. That one of all arms' intervals is ever wrong has a chance of at most 5 %."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The leading arm against another."""

    better: str
    other: str
    interval: Interval
    """Of how many more per hundred people the leading arm has."""
    sure: bool
    """Whether the leading arm is the better one."""
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class SplitVerdict:
    """What can be said of a split."""

    arms: tuple[ArmShare, ...]
    """In the file's order."""
    pairs: tuple[Pair, ...]
    """The leading arm against each of the others, in the file's order."""

    @property
    def winner(self) -> str | None:
        """The arm that is surely better than all others; None while undecided."""
        return self.pairs[0].better if self.pairs and all(pair.sure for pair in self.pairs) else None


def split_verdict(arms: Sequence[ArmFigures], counted: Counted = Counted.CLICKS) -> SplitVerdict:
    """Compare the arm with the largest share with each of the others, by always-valid intervals.

    The error is shared out over all pairs that there are, not only over those that are told of (Bonferroni):
    which arm leads is itself chance. That any of the sentences is ever wrong has a chance of at most 5 %,
    however often one looks."""
    if not arms:
        return SplitVerdict((), ())
    shares = tuple(ArmShare(arm, lasting_share(arm.hits, arm.people, ERROR / len(arms))) for arm in arms)
    best, pairs = better_arm(arms), len(arms) * (len(arms) - 1) / 2
    others = (arm for arm in arms if arm is not best)
    return SplitVerdict(shares, tuple(_pair(best, other, ERROR / pairs, counted) for other in others))


def _pair(best: ArmFigures, other: ArmFigures, error: float, counted: Counted) -> Pair:
    interval = lasting_difference(best.hits, best.people, other.hits, other.people, error).times(100)
    names = {"better": best.name, "other": other.name}
    sure = interval.low > 0
    if not best.people or not other.people:
        sentence = Sentence(Kind.ARM_NOBODY, counted, names=names)
    elif sure:
        values = {"low": interval.low, "high": interval.high, "error": 100 * ERROR}
        sentence = Sentence(Kind.ARM_BETTER, counted, values, names)
    else:
        values = {"low": -interval.low, "high": interval.high}
        sentence = Sentence(Kind.ARM_UNDECIDED, counted, values, names)
    return Pair(best.name, other.name, interval, sure, sentence)
