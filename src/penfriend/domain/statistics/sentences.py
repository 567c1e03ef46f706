"""What is to be said of a result, as parts: a kind and values. Each reader has its own words for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Counted(StrEnum):
    """What is counted per hundred people: for the lift orders, goals or revenue, for an arm of a split
    clicks, orders or goals."""

    ORDERS = "orders"
    GOALS = "goals"
    """Of a goal that is not an order: people who reach it."""
    CLICKS = "clicks"
    REVENUE = "revenue"


class Kind(StrEnum):
    """What is said, each with its values; `low`, `high` and `worth` are per hundred people."""

    MORE = "more"
    """Surely more than without mail: `low`, `high`, both above 0."""
    FEWER = "fewer"
    """Surely fewer than without mail: `low`, `high` fewer, both above 0."""
    NONE = "none"
    """No difference can be told: between `low` fewer and `high` more, both 0 or above."""
    EARLY = "early"
    """Too early to say: about `weeks` more until a difference of `worth` can be told; `as_seen` is 1
    where that is the difference seen so far, 0 where it is the smallest worth seeing."""
    EARLY_LONG = "early_long"
    """Too early to say, and at this pace not within `years` years; `worth`, `as_seen` as above."""
    EARLY_PEOPLE = "early_people"
    """Too early to say, the pace is not known: about `people` more people; `worth`, `as_seen` as above."""
    FEW_BUYERS = "few_buyers"
    """Too few buyers in one of the groups to speak of revenue: at least `buyers` are needed in each."""
    NO_GOAL = "no_goal"
    """The campaign has no goal, so nothing can be compared."""
    NO_HOLDOUT = "no_holdout"
    """Nobody was held out, so there is nothing to compare with."""
    NOBODY = "nobody"
    """Nobody's time to reach the goal is over yet."""
    ARM_BETTER = "arm_better"
    """`better` is better than `other`: between `low` and `high` more per hundred people, at most `error`
    percent chance to be wrong, however often one looks."""
    ARM_UNDECIDED = "arm_undecided"
    """`better` leads but is not told from `other`: between `low` fewer and `high` more."""
    ARM_NOBODY = "arm_nobody"
    """Nobody had a mail of one of the arms `better` and `other` yet."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A kind, what is counted, and the values that the kind comes with."""

    kind: Kind
    counted: Counted
    values: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Of arms: `better`, `other`."""
