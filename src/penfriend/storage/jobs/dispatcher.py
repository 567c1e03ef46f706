"""Claims what is due and defers it as jobs, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy import Connection, bindparam, text, update

from penfriend.domain.message import Status
from penfriend.domain.outbox import NO_LANES, Carried, DueMessage, Lanes
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.jobs.names import waiting_for
from penfriend.storage.jobs.runner import TASK
from penfriend.storage.message_claim import Place, first_in_queue, take_over
from penfriend.storage.message_log import MessageLog
from penfriend.storage.revisions import is_behind
from penfriend.storage.tables import messages

WAITING_FOR_EACH = 2
"""So many jobs may wait for each worker: one goes on with the next at once, and what is urgent, or is to be
decided anew because something has changed, still waits for little."""
FEWEST = 4


class JobDispatcher:
    """Of one way out; satisfies `penfriend.domain.ports.Dispatcher`."""

    def __init__(
        self, db: Database, schema: str, route: str, owner: str, is_well: Callable[[], bool] = lambda: True
    ) -> None:
        """`is_well` tells whether this worker takes jobs itself: what it puts into some would else wait for
        somebody who may not come."""
        self._is_well = is_well
        self._db, self._schema, self._queue = db, schema, f"send-{route}"
        self._messages = MessageLog(db)
        self._app = App(connector=SyncPsycopgConnector())  # never opened: it works on our own connections
        self._owner = waiting_for(owner)

    @property
    def queue(self) -> str:
        """Where its jobs wait."""
        return self._queue

    def claim(
        self,
        now: Moment,
        owner: str,
        lease_until: Moment,
        revision: int,
        limit: int,
        carried: Carried | None = None,
        lanes: Lanes = NO_LANES,
    ) -> list[DueMessage]:
        """Jobs are made of what is due, as long as few wait. What was set aside for a slow domain the worker
        is given itself: how much of it may go is known now. All of it where it takes no jobs."""
        if lanes or not self._is_well():
            return self._messages.claim(now, owner, lease_until, revision, limit, carried, lanes)
        for _ in range(self._free_places()):
            if self._db.run(lambda at: self._defer(at, now, lease_until, revision, limit, carried)) < limit:
                break
        return []

    def take_over(
        self, ids: Sequence[int], former: str, owner: str, lease_until: Moment, revision: int
    ) -> list[DueMessage]:
        """What is still claimed of a job's messages, from now on held by `owner`."""
        return self._db.run(
            lambda connection: take_over(connection, ids, former, owner, lease_until, revision)
        )

    def give_back(self, ids: Sequence[int], former: str) -> None:
        """A job's messages that nobody has taken over are due again."""
        self._messages.give_back(ids, former)

    def release(self) -> None:
        """What this way has put into jobs and nobody has taken is due again."""
        self._messages.release(self._owner)

    def _free_places(self) -> int:
        with self._db.read() as connection:
            waiting, workers = connection.execute(
                text(
                    f"SELECT (SELECT count(*) FROM {self._schema}.procrastinate_jobs"  # noqa: S608 - ours
                    " WHERE status = 'todo' AND queue_name = :queue),"
                    f" (SELECT count(*) FROM {self._schema}.procrastinate_workers)"
                ),
                {"queue": self._queue},
            ).one()
        return max(0, max(FEWEST, WAITING_FOR_EACH * int(workers)) - int(waiting))

    def _defer(
        self,
        connection: Connection,
        now: Moment,
        until: Moment,
        revision: int,
        limit: int,
        carried: Carried | None,
    ) -> int:
        if is_behind(connection, revision):
            return 0
        places = first_in_queue(connection, now, revision, limit, carried)
        if not places:
            return 0
        ids = [place[2] for place in places]
        connection.execute(_CLAIM, {"ids": ids, "claim_owner": self._owner, "claim_until": until})
        self._put(connection, places)
        return len(places)

    def _put(self, connection: Connection, places: Sequence[Place]) -> None:
        """A job for each priority, so that the highest goes first whenever it came."""
        former = connection.execute(text("SELECT current_setting('search_path')")).scalar_one()
        connection.execute(_SEARCH, {"path": self._schema})
        driver = connection.connection.driver_connection
        for lowered, of_priority in groupby(places, key=lambda place: place[0]):
            self._app.configure_task(TASK, queue=self._queue, priority=-lowered, connection=driver).defer(
                ids=[place[2] for place in of_priority], owner=self._owner
            )
        connection.execute(_SEARCH, {"path": former})


_SEARCH = text("SELECT set_config('search_path', :path, true)")
_m = messages.c
_CLAIM = (
    update(messages)
    .where(_m.id.in_(bindparam("ids", expanding=True)))
    .values(status=Status.CLAIMED.value, owner=bindparam("claim_owner"), lease_until=bindparam("claim_until"))
)
