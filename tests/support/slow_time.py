"""Time that flies while a server is slow: each look at the clock is ten seconds later, and each read gives
one byte. So a test of a drip, or of silence, takes no time and does not depend on the machine's."""

import time

import pytest

from penfriend.delivery import smtp_wire
from penfriend.delivery.smtp_connection import Connection, Event
from penfriend.delivery.smtp_round import Round

LOOK = 10.0
"""Seconds from one look at the clock to the next."""
SHORTEST = 0.01
"""Seconds of real time: nobody waits for longer without looking at the clock again."""


class SlowTime:
    """Flies from `begin` until a connection is given up."""

    def __init__(self) -> None:
        self.flies = False
        self.passed = 0.0

    def begin(self) -> None:
        """The server has become slow."""
        self.flies = True

    def look(self, real: float) -> float:
        """What the clock says, where it would say `real`."""
        if self.flies:
            self.passed += LOOK
        return real + self.passed


@pytest.fixture
def slow_time(monkeypatch: pytest.MonkeyPatch) -> SlowTime:
    """The clock of the SMTP transport; it flies when the test, or its server, calls `begin`."""
    slow = SlowTime()
    monotonic, expire, patience = time.monotonic, Connection.expire, Round._patience
    usual = smtp_wire.READ_SIZE

    def given_up(connection: Connection) -> Event:
        slow.flies = False
        return expire(connection)

    class AtATime:
        """How many bytes are read."""

        def __index__(self) -> int:
            return 1 if slow.flies else usual

    monkeypatch.setattr(time, "monotonic", lambda: slow.look(monotonic()))
    monkeypatch.setattr(Connection, "expire", given_up)
    monkeypatch.setattr(Round, "_patience", lambda round_: min(SHORTEST, patience(round_)))
    monkeypatch.setattr(smtp_wire, "READ_SIZE", AtATime())
    return slow
