"""Work that takes seconds of a processor, done in a process of its own: the pages and the sending of this one
go on. It runs with low priority, over the same store and files, and ends with what asked for it.

What is handed over and comes back are plain values. A process that says nothing more, or takes too long, is
ended, and its work has failed.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from penfriend.bootstrap.house import House
from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import PenfriendError
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.database import open_database

T = TypeVar("T")
Tell = Callable[[float], None]
"""Hears how far the work is, 0 to 1."""
Work = Callable[[House, Tell], T]
"""What is done: a function of a module, which is found there by its name, with what it is given in advance
(`functools.partial`)."""
NICENESS = 5


class WorkFailed(PenfriendError):
    """The work came to nothing; the text says why."""


def run_apart(
    house: House, work: Work[T], seconds: float, tell: Tell, stopped: Callable[[], bool] = lambda: False
) -> T:
    """What the work comes to, over the house's store and files as of now. It has so many seconds. Raises
    WorkFailed."""
    context = multiprocessing.get_context("spawn")  # a fork would take locks of other threads along
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(
        target=_child, args=(theirs, work, house.settings, house.clock.now()), daemon=True, name="penfriend"
    )
    child.start()
    theirs.close()
    try:
        result: T = _heard(ours, time.monotonic() + seconds, tell, stopped)
        return result
    finally:
        if child.is_alive():
            child.terminate()
        child.join()
        ours.close()


def _heard(ours: Connection, until: float, tell: Tell, stopped: Callable[[], bool]) -> Any:
    """What the other process says at last."""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise WorkFailed("it took too long and was ended")
        if stopped():
            raise WorkFailed("it was ended")
        if not ours.poll(min(left, 0.5)):
            continue
        try:
            kind, value = ours.recv()
        except EOFError:
            raise WorkFailed("its process ended") from None
        if kind == "done":
            return value
        if kind == "failed":
            raise WorkFailed(value)
        tell(value)


def _child(theirs: Connection, work: Work[T], settings: Settings, now: Moment) -> None:
    """The other process."""
    os.nice(NICENESS)
    try:
        with House(settings, open_database(settings.database_url), SetClock(now)) as house:
            theirs.send(("done", work(house, lambda share: theirs.send(("at", share)))))
    except PenfriendError as error:
        theirs.send(("failed", str(error)))
