"""What the pages of segments show: sizes by day, samples, and what the things in them are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from penfriend.domain.segment import Segment
from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True)
class DayMoves:
    """What moved on one day of the brand's calendar."""

    day: date
    joined: int
    left: int
    redefined: int
    """By how many a new definition has made the segment larger or smaller: nobody moved then."""

    @property
    def net(self) -> int:
        """By how many the segment grew."""
        return self.joined - self.left + self.redefined


@dataclass(frozen=True, slots=True)
class SegmentDay:
    """One day of a segment."""

    day: date
    size: int | None
    """At its end, or now; None where it is not known."""
    joined: int
    left: int


def by_day(
    size: int, moves: Sequence[DayMoves], kept: Mapping[date, int], today: date, days: int
) -> list[SegmentDay]:
    """The last so many days, the earliest first. The size of a day is reckoned back from the size now by what
    moved since; of days before the first move that is known, it is what was kept of the day after."""
    known = {one.day: one for one in moves}
    first = min(known, default=today)
    found: list[SegmentDay] = []
    for back in range(days):
        day = today - timedelta(days=back)
        moved = known.get(day, DayMoves(day, 0, 0, 0))
        reckoned: int | None = size if day >= first else kept.get(day + timedelta(days=1))
        found.append(SegmentDay(day, reckoned, moved.joined, moved.left))
        size -= moved.net
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Thing:
    """What a member of a segment of things is."""

    name: str
    """The shop's id, a title, or a date."""
    units: int | None = None
    """What it comes to."""
    number: int | None = None
    """How many: points, things in a cart."""
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One member."""

    link: str
    """What the address of the contact's page has."""
    name: str
    since: Moment
    thing: Thing | None = None


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A segment in the list."""

    segment: Segment
    size: int | None
    """None where nobody keeps count."""
    course: tuple[int | None, ...] = ()
    """Its size on the last days."""
    joined: int = 0
    left: int = 0
    """Within the last seven days."""
    campaigns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many members a segment had whose count nobody keeps."""

    members: int
    looked_at: int
    """So many contacts were looked at; all, where the time was enough."""
    contacts: int
    at: Moment

    @property
    def is_whole(self) -> bool:
        """Whether all contacts were looked at."""
        return self.looked_at >= self.contacts


@dataclass(frozen=True, slots=True)
class SegmentStory:
    """All that the page of one segment shows."""

    segment: Segment
    is_kept: bool
    size: int
    days: Sequence[SegmentDay]
    redefined: Sequence[DayMoves]
    """Days on which a new definition changed the size."""
    campaigns: Sequence[str]
    named_by: Sequence[str]
    yaml: str
    samples: Sequence[Sample] = field(default=())
