"""All counts of a moment, for `status` and the table of the demo."""

from __future__ import annotations

from dataclasses import replace

from penfriend.bootstrap.transport_states import transport_states
from penfriend.domain.campaign import SegmentTrigger
from penfriend.domain.overview import Overview, Reading
from penfriend.domain.sources import ReadState
from penfriend.domain.timing import Moment
from penfriend.domain.visits import WrittenComment
from penfriend.engine.live import Live
from penfriend.engine.sync import sql_segments
from penfriend.storage.comments import newest_comments
from penfriend.storage.coupon_pool import coupon_counts
from penfriend.storage.database import Database
from penfriend.storage.looks import active_since
from penfriend.storage.overview import Reports
from penfriend.storage.source_states import read_states


def overview_of(db: Database, live: Live | None, now: Moment, address: str) -> Overview:
    """The counts at `now`, by the names of the live revision. `address` is that of PENFRIEND_TRANSPORT."""
    campaigns = live.definitions.campaigns if live else {}
    triggers = {
        # `backfill: all` lets in whom another campaign notes
        name: campaign.trigger.segment
        if isinstance(campaign.trigger, SegmentTrigger) and not campaign.backfill
        else ""
        for name, campaign in campaigns.items()
    }
    overview = Reports(db).overview(now, triggers)
    if live is None:
        return overview
    with db.read() as connection:
        states = read_states(connection)
        sources = {
            segment.name: Reading(source.name, states.get(segment.name, ReadState(segment.name)))
            for segment, _, source in sql_segments(live.definitions)
        }
        coupons = coupon_counts(connection, live.definitions)
    ways = transport_states(db, live.definitions, address, overview.routes, now)
    return replace(overview, coupons=coupons, sources=sources, transports=ways)


def campaign_starts(db: Database) -> dict[str, Moment]:
    """When each campaign went live, of those that are."""
    with db.read() as connection:
        return {name: Moment(at) for name, at in active_since(connection).items()}


def comments_of(db: Database) -> list[WrittenComment]:
    """The five newest comments of surveys."""
    with db.read() as connection:
        return newest_comments(connection)
