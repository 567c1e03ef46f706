"""The segments of the live revision for the pages of the dashboard: sizes by day, samples, and a count for
those that nobody keeps count of."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from penfriend.bootstrap.house import House
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import NotFound
from penfriend.domain.segment import InSegment, Segment, walk
from penfriend.domain.segment_pages import Counted, SegmentDay, SegmentLine, SegmentStory, by_day
from penfriend.domain.timing import local_date
from penfriend.storage.members import SegmentMembers
from penfriend.storage.revisions import live_revision
from penfriend.storage.segment_moves import kept_sizes, looked_at, moves_since, sizes
from penfriend.storage.segment_queries import newest_contact, segment_of
from penfriend.storage.segment_samples import samples

COURSE_DAYS, STORY_DAYS, WEEK = 30, 90, 7
SAMPLES = 5
COUNT_SECONDS = 8.0
"""So long is counted at the most; then what was found so far is told, with how many were looked at."""
CHUNK = 20_000
"""Contacts in one read: none is so long that it holds anything up."""


def segment_lines(house: House) -> list[SegmentLine]:
    """Every segment, in the order of the files."""
    live = house.live()
    if live is None:
        return []
    definitions = live.definitions
    today = local_date(house.clock.now(), definitions.brand.zone)
    since = (today - timedelta(days=COURSE_DAYS)).isoformat()
    with house.db.read() as connection:
        kept = looked_at(connection)
        size, moved = sizes(connection), moves_since(connection, since)
    found = []
    for name, segment in definitions.segments.items():
        line = SegmentLine(segment, None, campaigns=tuple(_campaigns(definitions, name)))
        if name in kept:
            days = by_day(size.get(name, 0), moved.get(name, []), {}, today, COURSE_DAYS)
            line = replace(
                line,
                size=size.get(name, 0),
                course=tuple(one.size for one in days),
                joined=sum(one.joined for one in days[-WEEK:]),
                left=sum(one.left for one in days[-WEEK:]),
            )
        found.append(line)
    return found


def segment_story(house: House, name: str, *, with_samples: bool) -> SegmentStory:
    """One segment. Raises NotFound."""
    definitions = _definitions(house)
    segment = segment_of(definitions, name)
    today = local_date(house.clock.now(), definitions.brand.zone)
    since = (today - timedelta(days=STORY_DAYS)).isoformat()
    with house.db.read() as connection:
        is_kept = name in looked_at(connection)
        size = sizes(connection).get(name, 0)
        moves = moves_since(connection, since, name).get(name, [])
        days = by_day(size, moves, kept_sizes(connection, name, since), today, STORY_DAYS)
        revision = live_revision(connection)
        members = []
        if with_samples and is_kept:
            members = samples(connection, name, segment.of, today.isoformat(), SAMPLES)
    return SegmentStory(
        segment=segment,
        is_kept=is_kept,
        size=size,
        days=_known(days),
        redefined=[one for one in moves if one.redefined],
        campaigns=_campaigns(definitions, name),
        named_by=[one.name for one in definitions.segments.values() if _names(one, name)],
        yaml=as_written(segment, revision.files if revision else {}),
        samples=members,
    )


class SegmentCounts:
    """Counts of segments that nobody keeps count of: one at a time, on request, kept until there is another
    revision."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.counting = threading.Lock()
        """Held by who counts."""
        self._found: dict[tuple[int, str], Counted] = {}

    def known(self, name: str) -> Counted | None:
        """What was last counted under the live revision."""
        return self._found.get((self._house.revision_number(), name))

    def count(self, name: str) -> bool:
        """Count now; False where another count is under way. Raises NotFound."""
        definitions, house = _definitions(self._house), self._house
        members = SegmentMembers(segment_of(definitions, name), definitions)
        if not self.counting.acquire(blocking=False):
            return False
        try:
            number = house.revision_number()
            found = self._count(members)
            kept = {key: one for key, one in self._found.items() if key[0] == number}
            self._found = {**kept, (number, name): found}
        finally:
            self.counting.release()
        return True

    def _count(self, members: SegmentMembers) -> Counted:
        now, until, total, low = self._house.clock.now(), time.monotonic() + COUNT_SECONDS, 0, 0
        with self._house.db.read() as connection:
            newest = newest_contact(connection)
        while low < newest and time.monotonic() < until:
            with self._house.db.read() as connection:
                total += members.count(connection, low, low + CHUNK, now)
            low += CHUNK
        return Counted(total, min(low, newest), newest, now)


def as_written(segment: Segment, files: Mapping[str, str]) -> str:
    """The lines of the campaign file that define the segment; empty where they are not known."""
    place = segment.place
    lines = files.get(place.file, "").splitlines() if place else []
    if place is None or not 0 < place.line <= len(lines):
        return ""
    first = place.line - 1
    while first > 0 and not lines[first].lstrip().startswith(f"{segment.name}:"):
        first -= 1
    depth = _depth(lines[first])
    end = first + 1
    while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > depth):
        end += 1
    return "\n".join(line[depth:] for line in lines[first:end]).rstrip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _known(days: list[SegmentDay]) -> list[SegmentDay]:
    """From the first day on that is known."""
    while len(days) > 1 and days[0].size is None:
        days = days[1:]
    return days


def _definitions(house: House) -> Definitions:
    live = house.live()
    if live is None:
        raise NotFound("nothing was applied yet")
    return live.definitions


def _campaigns(definitions: Definitions, name: str) -> list[str]:
    return [one.name for one in definitions.campaigns.values() if one.trigger.segment == name]


def _names(segment: Segment, name: str) -> bool:
    return any(isinstance(leaf, InSegment) and leaf.name == name for leaf in walk(segment.where))
