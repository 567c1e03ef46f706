"""What the log says of ticks that fail, however often they are called: once when a trouble begins, once when
it is over."""

from __future__ import annotations

import logging
import threading

from penfriend.domain.errors import PenfriendError

log = logging.getLogger("penfriend.daemon")


class Troubles:
    """The troubles of the moment.

    Ticks are called each second, and an hour without a database is one trouble, not seven thousand lines: the
    same words are not said again, neither by the same tick nor by another, until a tick that had the trouble
    has gone well.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        """The words of its last failure, by tick."""
        self._said_by: dict[str, str] = {}
        """The tick by whose name the log has them, by words."""
        self._ticks_at_once = threading.Lock()

    def went_well(self, tick: str) -> None:
        """The trouble that this tick had is over, for the others as well."""
        with self._ticks_at_once:
            over = self._texts.pop(tick, None)
            if over is None:
                return
            self._texts = {name: text for name, text in self._texts.items() if text != over}
            said_by = self._said_by.pop(over, tick)
        if said_by == tick:
            log.info("tick %s works again", tick)
        else:
            log.info("tick %s works again, and the trouble of tick %s is over", tick, said_by)

    def failed(self, tick: str, error: Exception) -> None:
        """Say it, if it is news: in one line what a person can mend, with its traceback what is a fault of
        ours."""
        text = f"{type(error).__name__}: {error}"
        with self._ticks_at_once:
            known = text in self._texts.values()
            self._texts[tick] = text
            self._said_by = {
                words: name for words, name in self._said_by.items() if words in self._texts.values()
            }
            self._said_by.setdefault(text, tick)
        if known:
            return
        if isinstance(error, PenfriendError):
            log.error("tick %s: %s", tick, error)
        else:
            log.error("tick %s failed", tick, exc_info=error)
