"""What can be said from counts, and how surely: shares, differences, scores, lift, and splits.

Pure functions of counts and sums, so that the report, the API and the pages say the same. Every interval is
one of 95 % unless its docstring says otherwise, and each docstring names the source of its method. What is to
be said is a `Sentence`: a kind and values, which each reader puts into words of its own language.
"""

from penfriend.domain.statistics.intervals import (
    CONFIDENCE,
    Interval,
    difference_interval,
    mean_difference_interval,
    share_interval,
)
from penfriend.domain.statistics.lift import Lift, lift_of
from penfriend.domain.statistics.scores import Score, csat_of, nps_of
from penfriend.domain.statistics.sentences import Counted, Kind, Sentence
from penfriend.domain.statistics.splits import ArmShare, Pair, SplitVerdict, split_verdict

__all__ = [
    "CONFIDENCE",
    "ArmShare",
    "Counted",
    "Interval",
    "Kind",
    "Lift",
    "Pair",
    "Score",
    "Sentence",
    "SplitVerdict",
    "csat_of",
    "difference_interval",
    "lift_of",
    "mean_difference_interval",
    "nps_of",
    "share_interval",
    "split_verdict",
]
