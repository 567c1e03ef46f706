"""The daemon's own reading of the mailbox of what comes back: each minute what is new.

A mailbox that fails rests a minute, then twice as long each time; a refused login rests longer, since trying
again and again would lock the account. What it came to is noted for `status`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from penfriend.domain.errors import LoginRefused, PenfriendError
from penfriend.domain.mailbox import Mailbox
from penfriend.domain.ports import Clock
from penfriend.domain.reports import Came
from penfriend.domain.timing import HOUR, MINUTE, Moment
from penfriend.engine.read_bounces import Line, ReadBounces

log = logging.getLogger("penfriend.bounces")

READ, TROUBLE = "bounces_read", "bounces_trouble"
"""The notes: what the last reading came to, and what is wrong."""
FIRST_REST, LONGEST_REST = MINUTE, HOUR
FIRST_LOGIN_REST, LONGEST_LOGIN_REST = 15 * MINUTE, 6 * HOUR
"""An account is often locked after five to ten tries."""

Note = Callable[[str, str | None], None]
"""Writes a note, or takes it away."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What the last readings came to."""

    read_at: Moment | None = None
    mails: int = 0
    """Of the last reading that found any."""
    counts: tuple[tuple[str, int], ...] = ()
    """What those came to, by `penfriend.domain.reports.Came`."""
    trouble: str | None = None
    """Why the last try failed."""

    @classmethod
    def of(cls, read: str | None, trouble: str | None) -> Polled:
        """As the notes have it."""
        if read is None:
            return cls(trouble=trouble)
        found = json.loads(read)
        return cls(Moment(found["at"]), found["mails"], tuple(sorted(found["came"].items())), trouble)


class PollBounces:
    """The tick `bounces`."""

    def __init__(
        self,
        open_mailbox: Callable[[], Mailbox],
        reader: Callable[[], ReadBounces],
        note: Note,
        clock: Clock,
    ) -> None:
        self._open, self._reader, self._note, self._clock = open_mailbox, reader, note, clock
        self._rests_until = Moment(0)
        self._failures = 0
        self._trouble: PenfriendError | None = None
        self._last: tuple[int, dict[str, int]] = (0, {})

    def tick(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Read what is new; how many mails. Raises MailboxUnavailable, also while it rests: the trouble is
        not over."""
        if self._trouble is not None and self._clock.now() < self._rests_until:
            raise self._trouble
        try:
            mails, counts = self._read(stopping)
        except PenfriendError as error:
            self._rest(error)
            raise
        self._failures, self._trouble = 0, None
        if mails:
            self._last = (mails, counts)
            log.info("%s mails that came back: %s", mails, _counted(counts))
        done = {"at": self._clock.now(), "mails": self._last[0], "came": self._last[1]}
        self._note(READ, json.dumps(done))
        self._note(TROUBLE, None)
        return mails

    def _read(self, stopping: Callable[[], bool]) -> tuple[int, dict[str, int]]:
        mailbox = self._open()
        mails, counts = 0, dict[str, int]()
        try:
            for batch, lines in self._reader().run(mailbox, stopping):
                mails += len(batch)
                for line in lines:
                    _say_if_forged(line)
                    came = str(line.came or Came.NOTHING)
                    counts[came] = counts.get(came, 0) + 1
        finally:
            mailbox.close()
        return mails, counts

    def _rest(self, error: PenfriendError) -> None:
        login = isinstance(error, LoginRefused)
        first, longest = (FIRST_LOGIN_REST, LONGEST_LOGIN_REST) if login else (FIRST_REST, LONGEST_REST)
        rest = min(first * 2 ** min(self._failures, 10), longest)
        self._failures, self._trouble = self._failures + 1, error
        self._rests_until = Moment(self._clock.now() + rest)
        try:
            self._note(TROUBLE, str(error))
        except PenfriendError:  # it was the store that failed
            log.debug("the trouble could not be noted")


def _say_if_forged(line: Line) -> None:
    if line.came is Came.FORGED:
        log.warning("a report came to a return path that we have not signed; it has no effect")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {came}" for came, number in sorted(counts.items()))
