"""How the reading of sources goes: who may read, what came of it, and the taking over of what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, update

from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import Segment
from penfriend.domain.sources import ReadState, SourceRow
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.database import Database
from penfriend.storage.leases import release_lease, take_lease
from penfriend.storage.looks_store import LookStore
from penfriend.storage.revisions import is_behind
from penfriend.storage.source_rows import CHUNK, forget_staged, know_staged, stage, staged_counts, take_over
from penfriend.storage.source_states import read_states, write_state

LEASE_NAME = "source"


class SourceReads:
    """The readings of one store. Any number of processes may have one; a lease for each segment lets one of
    them read it at a time."""

    def __init__(self, database: Database, looks: LookStore) -> None:
        self._database, self._looks = database, looks

    def states(self) -> dict[str, ReadState]:
        """What is known of each segment that was ever tried."""
        with self._database.read() as connection:
            return read_states(connection)

    def take_lease(self, segment: str, owner: str, now: Moment, until: Moment) -> bool:
        """Become, or stay, the one who reads the segment; False where another is."""
        name = f"{LEASE_NAME} {segment}"
        return self._database.run(
            lambda connection: take_lease(connection, name, owner, now=now, until=until)
        )

    def give_back(self, segment: str, owner: str) -> None:
        """End the lease."""
        name = f"{LEASE_NAME} {segment}"
        self._database.run(lambda connection: release_lease(connection, name, owner))

    def begin(self, segment: str) -> None:
        """Nothing is staged."""
        forget_staged(self._database, segment)

    def stage(self, segment: str, rows: Sequence[SourceRow], before: int) -> None:
        """Keep some rows for `take_over`, `before` having come already."""
        with self._database.write() as connection:
            stage(connection, segment, rows, before)

    def staged_counts(self, segment: str) -> tuple[int, int]:
        """How many of the staged rows are about somebody whom the store knows, and how many about nobody."""
        with self._database.read() as connection:
            return staged_counts(connection, segment)

    def take_over(
        self, definitions: Definitions, revision: int, segment: Segment, now: Moment, *, first: bool
    ) -> bool:
        """Make what is staged the segment's rows; False where a later revision is live. `first`: the SELECT
        is new, and whom it brings in is treated as at an activation."""
        name = segment.name
        with self._database.write() as connection:
            if is_behind(connection, revision):
                return False
            know_staged(connection)
            newest = connection.execute(select(func.max(t.contacts.c.id))).scalar() or 0
        for low in range(0, newest, CHUNK):
            with self._database.write() as connection:
                take_over(connection, name, low, low + CHUNK, now)
        if first:
            self._looks.activate(definitions, revision, now, read=(name,))
        return True

    def keep(self, state: ReadState) -> None:
        """Write down what is known of a segment now; what was staged goes."""
        with self._database.write() as connection:
            write_state(connection, state)
        forget_staged(self._database, state.segment)

    def let_pass(self, segments: Collection[str]) -> None:
        """The next reading of these passes the guard; of one that is stopped it comes at once."""
        with self._database.write() as connection:
            these = t.source_reads.c.segment.in_(segments)
            connection.execute(update(t.source_reads).where(these).values(let_pass=1))
