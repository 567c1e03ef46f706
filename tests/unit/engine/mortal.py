"""A worker that can be killed at any point, and the sink that judges.

A kill is an exception that nothing of the worker may answer; then another worker goes on over the same store.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from penfriend.delivery.memory import KEPT, MemoryTransport
from penfriend.domain.delivery import Email, Handover
from penfriend.domain.transport import DeliveryWatch
from penfriend.engine.handing_over import OneBatch
from tests.support.mail_pieces import Killed
from tests.support.mail_world import World

POINTS = (
    "claim", "claimed", "settle", "begin", "begun", "taken", "dot", "at the dot", "written", "answer",
    "answered", "record", "recorded",
)  # fmt: skip
"""In the order in which a mail comes to them: before and after each thing that is written."""
LEAVE_A_DOUBT = {"at the dot", "written", "answer"}
"""Between the record of the dot and that of the answer."""


class Fate:
    """Kills at the `after`th coming to `point`."""

    def __init__(self) -> None:
        self.point, self.after = "", 0

    def __call__(self, point: str) -> None:
        """Come to a point."""
        if point and point == self.point:
            self.after -= 1
            if self.after == 0:
                raise Killed


class Wire(MemoryTransport):
    """A transport to the sink, with points to die at."""

    def __init__(self, fate: Fate, sink: list[Email]) -> None:
        super().__init__("default")
        self.fate, self.sink = fate, sink

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """One mail at a time."""
        for handover in filter(None, handovers):
            self.fate("taken")
            watch.dot(handover)
            self.fate("at the dot")
            self.sink.append(handover.email)
            self.fate("written")
            watch.done(handover, KEPT)


class Mortal:
    """A world whose worker can be killed, and the sink that judges."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.fate, self.sink = world, Fate(), list[Email]()
        world.transport = Wire(self.fate, self.sink)
        self.patch = monkeypatch
        self.kills = 0
        self._mark()

    def _mark(self) -> None:
        """Points around everything that is written."""
        world = self.world
        self._around(world.messages, "claim", "claim", "claimed")
        self._around(world.messages, "settle", "settle", "")
        self._around(world.handovers, "begin", "begin", "begun")
        self._around(world.handovers, "record", "record", "recorded")
        self._around(world.journal, "record", "dot", "")
        self._around(world.journal, "answer", "answer", "answered")

    def _around(self, of: Any, name: str, before: str, after: str) -> None:
        real: Callable[..., Any] = getattr(of, name)

        def marked(*values: Any, **more: Any) -> Any:
            self.fate(before)
            made = real(*values, **more)
            self.fate(after)
            return made

        self.patch.setattr(of, name, marked)

    def send(self, point: str = "", after: int = 1) -> bool:
        """The tick, killed at the `after`th coming to the point; whether it came to that."""
        self.fate.point, self.fate.after = point, after
        with self.patch.context() as dead:
            dead.setattr(OneBatch, "close", self._closing())
            try:
                self.world.send()
            except Killed:
                self.kills += 1
                return True
            finally:
                self.fate.point = ""
        return False

    def _closing(self) -> Callable[[OneBatch], int]:
        def close(batch: OneBatch) -> int:
            if not self.fate.point or self.fate.after > 0:  # the dead do nothing any more
                return REAL_CLOSE(batch)
            return 0

        return close

    def restart(self) -> None:
        """Another worker, which knows that the former is dead."""
        gone = self.world.owner
        self.world.start()
        self._mark()
        self.world.recover(gone)

    def received(self) -> Counter[str]:
        """How often each mail was received."""
        return Counter(email.message_id for email in self.sink)


REAL_CLOSE = OneBatch.close
