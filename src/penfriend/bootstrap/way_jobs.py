"""The jobs of one way out: what it finds due goes into them, and it takes one after the other itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from penfriend.bootstrap.jobs import Jobs
from penfriend.domain.errors import PenfriendError
from penfriend.domain.outbox import DueMessage
from penfriend.domain.timing import Moment
from penfriend.engine.live import Live

if TYPE_CHECKING:
    from penfriend.storage.jobs.dispatcher import JobDispatcher

Stopping = Callable[[], bool]
Take = Callable[[list[int], str, Live, Stopping], None]


class WayJobs:
    """Until the library is there the way sends for itself."""

    def __init__(self, jobs: Jobs, route: str, owner: str, take: Take) -> None:
        self._jobs, self._route, self._owner, self._take = jobs, route, owner, take
        self.dispatcher: JobDispatcher | None = None
        self._by: tuple[Live, Stopping] | None = None
        """What jobs are sent by: as the last tick had it."""

    def follow(self, live: Live, stopping: Stopping) -> bool:
        """Jobs are sent by this revision from now on; whether they begin with it."""
        self._by = (live, stopping)
        if self.dispatcher is not None:
            return False
        self.dispatcher = self._jobs.dispatcher(self._route, self._owner)
        if self.dispatcher is None:
            return False
        self._jobs.serve(self._owner, self.dispatcher.queue, self._send)
        return True

    def take_over(
        self, ids: Sequence[int], former: str, owner: str, until: Moment, revision: int
    ) -> list[DueMessage]:
        """What is still claimed of a job's messages, from now on held by `owner`."""
        return (
            [] if self.dispatcher is None else self.dispatcher.take_over(ids, former, owner, until, revision)
        )

    def _send(self, ids: list[int], former: str) -> None:
        if self._by is None or self.dispatcher is None:
            return
        try:
            self._take(ids, former, *self._by)
        except BaseException:
            with suppress(PenfriendError):  # the store is away: their lease has an end
                self.dispatcher.give_back(ids, former)
            raise

    def leave(self) -> None:
        """Take no more jobs; what was put into some and nobody has taken is due again."""
        if self.dispatcher is not None:
            self._jobs.leave(self._owner)
            self.dispatcher.release()
