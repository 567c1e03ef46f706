"""What the log says of ticks that fail, however often they are called: once when a trouble begins, once when
it is over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from penfriend.domain.errors import PenfriendError

log = logging.getLogger("penfriend.daemon")

NEWS_AGAIN_SECONDS = 60.0
"""A trouble that comes and goes is said so often at most."""


class Troubles:
    """The troubles of the moment.

    Ticks are called each second, and an hour without a database is one trouble, not seven thousand lines: the
    same words are not said again, neither by the same tick nor by another, until a tick that had the trouble
    has gone well; and within a minute not even then, for on a full disk a tick that has nothing to write goes
    well between two that have. Its end is said where its beginning was.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` that only ever grow."""
        self._seconds = seconds
        self._texts: dict[str, str] = {}
        """The words of its last failure, by tick."""
        self._said_by: dict[str, str] = {}
        """The tick by whose name the log has a trouble that lasts, by words."""
        self._said_at: dict[str, float] = {}
        """When those of the last minute were said, by words."""
        self._ticks_at_once = threading.Lock()

    def went_well(self, tick: str) -> None:
        """The trouble that this tick had is over, for the others as well."""
        with self._ticks_at_once:
            over = self._texts.pop(tick, None)
            if over is None:
                return
            self._texts = {name: text for name, text in self._texts.items() if text != over}
            said_by = self._said_by.pop(over, None)
        if said_by == tick:
            log.info("tick %s works again", tick)
        elif said_by is not None:
            log.info("tick %s works again, and the trouble of tick %s is over", tick, said_by)

    def failed(self, tick: str, error: Exception) -> None:
        """Say it, if it is news: in one line what a person can mend, with its traceback what is a fault of
        ours."""
        with self._ticks_at_once:
            is_news = self._is_news(tick, f"{type(error).__name__}: {error}")
        if not is_news:
            return
        if isinstance(error, PenfriendError):
            log.error("tick %s: %s", tick, error)
        else:
            log.error("tick %s failed", tick, exc_info=error)

    def _is_news(self, tick: str, text: str) -> bool:
        self._texts[tick] = text
        last, now = set(self._texts.values()), self._seconds()
        self._said_by = {words: name for words, name in self._said_by.items() if words in last}
        self._said_at = {words: at for words, at in self._said_at.items() if now - at < NEWS_AGAIN_SECONDS}
        if text in self._said_by or text in self._said_at:
            return False
        self._said_by[text], self._said_at[text] = tick, now
        return True
