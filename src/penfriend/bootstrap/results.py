"""What the mail is worth: the one module of queries that the terminal, the API and the pages share.

They read what the tick `results` has counted (`penfriend.engine.counting`), never the raw rows. What the
metrics mean stands in `penfriend.domain.results.MEANINGS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from penfriend.domain.campaign import Split, Step, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import RevisionUnusable
from penfriend.domain.results import Dimension, Figures, GroupFigures, ResultLine
from penfriend.domain.statistics import Counted, Lift, lift_of
from penfriend.domain.timing import Moment, local_date
from penfriend.engine.counting import Counting
from penfriend.storage.results.book import ResultBook
from penfriend.storage.results.reading import Days, Sum, groups, sums
from penfriend.storage.results.worth import ORDERED

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

_COLUMNS: Mapping[Dimension, tuple[str, ...]] = {
    Dimension.VARIANT: ("campaign", "step"),
    Dimension.WEEK: ("day",),
}
"""What is read for a dimension that is no column itself."""
Variants = Mapping[tuple[str, str], str]


def refresh_results(house: House, stopping: Callable[[], bool] = lambda: False) -> int:
    """Count all days about which something has come in; how many. For whoever cannot wait for the daemon to
    do it, within a minute."""
    return Counting(ResultBook(house.db), house.clock).tick(house.definitions(), stopping, all_of_them=True)


def results_of(
    house: House,
    by: Sequence[Dimension],
    since: Moment | None = None,
    until: Moment | None = None,
    campaign: str | None = None,
) -> list[ResultLine]:
    """The figures of the mails that went out on the days from that of `since` to that of `until`, by the
    brand's clock, both included; of one campaign, or of all. A line for each group that there is, in the
    order of the keys; without `by` one line, also where there is no mail."""
    columns = tuple(dict.fromkeys(column for one in by for column in _COLUMNS.get(one, (one.value,))))
    with house.db.read() as connection:
        found = sums(connection, columns, days_of(house, since, until), campaign)
    variants = _variants(house, columns, found) if Dimension.VARIANT in by else {}
    lines: dict[tuple[str, ...], Figures] = defaultdict(Figures)
    for one in found:
        values = dict(zip(columns, one.values, strict=True))
        lines[tuple(_value(dimension, values, variants) for dimension in by)] += one.figures
    return [ResultLine(key, lines[key]) for key in sorted(lines)]


def outcomes_of(house: House, campaign: str, since: Moment | None = None) -> GroupFigures:
    """What those did who entered the campaign on the day of `since` or later and whose time for the goal is
    over, those who were held out by lot apart. Where the goal has no time everybody counts at once; where
    there is no goal, nobody."""
    with house.db.read() as connection:
        return groups(connection, campaign, days_of(house, since, None), house.clock.now())


def lift_for(house: House, campaign: str, groups: GroupFigures) -> Lift:
    """How the two groups of a campaign differ, and how surely that can be said."""
    known = house.definitions().campaigns.get(campaign)
    goal = None if known is None else known.goal
    weeks = None
    if groups.first is not None and groups.last is not None:
        weeks = ((groups.last - groups.first).days + 1) / 7
    is_order = goal is None or all(one.event == ORDERED for one in goal.events)
    return lift_of(
        groups.treated,
        groups.held_out,
        weeks=weeks,
        counted=Counted.ORDERS if is_order else Counted.GOALS,
        has_goal=known is None or goal is not None,
    )


def days_of(house: House, since: Moment | None, until: Moment | None) -> Days:
    """The days on which these moments are, by the brand's clock."""
    zone = house.definitions().brand.zone
    first, last = (None if at is None else local_date(at, zone) for at in (since, until))
    return Days(first, last)


def variants_of(definitions: Definitions) -> dict[tuple[str, str], str]:
    """By campaign and step, for each step inside a split: `split/arm`, of the innermost split."""
    return {
        (name, step): variant
        for name, campaign in definitions.campaigns.items()
        for step, variant in _of_steps(campaign.steps)
    }


def _of_steps(steps: tuple[Step, ...]) -> Iterator[tuple[str, str]]:
    for split in (step for step in walk_steps(steps) if isinstance(step, Split)):
        for arm in split.arms:  # walk_steps gives the outer split first: the innermost is written last
            yield from ((step.id, f"{split.id}/{arm.name}") for step in walk_steps(arm.steps))


def _variants(house: House, columns: Sequence[str], found: Sequence[Sum]) -> Variants:
    """Of the live revision, and for steps that it does not have of the one that sent them last."""
    live = house.definitions()
    variants = variants_of(live)
    steps = {(name, step.id) for name, one in live.campaigns.items() for step in walk_steps(one.steps)}
    gone: dict[tuple[str, str], int] = {}
    for one in found:
        values = dict(zip(columns, one.values, strict=True))
        step = values["campaign"], values["step"]
        if step not in steps:
            gone[step] = max(one.revision, gone.get(step, 0))
    for number in sorted(set(gone.values())):
        earlier = _earlier(house, number)
        variants |= {step: earlier[step] for step, of in gone.items() if of == number and step in earlier}
    return variants


def _earlier(house: House, number: int) -> Variants:
    try:
        return variants_of(house.revision(number).definitions)
    except RevisionUnusable:
        return {}


def _value(dimension: Dimension, values: Mapping[str, str], variants: Variants) -> str:
    match dimension:
        case Dimension.WEEK:
            return week_of(date.fromisoformat(values["day"])).isoformat()
        case Dimension.VARIANT:
            return variants.get((values["campaign"], values["step"]), "")
        case _:
            return values[dimension.value]


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())
