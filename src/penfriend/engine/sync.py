"""The tick `sync`: reads the segments whose members a SELECT finds in a database of the company.

Each is read as often as its source says, at once where its SELECT is another than before, and by one worker
at a time. What is read is staged and counted; then a guard looks at it, and only what passes takes the place
of the rows of before, all of it by set statements. A source that does not answer changes nothing: the people
stay, and the next try comes in a few minutes. After a crash the next worker reads again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import SourceUnavailable
from penfriend.domain.ports import Clock
from penfriend.domain.segment import Segment
from penfriend.domain.sources import ReadState, Source, SourceRow, Sources, SqlSelect, guard_says
from penfriend.domain.timing import MINUTE, SECOND, Duration, Moment, local_date, shift, zone_of
from penfriend.engine.live import Live

_UTC = zone_of("UTC")
log = logging.getLogger("penfriend.sources")

RETRY = 5 * MINUTE
"""A source that did not answer is tried again after this, or after its `every` where that is shorter."""
SPARE = 2 * MINUTE
"""So much longer than a statement may take does the lease last; it is renewed with each batch."""


class Readings(Protocol):
    """The readings of the store (`penfriend.storage.source_reads`)."""

    def states(self) -> Mapping[str, ReadState]:
        """What is known of each segment that was ever tried."""

    def take_lease(self, segment: str, owner: str, now: Moment, until: Moment) -> bool:
        """Become, or stay, the one who reads the segment; False where another is."""

    def give_back(self, segment: str, owner: str) -> None:
        """End the lease."""

    def begin(self, segment: str) -> None:
        """Nothing is staged."""

    def stage(self, segment: str, rows: Sequence[SourceRow], before: int) -> None:
        """Keep some rows, `before` having come already."""

    def staged_counts(self, segment: str) -> tuple[int, int]:
        """How many of the staged rows are about somebody whom the store knows, and how many about nobody."""

    def take_over(
        self, definitions: Definitions, revision: int, segment: Segment, now: Moment, *, first: bool
    ) -> bool:
        """Make what is staged the segment's rows; False where a later revision is live."""

    def keep(self, state: ReadState) -> None:
        """Write down what is known of a segment now; what was staged goes."""


@dataclass(slots=True)
class SyncReport:
    """What one tick did, in segments."""

    read: int = 0
    failed: int = 0
    stopped: int = 0
    """By the guard."""


class Sync:
    """The tick of one worker."""

    def __init__(
        self,
        readings: Readings,
        sources: Sources,
        clock: Clock,
        owner: str,
        *,
        say: Callable[[str], None] = log.error,
        guarded: bool = True,
    ) -> None:
        """`say` hears of what does not go well, once for each trouble. What is not `guarded` is a rehearsal:
        it takes over what it reads, however odd."""
        self._readings, self._sources, self._clock, self._owner = readings, sources, clock, owner
        self._say, self._guarded = say, guarded

    def tick(
        self, live: Live, stopping: Callable[[], bool] = lambda: False, *, only_new: bool = False
    ) -> SyncReport:
        """Read what is due, one segment after the other; with `only_new` those whose SELECT was not read
        yet."""
        report = SyncReport()
        selects = sql_segments(live.definitions)
        states = self._readings.states() if selects else {}
        for segment, select, source in selects:
            state = states.get(segment.name, ReadState(segment.name))
            if stopping():
                break
            if only_new and state.definition == select.digest:
                continue
            if not is_due(state, source, select, self._clock.now()) or not self._hold(segment, source):
                continue
            try:
                self._read(live, segment, select, source, report)
            finally:
                self._readings.give_back(segment.name, self._owner)
        return report

    def _hold(self, segment: Segment, source: Source) -> bool:
        now = self._clock.now()
        until = Moment(_later(now, source.timeout) + SPARE)
        return self._readings.take_lease(segment.name, self._owner, now, until)

    def _read(
        self, live: Live, segment: Segment, select: SqlSelect, source: Source, report: SyncReport
    ) -> None:
        now, begun = self._clock.now(), self._clock.elapsed()
        # as it is now that the segment is held: another worker may just have read it
        state = self._readings.states().get(segment.name, ReadState(segment.name))
        if not is_due(state, source, select, now):
            return
        tried = replace(state, tried=select.digest, tried_at=now)
        try:
            if not self._stage(segment, select, source, tried, live):
                return
        except SourceUnavailable as error:
            report.failed += 1
            self._keep_trouble(state, replace(tried, error=str(error), stopped=None))
            return
        rows, unknown = self._readings.staged_counts(segment.name)
        day = local_date(now, live.definitions.brand.zone).isoformat()
        free = state.let_pass or not self._guarded
        odd = None if free else guard_says(rows, state.on(day))
        if odd is not None:
            report.stopped += 1
            self._keep_trouble(state, replace(tried, error=None, stopped=odd))
            return
        first = state.definition != select.digest
        if not self._readings.take_over(live.definitions, live.revision, segment, now, first=first):
            return
        report.read += 1
        read = ReadState(
            segment=segment.name,
            definition=select.digest,
            tried=select.digest,
            read_at=now,
            tried_at=now,
            took=round((self._clock.elapsed() - begun) * SECOND),
            rows=rows,
            unknown=unknown,
            base=rows if free else state.on(day),
            day=day,
        )
        self._readings.keep(read)
        if self._guarded:  # else it is a rehearsal, which nobody looks for in the log
            log.info("segment %s read: %d rows, and %d about nobody known", segment.name, rows, unknown)

    def _keep_trouble(self, before: ReadState, after: ReadState) -> None:
        """What was is as it was; since when it goes wrong, and how. Said once, not at each try."""
        since = after.tried_at if before.failing_since is None else before.failing_since
        if (after.error, after.stopped) != (before.error, before.stopped):
            why = after.error or f"segment {after.segment} is stopped (guard): {after.stopped}"
            self._say(f"{why}; its people stay as they are")
        self._readings.keep(replace(after, failing_since=since))

    def _stage(
        self, segment: Segment, select: SqlSelect, source: Source, state: ReadState, live: Live
    ) -> bool:
        """Keep what the source says, as it comes; False where another worker has taken the segment over."""
        assert state.tried_at is not None  # noqa: S101  # it was just set
        self._readings.begin(segment.name)
        last_run = Moment(0) if state.read_at is None else state.read_at
        before = 0
        zone = live.definitions.brand.zone
        for rows in self._sources.rows(source, select, state.tried_at, last_run, zone):
            self._readings.stage(segment.name, rows, before)
            before += len(rows)
            if not self._hold(segment, source):
                return False
        return True


def sql_segments(definitions: Definitions) -> list[tuple[Segment, SqlSelect, Source]]:
    """The segments that are read from a source."""
    return [
        (segment, segment.select, definitions.sources[segment.select.source])
        for segment in definitions.segments.values()
        if segment.select is not None
    ]


def is_due(state: ReadState, source: Source, select: SqlSelect, now: Moment) -> bool:
    """Whether a segment is to be read now."""
    if state.tried_at is None or state.tried != select.digest or state.tried_at > now:
        return True
    if state.stopped is not None and state.let_pass:
        return True
    pause = _later(state.tried_at, source.every)
    if state.error is not None:
        pause = min(pause, Moment(state.tried_at + RETRY))
    return pause <= now


def _later(moment: Moment, duration: Duration) -> Moment:
    return shift(moment, duration, _UTC)
