"""What a campaign's mail is worth: everybody who was not held out against the holdout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from penfriend.domain.results.figures import Outcomes
from penfriend.domain.statistics.intervals import (
    Interval,
    difference_interval,
    hybrid_interval,
    mean_difference_interval,
)
from penfriend.domain.statistics.outcomes import mean_of, share_of
from penfriend.domain.statistics.sentences import Counted, Kind, Sentence

WORTH_SEEING = 1.0
"""The smallest difference that anybody would act on: one more per hundred people. Where the interval is no
wider than that to each side and still holds 0, there is no difference to speak of."""
FEWEST_BUYERS = 5
"""With fewer buyers in a group its revenue is one person's whim, and a normal approximation misleads."""
LONG = 104.0
"""Weeks from which on an estimate is no more than "very long"."""


@dataclass(frozen=True, slots=True)
class Lift:
    """The difference that a campaign makes, per hundred people, with intervals of 95 %."""

    treated: Outcomes
    """All who entered and were not held out, whether or not a mail reached them."""
    held_out: Outcomes
    seen: float | None
    """How many more per hundred people converted; None where there is nothing to compare."""
    interval: Interval | None
    revenue_seen: float | None
    """How much more a hundred people brought, ten-thousandths of the brand's currency."""
    revenue_interval: Interval | None
    sentence: Sentence
    """What is to be said of the conversions."""
    revenue_sentence: Sentence | None
    """What is to be said of the revenue; None where nothing can be compared."""


def lift_of(
    treated: Outcomes,
    held_out: Outcomes,
    *,
    weeks: float | None = None,
    counted: Counted = Counted.ORDERS,
    has_goal: bool = True,
) -> Lift:
    """Compare both groups. `weeks` is how long it took until so many people's time was over; from that pace
    comes the estimate how much longer it will take.

    The interval is for one look (Newcombe's for the shares, Welch's for revenue), not for watching until it
    pleases. The estimate says when the interval would be narrow enough to tell the difference seen now from
    none, if both shares stay as they are; or, where next to no difference is seen, one of `WORTH_SEEING`. A
    difference seen early is often larger than the true one, so the estimate tends to be short."""
    missing = _what_is_missing(treated, held_out, has_goal)
    if missing is not None:
        return Lift(treated, held_out, None, None, None, None, Sentence(missing, counted), None)
    seen = 100 * (share_of(treated) - share_of(held_out))
    interval = difference_interval(treated, held_out).times(100)
    money, amount = _revenue(treated, held_out)
    return Lift(
        treated,
        held_out,
        seen,
        interval,
        100 * (mean_of(treated) - mean_of(held_out)),
        money,
        told(interval, counted) or _not_told(treated, held_out, interval, weeks, counted),
        amount,
    )


def told(interval: Interval, counted: Counted) -> Sentence | None:
    """More, or fewer, where the interval leaves no room for neither; otherwise None."""
    if interval.low > 0:
        return Sentence(Kind.MORE, counted, {"low": interval.low, "high": interval.high})
    if interval.high < 0:
        return Sentence(Kind.FEWER, counted, {"low": -interval.high, "high": -interval.low})
    return None


def _what_is_missing(treated: Outcomes, held_out: Outcomes, has_goal: bool) -> Kind | None:
    if not has_goal:
        return Kind.NO_GOAL
    if not treated.people:
        return Kind.NOBODY
    return None if held_out.people else Kind.NO_HOLDOUT


def _not_told(
    treated: Outcomes, held_out: Outcomes, interval: Interval, weeks: float | None, counted: Counted
) -> Sentence:
    """There is no difference to speak of, or it is too early to say, and about how long it will take."""
    if interval.half_width <= WORTH_SEEING:
        return Sentence(Kind.NONE, counted, {"low": -interval.low, "high": interval.high})
    seen = 100 * abs(share_of(treated) - share_of(held_out))
    as_seen = seen > WORTH_SEEING
    more = _times(treated, held_out, _leaves_out_none if as_seen else _is_narrow) - 1
    values = {"worth": seen if as_seen else WORTH_SEEING, "as_seen": float(as_seen)}
    if weeks is None:
        people = treated.people + held_out.people
        return Sentence(Kind.EARLY_PEOPLE, counted, {"people": max(ceil(more * people), 1), **values})
    if more * weeks > LONG:
        return Sentence(Kind.EARLY_LONG, counted, {"years": LONG / 52, **values})
    return Sentence(Kind.EARLY, counted, {"weeks": max(ceil(more * weeks), 1), **values})


def _leaves_out_none(interval: Interval) -> bool:
    return not interval.holds(0)


def _is_narrow(interval: Interval) -> bool:
    return interval.half_width <= WORTH_SEEING


def _times(treated: Outcomes, held_out: Outcomes, enough: Callable[[Interval], bool]) -> float:
    """How many times the people, with the same shares, until the interval per hundred people is enough."""

    def reached(times: float) -> bool:
        a, b = treated.people * times, held_out.people * times
        return enough(hybrid_interval(share_of(treated), a, share_of(held_out), b).times(100))

    low, high = 1.0, 2.0
    while not reached(high):
        low, high = high, high * 2
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _revenue(treated: Outcomes, held_out: Outcomes) -> tuple[Interval | None, Sentence]:
    """The interval of the revenue of a hundred people, and what is to be said of it."""
    each = mean_difference_interval(treated, held_out)
    if each is None or min(treated.converted, held_out.converted) < FEWEST_BUYERS:
        return None, Sentence(Kind.FEW_BUYERS, Counted.REVENUE, {"buyers": FEWEST_BUYERS})
    interval = each.times(100)
    none = Sentence(Kind.NONE, Counted.REVENUE, {"low": -interval.low, "high": interval.high})
    return interval, told(interval, Counted.REVENUE) or none
