"""That a worker is there: said in the store every few seconds, with what it has counted. So `status`, the
system page and monitoring know of all workers, whichever process is asked."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriend import __version__
from penfriend.domain.errors import PenfriendError
from penfriend.domain.workers import WorkerState
from penfriend.engine.measures import Measures
from penfriend.engine.measures_elsewhere import Counted, together, written
from penfriend.storage.migrate import is_usable
from penfriend.storage.worker_book import beat, counted_by, forget_gone, leave, workers_of

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House


@dataclass(frozen=True, slots=True)
class Post:
    """Where a worker stands: in which `penfriend run`, and which of its workers it is, from 1 on."""

    run: str
    place: int = 1

    @property
    def is_first(self) -> bool:
        """The first one serves the pages, looks at the files and reads what came back."""
        return self.place == 1


class Presence:
    """Of one worker."""

    def __init__(self, house: House, name: str, post: Post | None = None) -> None:
        """`name` is its owner's; without a `post` it works alone."""
        self._house, self._name, self._post = house, name, post or Post(name)
        self._began_at = house.clock.now()
        self._before: Counted | None = None
        """What those before it in its place had counted; None as long as nobody has looked."""
        self._others: list[Counted] = []

    def beat(self) -> None:
        """Say it. Raises StoreUnavailable."""
        house, post = self._house, self._post
        if self._before is None:
            with house.db.read() as connection:
                self._before = counted_by(connection, post.run).get(post.place, {})
        state = WorkerState(
            run=post.run,
            place=post.place,
            name=self._name,
            host=socket.gethostname(),
            process=os.getpid(),
            version=__version__,
            revision=house.revision_number(),
            began_at=self._began_at,
            seen_at=house.clock.now(),
        )
        counted = written(together(house.measures, [self._before]))
        house.db.run(lambda connection: beat(connection, state, counted))

    def can_go_on(self) -> bool:
        """Whether the tables are not those of a newer version that this program knows nothing of."""
        return is_usable(self._house.db)

    def leave(self) -> None:
        """It ends as it was asked to. A store that is away does not hear it."""
        try:
            self._house.db.run(lambda connection: leave(connection, self._post.run, self._post.place))
        except PenfriendError:
            return

    def measures(self) -> Measures:
        """What all workers of this `penfriend run` have counted; of the others as they said it last."""
        post = self._post
        try:
            with self._house.db.read() as connection:
                counted = counted_by(connection, post.run)
        except PenfriendError:  # as it was known last
            counted = None
        if counted is not None:
            self._others = [one for place, one in counted.items() if place != post.place]
        return together(self._house.measures, [self._before or {}, *self._others])


def forget_workers(house: House, gone: Collection[str]) -> None:
    """All that these have left is settled."""
    if gone:
        now = house.clock.now()
        house.db.run(lambda connection: forget_gone(connection, gone, now))


def workers_on_record(house: House) -> list[WorkerState]:
    """All workers of the store, those among them that are silent."""
    with house.db.read() as connection:
        return workers_of(connection)
