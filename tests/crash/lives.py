"""Daemons that live for a moment: killed at random, killed at every named point, frozen, stopped, cut off."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.crash import sink, victim
from tests.crash.court import Sink
from tests.crash.judge import Verdict, judge, ledger
from tests.crash.world import LIMIT, HarnessError, World, kill, wait_until

CONNECTIONS = (1, 8, 32)
DELAYS = (0.0, 0.02, 0.5)
"""Seconds for which the sink withholds its answer to a dot."""
NAMED = ("migration", "claimed", *sink.POINTS, "recorded", "reload")
"""Where a process is killed: see tests.crash.sink and tests.crash.victim."""
LULL = 25.0
"""Seconds without a mail: probably none is left that could be sent."""
GRACE = 10.0
"""Seconds: what was begun before somebody left has arrived by then. It goes out within a second, or is begun
anew."""
LEAVING = 3
"""So many leave at a time while their mail is due."""
COMINGS = {"migration": 40, "reload": 30, "claimed": 2, "recorded": 3}
"""A process dies at the latest at so many comings to its point, by chance earlier. What counts statements has
more of them than that."""


@dataclass(slots=True)
class Lives:
    """One world and all that is done to it."""

    world: World
    sink: Sink
    chance: random.Random
    tell: Callable[[str], None]
    reserve: int = 400
    """So many mails are still to come, at least, when a daemon is started."""
    over: int = 0
    """So many of the intended mails will never arrive, as far as is known: who has left, what is unknown."""
    at_most: int = 0
    kills: Counter[str] = field(default_factory=Counter)

    def migrate(self, times: int) -> None:
        """The store is made by programs that are killed in the middle of it, again and again."""
        for _ in range(times):
            after = self.chance.randint(1, COMINGS["migration"])
            daemon = self.world.start(self.sink.transport(1), CRASH_POINT=f"migration:{after}")
            self._ends(daemon, "the kill in a migration")
            self.kills["migration"] += 1
        self.world.run("apply", "--yes")

    def people(self, number: int) -> None:
        """Bring so many in, a piece at a time."""
        while self.world.people < number:
            self.world.bring_in(min(500, number - self.world.people))

    def random_kill(self) -> None:
        """kill -9 after some mails, or right at the start, in the middle of whatever is done then."""
        daemon, connections = self._start()
        if self.chance.random() < 0.2:
            time.sleep(self.chance.random() * 2)
        else:
            self._some_mails(daemon)
            time.sleep(self.chance.random() * 0.03)
        if self.chance.random() < 0.1:
            self._some_leave(GRACE)
        kill(daemon)
        self._killed("at random", connections)

    def named_kill(self, point: str) -> None:
        """kill -9 at a point: of the sender's, or of the mail's as the sink sees it."""
        more: dict[str, str] = {}
        if point in victim.POINTS:
            more["CRASH_POINT"] = f"{point}:{self.chance.randint(1, COMINGS[point])}"
        daemon, connections = self._start(**more)
        if more:  # what it does itself is to come up soon, also over one slow connection
            self.sink.order(delay=0.0)
        if point in sink.POINTS:
            self.sink.order(point=point, after=self.chance.randint(1, 12), group=daemon.pid)
        if point == "reload":
            self._some_mails(daemon)
            self.world.change_files()
        self._ends(daemon, f"the kill at {point}")
        self._killed(point, connections)

    def terminate(self) -> None:
        """SIGTERM: nothing may be in doubt, nothing stays held."""
        daemon, _ = self._start()
        self._some_mails(daemon)
        daemon.send_signal(signal.SIGTERM)
        if daemon.wait(timeout=LIMIT):
            raise HarnessError(f"SIGTERM: ended with {daemon.returncode}; see {self.world.log}")
        self.kills["SIGTERM"] += 1

    def freeze(self) -> None:
        """SIGSTOP past the lease, another process takes over, SIGCONT; then both are ended."""
        lease = "3"
        frozen, connections = self._start(CRASH_LEASE=lease)
        self._some_mails(frozen)
        frozen.send_signal(signal.SIGSTOP)
        self._some_leave(GRACE)
        time.sleep(float(lease) + 1)
        other = self.world.start(self.sink.transport(connections), CRASH_LEASE=lease)
        self._some_mails(other)
        frozen.send_signal(signal.SIGCONT)
        self._some_mails(other)
        for one in (frozen, other):
            one.send_signal(signal.SIGTERM)
            one.wait(timeout=LIMIT)
        self._killed("SIGSTOP", connections)

    def cut_off(self, restart: Callable[[], None], times: int) -> None:
        """The database is restarted at once under a daemon that sends."""
        self.sink.order(delay=0.02)
        daemon, connections = self._start()
        for _ in range(times):
            self._refill()
            self._some_mails(daemon)
            restart()
            self.kills["database restarted"] += 1
        self._some_mails(daemon)
        kill(daemon)
        self._killed("at random", connections)

    def verdict(self) -> Verdict:
        """One clean run, and then the judge."""
        self.sink.order(delay=0.0)
        self.world.finish(self.sink.transport(8))
        return judge(
            self.world.messages(), ledger(self.sink.file), self.world.intended, self.world.left, self.at_most
        )

    def _start(self, **more: str) -> tuple[subprocess.Popen[bytes], int]:
        """A daemon with some of the connections, and a sink that takes some time."""
        self._refill()
        connections, delay = self.chance.choice(CONNECTIONS), self.chance.choice(DELAYS)
        self.sink.order(delay=delay)
        return self.world.start(self.sink.transport(connections), **more), connections

    def _refill(self) -> None:
        """More people where there would soon be nothing left to interrupt."""
        if self.world.intended - self.over - self.sink.received < self.reserve:
            self._more_people()

    def _more_people(self) -> None:
        """Some of them leave at once."""
        before = self.world.people
        self.world.bring_in(self.reserve)
        leaving = self.chance.sample(range(before + 1, self.world.people + 1), self.reserve // 40)
        self.world.unsubscribe(leaving)

    def _some_leave(self, grace: float) -> None:
        """Of those who came last, to whom most is still to be sent."""
        last = range(max(self.world.people - self.reserve // 2, 0) + 1, self.world.people + 1)
        self.world.unsubscribe(self.chance.sample(last, min(LEAVING, len(last))), grace)

    def _some_mails(self, daemon: subprocess.Popen[bytes]) -> None:
        """Wait until a few more have arrived."""
        wanted = self.sink.received + self.chance.randint(1, 20)
        self._wait(
            lambda: self.sink.received >= wanted or daemon.poll() is not None,
            f"mails of a daemon; see {self.world.log}",
        )
        if daemon.returncode is not None:
            raise HarnessError(f"a daemon ended by itself with {daemon.returncode}; see {self.world.log}")

    def _ends(self, daemon: subprocess.Popen[bytes], what: str) -> None:
        """Wait for the death that was arranged."""
        try:
            self._wait(lambda: daemon.poll() is not None, f"{what}; see {self.world.log}")
        finally:
            kill(daemon)
        if daemon.returncode != -signal.SIGKILL:
            raise HarnessError(f"{what}: it ended with {daemon.returncode}; see {self.world.log}")

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        """Until it holds. Where no mail arrives any more there may be nothing to send: more people come, and
        then something must happen."""
        seen, lull = self.sink.received, time.monotonic() + LULL

        def is_quiet() -> bool:
            nonlocal seen, lull
            if seen != (received := self.sink.received):
                seen, lull = received, time.monotonic() + LULL
            return time.monotonic() > lull

        wait_until(lambda: condition() or is_quiet(), what)
        if not condition():
            self.over = self.world.intended - self.sink.received
            self._more_people()
            wait_until(condition, what)

    def _killed(self, how: str, connections: int) -> None:
        self.kills[how] += 1
        self.at_most += connections
        if self.chance.random() < 0.2:  # nothing is on its way now
            self._some_leave(grace=0.0)
        total = self.kills.total()
        if total % 20 == 0:
            self.tell(f"{total} interruptions, {self.sink.received} mails received")
