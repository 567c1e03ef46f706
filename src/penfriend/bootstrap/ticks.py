"""The ticks that a worker runs one after the other where no daemon calls them (`Worker.settle`)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Tick(Enum):
    """The ticks of `settle`."""

    RECOVER = "recover"
    ENROLL = "enroll"
    ADVANCE = "advance"
    SEND = "send"
    CALL = "call"
    TRACK = "track"


HasWork = Callable[[Tick], bool]
"""Whether a tick may have something to do; asked before each."""
