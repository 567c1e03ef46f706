"""`penfriend run --workers N`: the process that starts the workers of one machine, watches them, and stops
them.

What runs: N children of this process, each a whole worker (`cli.run.work`); the first one also serves the
pages, looks at the files and reads what came back. The foreman holds nothing: no connection, no thread,
no lease. So it can be forked from at any time, and whatever happens to it, the workers lose nothing.

Who ends by itself is replaced: at once where it had lived for a while, else after a wait that doubles, so
that what cannot run does not fill the log. Its successor's first tick `recover` settles what it left, by its
journal. SIGTERM and SIGINT are handed on, and every worker finishes what it is handing over; the same again,
a second later or more, ends them at once: what then was between the last byte and its answer is `unknown`.
SIGHUP is handed to the first one. A foreman that is gone is noticed by its workers, by a pipe that nobody
else holds open, and they stop as if they had been asked to.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from logging import getLogger
from typing import NoReturn

from penfriend.bootstrap import House
from penfriend.bootstrap.known_secrets import secrets_of
from penfriend.bootstrap.presence import Post
from penfriend.bootstrap.settings import Settings
from penfriend.cli.logs import set_up_logs
from penfriend.cli.output import DONE, IMPOSSIBLE
from penfriend.domain.errors import SettingError

log = getLogger("penfriend.foreman")

LONG_ENOUGH = 60.0
"""Seconds: who lived for so long is replaced at once."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds before another takes the place of one that did not."""
SECOND_SIGNAL_AFTER = 1.0
"""Seconds: a terminal and a program between may each send the same signal, and mean one."""

_HEEDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Work = Callable[[Post], int]


@dataclass(slots=True)
class _Place:
    """One of the N."""

    post: Post
    process: int | None = None
    began: float = 0.0
    wait: float = 0.0
    start_at: float = 0.0
    ever_lived: bool = False
    """One of its workers lived for a while."""


class Foreman:
    """Runs `work` in so many processes. Raises SettingError where the store is for one process alone."""

    def __init__(self, number: int, work: Work) -> None:
        settings = Settings.of(os.environ)
        if settings.database_url.startswith("sqlite"):
            raise SettingError(
                f"--workers {number}: a SQLite store is worked on by one process at a time; leave the option "
                "out, or set PENFRIEND_DATABASE_URL=postgresql://user@host/db"
            )
        House.open().close()  # what keeps all of them from their work is said once, and the tables are made
        set_up_logs(settings.log, secrets_of(settings))
        self._work = work
        run = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._places = [_Place(Post(run, place)) for place in range(1, number + 1)]
        self._asked_at: float | None = None
        self._ended_at_once = False
        self._refused = False
        self._lifeline, self._held_open = os.pipe()
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._wakes, False)

    def run(self) -> int:
        """Until all have ended as they were asked to; the exit status of the program."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        signal.signal(signal.SIGHUP, lambda *_: self._send(self._places[0], signal.SIGHUP))
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that it comes through the pipe below
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        log.info("%d workers are started", len(self._places))
        while self._asked_at is None or any(one.process for one in self._places):
            self._start_those_due()
            self._wait()
            self._bury()
        for number in _HEEDED:  # in its last moments one changes nothing any more
            signal.signal(number, signal.SIG_IGN)
        log.info("all workers have stopped")
        return IMPOSSIBLE if self._refused else DONE

    def _start_those_due(self) -> None:
        now = time.monotonic()
        for one in self._places:
            if self._asked_at is None and one.process is None and one.start_at <= now:
                self._start(one)

    def _start(self, one: _Place) -> None:
        """No signal comes in between: it would find the handlers of the foreman in the worker, or a worker
        that the foreman does not know."""
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEEDED)
        try:
            if self._asked_at is not None:  # since it was looked whether one is to be started
                return
            child = os.fork()
            if not child:
                self._be_worker(one.post)
            one.began, one.process = time.monotonic(), child
        except OSError as error:  # no memory, or too many processes: for now
            log.error("worker %d cannot be started: %s", one.post.place, error.strerror)
            one.start_at = time.monotonic() + LONGEST_WAIT
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEEDED)

    def _be_worker(self, post: Post) -> NoReturn:
        status = IMPOSSIBLE
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, *_HEEDED):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEEDED)
            os.close(self._held_open)
            threading.Thread(target=_heed_end, args=(self._lifeline,), name="lifeline", daemon=True).start()
            status = _said(lambda: self._work(post))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _wait(self) -> None:
        """Until a signal has come, or somebody is to be started."""
        now = time.monotonic()
        due = [one.start_at - now for one in self._places if one.process is None and self._asked_at is None]
        within = max(0.0, min(due)) if due else None
        if select.select([self._woken], [], [], within)[0]:
            os.read(self._woken, 4096)

    def _bury(self) -> None:
        for one in self._places:
            if one.process is not None:
                ended, status = os.waitpid(one.process, os.WNOHANG)
                if ended:
                    self._has_ended(one, os.waitstatus_to_exitcode(status))

    def _has_ended(self, one: _Place, status: int) -> None:
        lived = time.monotonic() - one.began
        process, one.process = one.process, None
        one.ever_lived = one.ever_lived or lived > LONG_ENOUGH or status < 0
        if self._asked_at is not None:
            return
        if status == IMPOSSIBLE and not one.ever_lived:
            # it has said why: a wrong setting, an address that is taken; the others would say the same
            self._refused = True
            self._stop()
            return
        one.wait = 0.0 if lived > LONG_ENOUGH else min(max(2 * one.wait, FIRST_WAIT), LONGEST_WAIT)
        one.start_at = time.monotonic() + one.wait
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        log.error(
            "worker %d (process %d) has ended %s; another takes its place in %.0f s",
            one.post.place,
            process,
            how,
            one.wait,
        )

    def _stop(self) -> None:
        """Asked to: the first time politely."""
        now = time.monotonic()
        if self._asked_at is None:
            self._asked_at = now
            for one in self._places:
                self._send(one, signal.SIGTERM)
        elif now - self._asked_at >= SECOND_SIGNAL_AFTER and not self._ended_at_once:
            self._ended_at_once = True
            for one in self._places:
                self._send(one, signal.SIGKILL)

    @staticmethod
    def _send(one: _Place, number: int) -> None:
        if one.process is not None:
            with suppress(ProcessLookupError):
                os.kill(one.process, number)


def _said(work: Callable[[], int]) -> int:
    """The exit status of a worker; what keeps it from its work is said in one line."""
    from penfriend.cli.main import complained

    try:
        return work()
    except BaseException as error:
        return complained(error)


def _heed_end(lifeline: int) -> None:
    """Stop when the foreman is gone."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
