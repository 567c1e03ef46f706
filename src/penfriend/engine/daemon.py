"""The daemon: APScheduler as the clock that calls the ticks, a clean stop, and the taking up of new
revisions.

What runs: `sync`, `enroll`, `advance`, `send`, `call`, `track`, `bounces`, `recover`, `results` and
`housekeeping`, each in a thread of its own, never twice at the same time; and `refresh`, which takes up the
live revision and applies changed files; and `beat`, which says that the worker is there.
A tick that fails is logged (`penfriend.engine.troubles`) and called again; the others go on. What it owns:
nothing but its leases, all of them with an end. Due times live in our tables, never in the scheduler. On a
stop (SIGTERM, SIGINT): no new tick begins, running ones finish what is handed over and give the rest back,
nothing stays claimed. On a crash: `recover` of the next process, or of another one, settles what is left (see
`penfriend.engine.recover`).
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from penfriend.domain.errors import PenfriendError
from penfriend.domain.health import ClockSet
from penfriend.domain.ports import Clock
from penfriend.domain.workers import BEAT_SECONDS
from penfriend.engine.clock import SystemClock
from penfriend.engine.clock_watch import ClockWatch
from penfriend.engine.log_context import bound
from penfriend.engine.measures import Measures
from penfriend.engine.troubles import Troubles

log = logging.getLogger("penfriend.daemon")

SECONDS_BETWEEN: Mapping[str, float] = {
    "refresh": 2,
    "beat": BEAT_SECONDS,
    "sync": 5,
    "enroll": 5,
    "advance": 1,
    "send": 1,
    "call": 1,
    "track": 5,
    "bounces": 60,
    "recover": 15,
    "results": 30,
    "housekeeping": 600,
}
"""How often each tick is called. A tick costs by what changed; an idle one is a few range queries."""

# that a tick is still at work when it would be called again is how a slow relay looks, no news each second
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

WATCH_SECONDS = 5.0
"""How often the machine's clock is looked at."""


class Daemon:
    """Calls the ticks until it is stopped."""

    def __init__(
        self,
        ticks: Mapping[str, Callable[[], object]],
        clock: Clock | None = None,
        clock_was_set: Callable[[ClockSet], object] = lambda _: None,
        measures: Measures | None = None,
    ) -> None:
        """`clock_was_set` hears of it when somebody sets the machine's clock, forward or back."""
        self._measures = measures or Measures()
        self._ticks, self._clock, self._clock_was_set = ticks, clock or SystemClock(), clock_was_set
        self._troubles = Troubles()
        self._stopping = False
        # its `put` may interrupt itself, as a signal handler does; an Event would wait for its own lock
        self._stops: SimpleQueue[None] = SimpleQueue()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=len(SECONDS_BETWEEN))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def stopping(self) -> bool:
        """Whether a stop was asked for; ticks look at it between two batches and two mails."""
        return self._stopping

    def stop(self) -> None:
        """Ask for the stop; safe to call from a signal handler."""
        self._stopping = True
        self._stops.put(None)

    def run(self) -> None:
        """Call the ticks until `stop`, then wait for those that run."""
        for name, tick in self._ticks.items():
            self._scheduler.add_job(
                self._guarded(name, tick),
                "interval",
                seconds=SECONDS_BETWEEN[name],
                next_run_time=datetime.now(UTC),
                id=name,
            )
        gc.freeze()  # what is loaded stays; to look through it again and again takes a tenth of the time
        self._scheduler.start()
        try:
            watch = ClockWatch(self._clock)
            while not self._stop_asked(WATCH_SECONDS):
                by = watch.look()
                if by:
                    self._heed_clock(ClockSet(self._clock.now(), by))
        finally:
            self._stopping = True
            self._scheduler.pause()
            self._scheduler.shutdown(wait=True)

    def _stop_asked(self, within: float) -> bool:
        try:
            self._stops.get(timeout=within)
        except Empty:
            return False
        return True

    def _heed_clock(self, was_set: ClockSet) -> None:
        """The scheduler goes by the machine's clock, and would wait for it to catch up."""
        log.warning("%s; all ticks are called now", was_set)
        try:
            self._clock_was_set(was_set)
        except PenfriendError as error:  # the store is away
            log.error("what the clock of before holds up stays so: %s", error)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _call(self, name: str, tick: Callable[[], object]) -> None:
        with self._measures.ticks.timed(self._clock, name), self._measures.spans.within(f"tick {name}"):
            tick()

    def _guarded(self, name: str, tick: Callable[[], object]) -> Callable[[], None]:
        def call() -> None:
            if self._stopping:
                return
            with bound(tick=name):
                try:
                    self._call(name, tick)
                except Exception as error:  # whatever it is, the next tick tries again and the others go on
                    self._measures.tick_failures.add(name)
                    self._troubles.failed(name, error)
                else:
                    self._troubles.went_well(name)

        return call
