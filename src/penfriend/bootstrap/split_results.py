"""How the splits of the live campaigns stand: what each arm did, and how surely one is the better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from penfriend.bootstrap.results import results_of
from penfriend.domain.campaign import Campaign, Goal, Split, WinsBy, walk_steps
from penfriend.domain.results import Dimension, Figures
from penfriend.domain.results.splits import SplitResult
from penfriend.domain.statistics import Counted, split_verdict
from penfriend.domain.winners import ArmFigures, SplitState
from penfriend.engine.split_winners import mails_of_arms
from penfriend.storage.split_log import SplitLog

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

__all__ = ["SplitResult", "counted_by", "split_results"]


def split_results(house: House, campaign: str | None = None) -> list[SplitResult]:
    """The splits of that live campaign, or of all, in the order of the files."""
    live = house.live()
    campaigns = live.definitions.campaigns if live else {}
    known = SplitLog(house.db).known() if campaigns else {}
    return [
        _result(house, one, split, known.get((name, split.id), SplitState()))
        for name, one in campaigns.items()
        if campaign in (None, name)
        for split in _splits(one)
    ]


def counted_by(goal: Goal | None) -> Counted:
    """What it is called to reach that goal: an order, where no other event is one."""
    names = {one.event for one in goal.events} if goal else set()
    return Counted.ORDERS if names == {"order_placed"} else Counted.GOALS


def _splits(campaign: Campaign) -> Iterator[Split]:
    yield from (step for step in walk_steps(campaign.steps) if isinstance(step, Split))


def _result(house: House, campaign: Campaign, split: Split, state: SplitState) -> SplitResult:
    by_goal = split.winner is not None and split.winner.by is WinsBy.GOAL
    counted = counted_by(campaign.goal) if by_goal else Counted.CLICKS
    arms = state.arms or _arms(house, campaign.name, split)
    return SplitResult(
        campaign.name,
        split.id,
        counted,
        state.first_at,
        state.decided_at,
        state.winner,
        split_verdict(arms, counted),
    )


def _arms(house: House, campaign: str, split: Split) -> Sequence[ArmFigures]:
    """As they stand now. A split that looks for its winner is counted from its mails: it lasts for hours or
    days. One that does not is counted by its arms' first mails, which are kept by day."""
    mails = mails_of_arms(split)
    if split.winner is not None:
        return SplitLog(house.db).figures(campaign, mails, split.winner.by, house.clock.now())
    lines = results_of(house, [Dimension.STEP], campaign=campaign)
    figures = {line.key[0]: line.figures for line in lines}
    firsts = {name: figures.get(steps[0], Figures()) if steps else Figures() for name, steps in mails.items()}
    return [ArmFigures(name, first.sent, first.clicked) for name, first in firsts.items()]
