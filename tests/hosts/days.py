"""What happens to the machines, one thing after the other, while the others work."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.crash.court import Sink
from tests.crash.judge import Verdict, judge, ledger
from tests.crash.world import World, wait_until
from tests.hosts.host import LONG_LEASE, SHORT_LEASE, Host

IN_HAND = 24
"""So many mails a worker has begun at most where nobody can read its notes: with a server as slow as DELAY it
begins groups of eight, while four are on their way."""
GRACE = 15.0
"""Seconds: what was begun before somebody left has arrived by then."""
DELAY = 0.25
"""Seconds that the sink takes for a mail: enough of them are on their way at any moment."""
RESERVE = 300
"""So many mails are still to come when something is done."""


@dataclass(slots=True)
class Days:
    """The machines of one shop."""

    world: World
    sink: Sink
    hosts: list[Host]
    chance: random.Random
    restart_database: Callable[[], None]
    reserve: int = RESERVE
    at_most: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def begin(self, short: int | None = None) -> None:
        """All of them start; that one's leases are short."""
        self.sink.order(delay=DELAY)
        self.world.run("apply", "--yes")
        self._refill()
        for number, host in enumerate(self.hosts):
            self._start(host, SHORT_LEASE if number == short else LONG_LEASE)
        self._some_mails()

    def killed(self, host: Host) -> None:
        """kill -9; it starts again over its own notes."""
        host.kill()
        # with short leases it may be there again too late, and its notes with it
        self.at_most += host.connections if host.lease == LONG_LEASE else IN_HAND
        self._some_leave(GRACE)
        self._start(host)

    def lost(self, host: Host) -> None:
        """The machine is gone for good, with its notes; another takes its place. What it was sending is
        unknown when its leases have ended."""
        self._shortly(host)
        host.kill()
        host.lose_disk()
        self.at_most += IN_HAND
        self._while_others_work(SHORT_LEASE + 1)
        self._start(host)

    def frozen(self, host: Host) -> None:
        """SIGSTOP until its leases have ended, and SIGCONT."""
        self._shortly(host)
        daemon = host.daemon
        daemon.send_signal(signal.SIGSTOP)
        self.at_most += IN_HAND
        self._some_leave(GRACE)
        self._while_others_work(SHORT_LEASE + 1)
        daemon.send_signal(signal.SIGCONT)
        self._some_mails()

    def cut_off_for_long(self, host: Host) -> None:
        """No way to the database until its leases have ended."""
        self._shortly(host)
        host.link.cut()
        self.at_most += IN_HAND
        self._while_others_work(SHORT_LEASE + 1)
        host.link.mend()
        self._some_mails()

    def cut_off(self, host: Host) -> None:
        """The same, and it is back before: nothing of it may be in doubt."""
        if host.lease == SHORT_LEASE:
            self.stopped(host)
        host.link.cut()
        self._while_others_work(3)
        host.link.mend()
        self._some_mails()

    def stopped(self, host: Host) -> None:
        """SIGTERM: nothing may be in doubt, nothing stays held."""
        host.stop()
        self._start(host)

    def database_restarted(self, _host: Host) -> None:
        """Under all of them."""
        self.restart_database()
        self._some_mails()

    @property
    def things(self) -> dict[str, Callable[[Host], None]]:
        """All that can happen, by name."""
        return {
            "killed": self.killed,
            "lost with its disk": self.lost,
            "frozen": self.frozen,
            "cut off past its leases": self.cut_off_for_long,
            "cut off": self.cut_off,
            "stopped": self.stopped,
            "database restarted": self.database_restarted,
        }

    def happens(self, what: str, host: Host) -> None:
        """One of them, to that machine."""
        self._refill()
        self.things[what](host)
        self.done[what] += 1

    def verdict(self) -> Verdict:
        """All stop, a clean run, and then the judge."""
        self._some_mails()
        for host in self.hosts:
            host.stop()
        self.sink.order(delay=0.0)
        self.world.finish(self.sink.transport(8))
        received = ledger(self.sink.file)
        return judge(self.world.messages(), received, self.world.intended, self.world.left, self.at_most)

    def _start(self, host: Host, lease: float = LONG_LEASE) -> None:
        host.start(self.sink.transport(host.connections), lease)

    def _shortly(self, host: Host) -> None:
        """Its leases are short from now on."""
        if host.lease == SHORT_LEASE:
            return
        host.stop()
        self._start(host, SHORT_LEASE)
        self._some_mails()

    def _refill(self) -> None:
        # what is skipped or unknown never arrives: then people come a little later than they could
        if self.world.intended - 2 * len(self.world.left) - self.sink.received < self.reserve:
            before = self.world.people
            self.world.bring_in(self.reserve)
            leaving = self.chance.sample(range(before + 1, self.world.people + 1), self.reserve // 40)
            self.world.unsubscribe(leaving, GRACE)

    def _some_leave(self, grace: float) -> None:
        last = range(max(self.world.people - self.reserve // 2, 0) + 1, self.world.people + 1)
        self.world.unsubscribe(self.chance.sample(last, min(2, len(last))), grace)

    def _while_others_work(self, seconds: float) -> None:
        """So long, and at least until some mails have arrived."""
        time.sleep(seconds)
        self._some_mails()

    def _some_mails(self) -> None:
        """A few more have arrived, whoever sent them."""
        self._refill()
        wanted = self.sink.received + self.chance.randint(1, 20)
        wait_until(lambda: self.sink.received >= wanted, f"mails; see {self.world.log}")
