"""The program that is killed: the real `penfriend`, with points to die at wrapped around it from outside.

    python -m tests.crash.victim run --no-web

CRASH_POINT says where, and how often it is come to before: `recorded:3`. The product knows nothing of it.
CRASH_LEASE shortens the leases, in seconds, so that a frozen process can be seen to have lost them. With
CRASH_BARE it is as if `penfriend[scale]` were not installed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, event

from penfriend.bootstrap import taking_up
from penfriend.domain.timing import SECOND, Moment
from penfriend.engine import handing_over, send
from penfriend.storage import engines, migrate
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.jobs import schema
from penfriend.storage.message_log import MessageLog

POINTS = ("claimed", "recorded", "reload", "migration")
"""The claim is committed; results are committed, and the next step has not begun; in the middle of taking up
changed files; in the middle of a migration. The last two count the statements of the database."""


class Doom:
    """Counts the comings to one point, and kills the whole process group at the last."""

    def __init__(self, point: str, after: int) -> None:
        self._point, self._after = point, after

    def comes_to(self, point: str) -> None:
        """Come to a point."""
        if point == self._point:
            self._after -= 1
            if self._after <= 0:
                os.killpg(os.getpgid(0), signal.SIGKILL)

    def behind(self, of: Any, name: str, point: str) -> None:
        """A point behind a method that has committed."""
        real: Callable[..., Any] = getattr(of, name)

        def marked(*values: Any, **more: Any) -> Any:
            made = real(*values, **more)
            if made is None or made:
                self.comes_to(point)
            return made

        setattr(of, name, marked)

    def within(self, home: ModuleType, name: str, point: str) -> None:
        """A point at each statement of the database while a function runs."""
        real: Callable[..., Any] = getattr(home, name)

        def marked(*values: Any, **more: Any) -> Any:
            def statement(*_: Any) -> None:
                self.comes_to(point)

            event.listen(Engine, "before_cursor_execute", statement)
            try:
                return real(*values, **more)
            finally:
                event.remove(Engine, "before_cursor_execute", statement)

        for module in list(sys.modules.values()):  # also where it was imported by its name
            if module.__name__.startswith("penfriend") and getattr(module, name, None) is real:
                setattr(module, name, marked)


def main() -> None:
    """Be the program, doomed."""
    point, _, after = os.environ.get("CRASH_POINT", "").partition(":")
    if point:
        doom = Doom(point, int(after))
        _doom(doom)
        if point == "claimed" and not os.environ.get("CRASH_BARE"):
            from penfriend.storage.jobs.dispatcher import JobDispatcher  # takes a while to load

            doom.behind(JobDispatcher, "take_over", "claimed")
    lease = os.environ.get("CRASH_LEASE")
    if lease:
        engines.SILENT_SECONDS = min(float(lease), engines.SILENT_SECONDS)
        handing_over.SENDING_LEASE = send.CLAIM_LEASE = Moment(int(float(lease) * SECOND))
    if os.environ.get("CRASH_BARE"):
        schema.is_there = lambda: False
    from penfriend.cli import main as program

    program()


def _doom(doom: Doom) -> None:
    doom.behind(MessageLog, "claim", "claimed")
    doom.behind(HandoverLog, "record", "recorded")
    doom.within(migrate, "upgrade", "migration")
    doom.within(taking_up, "apply_changed", "reload")


if __name__ == "__main__":
    main()
