"""Finds the better arm of each split that looks for one, when its time has come."""

from __future__ import annotations

from collections.abc import Iterator

from penfriend.domain.campaign import Send, Split, Step, Winner, walk_steps
from penfriend.domain.ports import Splits
from penfriend.domain.route import Route, looks_for_winner
from penfriend.domain.timing import Moment, shift
from penfriend.domain.winners import SplitState, better_arm
from penfriend.engine.live import Live


def decide_winners(splits: Splits, live: Live, now: Moment) -> int:
    """Decide about the splits whose time is up; how many. What came after that time does not count, however
    late the tick is."""
    decided = 0
    for route, split, winner, at in _times(splits, live):
        if at > now:
            continue
        arms = mails_of_arms(split)
        figures = splits.figures(route.campaign.name, arms, winner.by, at)
        state = SplitState(decided_at=at, winner=better_arm(figures).name, arms=tuple(figures))
        decided += splits.decide(route.campaign.name, split.id, state)
    return decided


def seeks_winners(live: Live) -> bool:
    """Whether a split of the revision looks for its better arm."""
    return any(True for route in live.routes.values() for _ in looks_for_winner(route))


def next_decision(splits: Splits, live: Live) -> Moment | None:
    """When the next of them is decided about; None where none is under way."""
    return min((at for *_, at in _times(splits, live)), default=None)


def _times(splits: Splits, live: Live) -> Iterator[tuple[Route, Split, Winner, Moment]]:
    """The splits that are not decided, each with when it is. `after` goes by the brand's clock: it is one
    moment for everybody."""
    looking = [(route, split) for route in live.routes.values() for split in looks_for_winner(route)]
    known = splits.known() if looking else {}
    for route, split in looking:
        state = known.get((route.campaign.name, split.id), SplitState())
        if split.winner is None or state.decided_at is not None:
            continue
        mails = [step.id for arm in split.arms for step in _mails(arm.steps)]
        first = state.first_at or splits.first_mail(route.campaign.name, split.id, mails)
        if first is not None:
            yield route, split, split.winner, shift(first, split.winner.after, live.definitions.brand.zone)


def mails_of_arms(split: Split) -> dict[str, list[str]]:
    """The steps of the mails in each arm, by the arm's name."""
    return {arm.name: [step.id for step in _mails(arm.steps)] for arm in split.arms}


def _mails(steps: tuple[Step, ...]) -> Iterator[Send]:
    yield from (step for step in walk_steps(steps) if isinstance(step, Send))
