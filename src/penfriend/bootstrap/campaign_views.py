"""What the pages of campaigns show: all of them in a list, and each with its flow, its results, its newest
mails, its tests and the lines that run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from penfriend.bootstrap.counting import campaign_starts
from penfriend.bootstrap.kept import Kept
from penfriend.bootstrap.last_days import DAYS, LastDays, last_days
from penfriend.bootstrap.results import outcomes_of, results_of
from penfriend.bootstrap.split_results import SplitResult, counted_by, split_results
from penfriend.domain.campaign import Campaign, SegmentTrigger
from penfriend.domain.campaign_test import CampaignTest
from penfriend.domain.excerpt import Excerpt, excerpt_of
from penfriend.domain.flow import Counts, Node, flow_of
from penfriend.domain.overview import MessageLine
from penfriend.domain.results import Dimension, Figures, ResultLine
from penfriend.domain.statistics import Lift, lift_of
from penfriend.domain.timing import DAY, Moment
from penfriend.domain.triggers import DateTrigger, EventTrigger
from penfriend.storage.pausing import stopped
from penfriend.storage.revisions import live_revision
from penfriend.storage.standing_counts import Standing, inside, standing_of

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House
    from penfriend.engine.live import Live

NEWEST = 20
"""Mails on the page of a campaign."""
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign in the list, with the figures of thirty days."""

    name: str
    state: str
    """`runs`, `paused`, `stopped` or `gone`."""
    since: Moment | None
    inside: int
    figures: Figures
    sent_by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """All of one campaign."""

    campaign: Campaign
    state: str
    why: str
    """Of one that has stopped by itself: which limit was passed."""
    since: Moment | None
    revision: int
    applied_at: Moment
    trigger: tuple[str, str]
    """The kind of it, and what it is about."""
    standing: Standing
    flow: tuple[Node, ...]
    days: LastDays
    by_step: Sequence[ResultLine]
    """Of thirty days: by step, variant and template."""
    lift: Lift
    splits: Sequence[SplitResult]
    newest: Sequence[MessageLine]
    tests: Sequence[CampaignTest]
    source: Excerpt


def state_of(campaign: Campaign | None) -> str:
    """Whether it runs, in a word."""
    if campaign is None:
        return "gone"
    return "stopped" if campaign.stopped else "runs" if campaign.active else "paused"


class CampaignViews:
    """Reads them. What has to count many rows is kept for a moment."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._inside: Kept[int] = Kept()
        self._standing: Kept[Standing] = Kept()

    def rows(self, live: Live) -> list[CampaignRow]:
        """All that are live, those with most mails first, and behind them those that have mailed and are live
        no more."""
        found, starts = last_days(self._house), campaign_starts(self._house.db)
        figures, campaigns = found.by_campaign(), live.definitions.campaigns
        rows = [
            CampaignRow(
                name,
                state_of(campaigns.get(name)),
                starts.get(name),
                self._inside.get(name, partial(self._count_inside, name)),
                figures.get(name, Figures()),
                tuple(one.sent for one in found.by_day(name)),
            )
            for name in {*campaigns, *figures}
        ]
        return sorted(rows, key=lambda one: (one.state == "gone", -one.figures.sent, one.name))

    def page(self, live: Live, name: str) -> CampaignPage | None:
        """The page of a campaign that is live; None for any other."""
        campaign = live.definitions.campaigns.get(name)
        if campaign is None:
            return None
        house, days = self._house, last_days(self._house)
        standing = self._standing.get(name, lambda: self._read_standing(name))
        by_step = results_of(house, (Dimension.STEP,), campaign=name)
        mails: Mapping[str, Figures] = {line.key[0]: line.figures for line in by_step}
        with house.db.read() as connection:
            revision, stops = live_revision(connection), stopped(connection)
        source = Excerpt("", 1, ())
        if revision is not None and campaign.place is not None:
            source = excerpt_of(revision.files.get(campaign.place.file, ""), campaign.place)
        since = Moment(house.clock.now() - (DAYS - 1) * DAY)
        return CampaignPage(
            campaign=campaign,
            state=state_of(campaign),
            why=stops[name].why if name in stops else "",
            since=campaign_starts(house.db).get(name),
            revision=live.revision,
            applied_at=revision.applied_at if revision else Moment(0),
            trigger=_trigger(campaign),
            standing=standing,
            flow=flow_of(campaign.steps, Counts(standing.steps, mails, standing.entered)),
            days=days,
            by_step=results_of(
                house, (Dimension.STEP, Dimension.VARIANT, Dimension.TEMPLATE), since, campaign=name
            ),
            lift=self._lift(campaign),
            splits=split_results(house, name),
            newest=sorted(
                house.reports.list_messages(campaign=name, limit=NEWEST),
                key=lambda one: one.over_at or one.due_at,
                reverse=True,
            ),
            tests=[one for one in live.definitions.tests if one.campaign == name],
            source=source,
        )

    def _lift(self, campaign: Campaign) -> Lift:
        found = outcomes_of(self._house, campaign.name)
        days = (found.last - found.first).days + 1 if found.first and found.last else 0
        return lift_of(
            found.treated,
            found.held_out,
            weeks=days / _DAYS_A_WEEK if days else None,
            counted=counted_by(campaign.goal),
            has_goal=campaign.goal is not None,
        )

    def _count_inside(self, name: str) -> int:
        with self._house.db.read() as connection:
            return inside(connection, name)

    def _read_standing(self, name: str) -> Standing:
        with self._house.db.read() as connection:
            return standing_of(connection, name)


def _trigger(campaign: Campaign) -> tuple[str, str]:
    match campaign.trigger:
        case SegmentTrigger(segment=segment):
            return "segment", segment
        case EventTrigger(event=event):
            return "event", event
        case DateTrigger(field=field):
            return "date", field.name
        case other:
            return "schedule", other.cron or ""
