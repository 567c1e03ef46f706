"""Jobs for any worker of any machine, where the store is PostgreSQL and the extra `penfriend[scale]` is
there; else each worker sends what it claims itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from penfriend.domain.errors import PenfriendError, StoreUnavailable
from penfriend.engine.measures import Measures
from penfriend.engine.troubles import Troubles
from penfriend.storage.database import Database
from penfriend.storage.jobs import schema

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House
    from penfriend.storage.jobs.dispatcher import JobDispatcher
    from penfriend.storage.jobs.runner import JobRunner

log = logging.getLogger("penfriend.jobs")

Send = Callable[[list[int], str], None]
TICK = "send"
"""By whose name the log has what goes wrong."""


class Jobs:
    """Of one process. It begins in a thread of its own: the library takes a while to load, and the first
    mails need not wait for it."""

    def __init__(self, db: Database, measures: Measures) -> None:
        self._db, self._measures, self._troubles = db, measures, Troubles()
        self._runner: JobRunner | None = None
        self._schema = ""
        self._beginning = threading.Thread(target=self._begin, name="penfriend-jobs-begin", daemon=True)
        self._beginning.start()

    @classmethod
    def of(cls, house: House) -> Jobs | None:
        """None where there are none."""
        return None if house.db.is_sqlite or not schema.is_there() else cls(house.db, house.measures)

    def _begin(self) -> None:
        from penfriend.storage.jobs.runner import JobRunner

        try:
            self._schema = schema.make_schema(self._db)
        except PenfriendError as error:
            log.warning("no jobs are made, each worker sends what it claims: %s", error)
        except Exception as error:  # the database lets its user make no schema
            why = str(error).partition("\n")[0]
            log.warning("no jobs are made, each worker sends what it claims: %s", why)
        else:
            self._runner = JobRunner(self._db.url, self._schema, self._failed)

    def dispatcher(self, route: str, owner: str) -> JobDispatcher | None:
        """For a way out; None as long as it has not begun."""
        runner = self._runner
        if runner is None:
            return None
        from penfriend.storage.jobs.dispatcher import JobDispatcher

        return JobDispatcher(self._db, self._schema, route, owner, lambda: runner.is_well(owner))

    def serve(self, owner: str, queue: str, send: Send) -> None:
        """Jobs of that queue are sent by this way out from now on, one at a time."""

        def guarded(ids: list[int], former: str) -> None:
            try:
                send(ids, former)
            except Exception as error:  # the mails are due again; the next job is tried
                self._measures.tick_failures.add(TICK)
                self._troubles.failed(TICK, error)
            else:
                self._troubles.went_well(TICK)

        if self._runner is not None:
            self._runner.serve(owner, queue, guarded)

    def leave(self, owner: str) -> None:
        """It takes no more; returns when the job that it sends is over."""
        if self._runner is not None:
            self._runner.leave(owner)

    def close(self) -> None:
        """The end."""
        self._beginning.join()
        if self._runner is not None:
            self._runner.close()

    def _failed(self, error: Exception) -> None:
        cause = error.__cause__ or error
        why = str(cause).partition("\n")[0] or type(cause).__name__
        self._troubles.failed("jobs", StoreUnavailable(f"{self._db.url_for_people}: {why}"))
