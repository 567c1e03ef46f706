"""What the mail is worth: the one module of queries that the terminal, the API and the pages share.

What the metrics mean stands in `penfriend.domain.results.MEANINGS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from penfriend.domain.campaign import Split, Step, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.results import Dimension, Figures, GroupFigures, Outcomes, ResultLine
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.results.entries import entered, first_entry
from penfriend.storage.results.mails import MailGroup, first_mail, mail_groups

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House


def results_of(
    house: House,
    by: Sequence[Dimension],
    since: Moment | None = None,
    until: Moment | None = None,
    campaign: str | None = None,
) -> list[ResultLine]:
    """The figures of the mails that went out on the days from that of `since` to that of `until`, by the
    brand's clock, both included; of one campaign, or of all. A line for each group that there is, in the
    order of the keys; without `by` one line in all, where there is a mail."""
    definitions = house.definitions()
    found: dict[tuple[str, ...], Figures] = defaultdict(Figures)
    variants = variants_of(definitions)
    for day, group, figures in _by_day(house, since, until):
        if campaign in (None, group.campaign):
            found[tuple(_value(one, day, group, variants) for one in by)] += figures
    return [ResultLine(key, found[key]) for key in sorted(found)]


def outcomes_of(house: House, campaign: str, since: Moment | None = None) -> GroupFigures:
    """What those did who entered the campaign on the day of `since` or later and whose time for the goal is
    over, those who were held out by lot apart."""
    zone, now = house.definitions().brand.zone, house.clock.now()
    groups = {False: Outcomes(), True: Outcomes()}
    days: list[date] = []
    waiting = 0
    with house.db.read() as connection:
        first = first_entry(connection, campaign)
        day = None if first is None else local_date(max(first, since or first), zone)
        while day is not None and day <= local_date(now, zone):
            following = day + timedelta(days=1)
            found = entered(connection, campaign, midnight(day, zone), midnight(following, zone))
            if any(one.over_at is None or one.over_at > now for one in found):
                waiting += sum(one.outcomes.people for one in found)
            elif found:
                days.append(day)
                for one in found:
                    groups[one.held_out] += one.outcomes
            day = following
    return GroupFigures(
        groups[False], groups[True], min(days, default=None), max(days, default=None), waiting
    )


def variants_of(definitions: Definitions) -> dict[tuple[str, str], str]:
    """By campaign and step, for each step inside a split: `split/arm`, of the innermost split."""
    return {
        (name, step): variant
        for name, campaign in definitions.campaigns.items()
        for step, variant in _variants(campaign.steps)
    }


def _variants(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    for split in (step for step in walk_steps(tuple(steps)) if isinstance(step, Split)):
        for arm in split.arms:  # walk_steps gives the outer split first: the innermost is written last
            yield from ((step.id, f"{split.id}/{arm.name}") for step in walk_steps(arm.steps))


def _by_day(
    house: House, since: Moment | None, until: Moment | None
) -> Iterator[tuple[date, MailGroup, Figures]]:
    zone = house.definitions().brand.zone
    with house.db.read() as connection:
        first = first_mail(connection)
        if first is None:
            return
        day = local_date(first if since is None else since, zone)
        last = local_date(house.clock.now() if until is None else until, zone)
        while day <= last:
            following = day + timedelta(days=1)
            for group, figures, _ in mail_groups(connection, midnight(day, zone), midnight(following, zone)):
                yield day, group, figures
            day = following


def _value(one: Dimension, day: date, group: MailGroup, variants: dict[tuple[str, str], str]) -> str:
    match one:
        case Dimension.DAY:
            return day.isoformat()
        case Dimension.WEEK:
            return (day - timedelta(days=day.weekday())).isoformat()
        case Dimension.VARIANT:
            return variants.get((group.campaign, group.step), "")
        case _:
            return str(getattr(group, one.value))
