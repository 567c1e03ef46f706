"""Watches the campaign files of a running daemon: a change, or SIGHUP, applies them if they are valid."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from penfriend.bootstrap.checked import coupon_files
from penfriend.bootstrap.file_stamps import Stamp, stamp_of
from penfriend.bootstrap.files import Files, sql_files
from penfriend.bootstrap.house import House
from penfriend.bootstrap.taking_up import apply_at_start, apply_changed
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import PenfriendError, StoreUnavailable

_LEVELS = {"warning": logging.WARNING, "notice": logging.INFO}
log = logging.getLogger("penfriend.files")


class FileWatch:
    """Looks at the files each time it is called; reads them only where a name, a size or a time changed."""

    def __init__(
        self, house: House, hears: Callable[[Definitions], object] = lambda _: None, *, active: bool
    ) -> None:
        """`hears` is given the definitions of each revision that is live from now on, before anything is said
        of it."""
        self._house, self._hears, self._active = house, hears, active
        self._heard = 0
        self._asked = threading.Event()
        self._seen: Stamp = frozenset()
        self._named: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        """What the files name beside themselves: patterns of further ones, and files of codes and SELECTs."""

    def ask(self) -> None:
        """Look at the next call, whatever the times of the files say; safe to call from a signal handler."""
        self._asked.set()

    def at_start(self) -> None:
        """Apply the files as a daemon does at its start. What they lack is logged; the live revision runs."""
        self._tell()
        if self._active:
            self._take_up(at_start=True)

    def look(self) -> None:
        """Apply the files if they changed, or if that was asked for."""
        self._tell()
        if not self._active:
            return
        stamp = self._stamp()
        if stamp != self._seen or self._asked.is_set():
            self._asked.clear()
            self._take_up(at_start=False)

    def _take_up(self, *, at_start: bool) -> None:
        try:
            files = self._read()
            applied = apply_at_start(self._house, files) if at_start else apply_changed(self._house, files)
        except StoreUnavailable:  # the files are as they were; the next look tries again
            self._asked.set()
            raise
        except PenfriendError as error:
            log.error("the campaign files were not applied: %s", error)
            self._house.note_not_applied(str(error))
            return
        self._tell()
        errors = [problem for problem in applied.problems if problem.level == "error"]
        for problem in applied.problems:
            if problem.level != "error":
                log.log(_LEVELS[problem.level], "%s", problem)
            elif len(errors) > 1:  # a single one stands in the line below
                log.error("%s", problem)
        if applied.changed:
            log.info("revision %s is live", applied.revision)
        elif applied.note:
            log.error(
                "the campaign files were not applied, %s: %s",
                f"revision {applied.revision} stays live" if applied.revision else "and nothing is live yet",
                applied.note,
            )
        elif not at_start:  # who has sent a SIGHUP, or taken a mistake back, hears that it was seen
            log.info("the campaign files equal revision %s, which is live", applied.revision)

    def _tell(self) -> None:
        try:
            live = self._house.live()
        except PenfriendError:  # said by whoever needs it
            return
        if live is not None and live.revision != self._heard:
            self._hears(live.definitions)
            self._heard = live.revision

    def _read(self) -> Files:
        """The files, and in `_seen` how they and all that they name looked right before they were read."""
        while True:
            self._seen = self._stamp()
            files = self._house.read_files()
            beside = (*coupon_files(files, self._house.settings), *sql_files(files.texts))
            named = (files.include, beside)
            if named == self._named:
                return files
            self._named = named

    def _stamp(self) -> Stamp:
        include, beside = self._named
        return stamp_of(self._house.settings.config, include, beside)
