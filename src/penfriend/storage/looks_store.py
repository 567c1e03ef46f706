"""The looks as the engine calls them: the lease, one transaction for each batch, and the statements of the
live revision kept."""

from __future__ import annotations

from collections.abc import Collection

from penfriend.domain.definitions import Definitions
from penfriend.domain.timing import Moment
from penfriend.storage.activation import ActivationReport, activate, refresh_members
from penfriend.storage.database import Database
from penfriend.storage.leases import release_lease, take_lease
from penfriend.storage.looks import BATCH, LookReport, Looks

LEASE_NAME = "enroll"


class LookStore:
    """Looks at one database. Any number of threads and processes may have one; the lease lets one of them
    look at a time."""

    def __init__(self, database: Database, batch: int = BATCH) -> None:
        self._database, self._batch = database, batch
        self._looks: Looks | None = None

    def take_lease(self, owner: str, now: Moment, until: Moment) -> bool:
        """Become, or stay, the one who looks; False where another is."""
        return self._database.run(
            lambda connection: take_lease(connection, LEASE_NAME, owner, now=now, until=until)
        )

    def give_back(self, owner: str) -> None:
        """End the lease."""
        self._database.run(lambda connection: release_lease(connection, LEASE_NAME, owner))

    def look(self, definitions: Definitions, revision: int, now: Moment) -> LookReport:
        """One batch, in one transaction."""
        looks = self._of(definitions, revision)
        return self._database.run(lambda connection: looks.take_look(connection, now, self._batch))

    def activate(
        self,
        definitions: Definitions,
        revision: int,
        now: Moment,
        moved: Collection[str] = (),
        read: Collection[str] = (),
    ) -> ActivationReport:
        """Make the store fit this revision: once, when it becomes the live one, and harmless again. `moved`
        are the campaigns whose trigger has another segment than before, `read` the segments that were just
        read from their sources for the first time."""
        return activate(self._database, self._of(definitions, revision), now, moved, read)

    def refresh_members(self, definitions: Definitions, revision: int, now: Moment) -> int:
        """Find all members anew; how many were wrong and are mended."""
        return refresh_members(self._database, self._of(definitions, revision), now)

    def next_moment(
        self, definitions: Definitions, revision: int, after: Moment, until: Moment | None = None
    ) -> Moment | None:
        """The next moment at which time alone may change a membership or let somebody enter; before `until`
        dates that are nobody's are passed over."""
        with self._database.read() as connection:
            return self._of(definitions, revision).next_moment(connection, after, until)

    def _of(self, definitions: Definitions, revision: int) -> Looks:
        kept = self._looks
        if kept is None or kept.definitions is not definitions or kept.revision != revision:
            kept = self._looks = Looks(definitions, revision)
        return kept
