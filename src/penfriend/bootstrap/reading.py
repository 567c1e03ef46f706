"""What other programs may read of a house: segments, campaigns, messages and stories, as plain documents. The
commands of the same names say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from penfriend.bootstrap.house import House
from penfriend.bootstrap.segments import Segments
from penfriend.bootstrap.why import tell_why
from penfriend.domain.campaign import Campaign
from penfriend.domain.errors import NotFound
from penfriend.domain.overview import CampaignCounts
from penfriend.domain.segment import Segment
from penfriend.engine.live import Live

Document = dict[str, object]
Place = Sequence[object]
"""Where a page ended: what the next one comes behind."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list."""

    document: Document
    end: Place | None
    """None behind the last page."""


def story_of(house: House, who: str, campaign: str | None) -> Document:
    """What `penfriend why` tells. Raises NotFound."""
    return tell_why(house, who, campaign).as_json()


def message_of(house: House, name: str) -> Document:
    """The message with that number, or that Message-ID. Raises NotFound."""
    found = house.reports.message(name)
    if found is None:
        raise NotFound(f'there is no message "{name}"')
    return found.as_json()


def segments_of(house: House, limit: int, after: Place | None) -> Part:
    """The segments of the live revision, by name. Raises NotFound."""
    definitions = _live(house).definitions
    sizes = house.segment_sizes()
    names, end = _page(sorted(definitions.segments), limit, after)
    found = [_segment(definitions.segments[name], sizes.get(name)) for name in names]
    return Part({"segments": found}, end)


def members_of(house: House, name: str, limit: int, after: Place | None, *, addresses: bool) -> Part:
    """A segment of the live revision with its members as of now; the first page has their number, and
    `addresses` where whoever asks may see them. Raises NotFound."""
    definitions = _live(house).definitions
    segments = Segments(house.db, definitions, house.clock.now())
    behind = None if after is None else (_whole(after[0]), str(after[1]))
    found = segments.list(name, limit + 1, behind)
    members = [
        {"contact": one.key, **({"email": one.email} if addresses else {}), "about": one.occurrence}
        for one in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    document = _segment(definitions.segments[name], segments.count(name) if after is None else None)
    return Part({**document, "list": members}, None if last is None else (last.contact, last.occurrence))


def campaigns_of(house: House, limit: int, after: Place | None) -> Part:
    """The campaigns of the live revision with what `status` counts of them. Raises NotFound."""
    campaigns, counts = _live(house).definitions.campaigns, house.overview().campaigns
    names, end = _page(sorted(campaigns), limit, after)
    found = [_campaign(campaigns[name], counts.get(name, CampaignCounts())) for name in names]
    return Part({"campaigns": found}, end)


def _live(house: House) -> Live:
    found = house.live()
    if found is None:
        raise NotFound("nothing was applied yet")
    return found


def _page(names: Iterable[str], limit: int, after: Place | None) -> tuple[list[str], Place | None]:
    """So many of the sorted names, and where they end if more are there."""
    coming = (name for name in names if after is None or name > str(after[0]))
    found = list(islice(coming, limit + 1))
    return found[:limit], (found[limit - 1],) if len(found) > limit else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _segment(segment: Segment, members: int | None) -> Document:
    return {
        "name": segment.name,
        "description": segment.description or None,
        "of": segment.of.value,
        "members": members,
    }


def _campaign(campaign: Campaign, counts: CampaignCounts) -> Document:
    return {
        "name": campaign.name,
        "kind": campaign.kind.value,
        "topic": campaign.topic,
        "priority": campaign.priority,
        "active": campaign.active,
        "stopped": campaign.stopped,
        "segment": campaign.trigger.segment,
        **counts.as_json(),
    }
