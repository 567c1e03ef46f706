"""A transport of ten connections whose seconds pass when it says so, for destinations of their own pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from penfriend.delivery.memory import KEPT, MemoryTransport
from penfriend.domain.delivery import Handover, Outcome, Result, Stage
from penfriend.domain.destination import domain_of
from penfriend.domain.timing import SECOND, Moment
from penfriend.domain.transport import DeliveryWatch
from penfriend.engine.clock import SetClock
from tests.support.mail_world import World

SLOW = "slow.example"
CONNECTIONS = 10
"""One destination may hold eight of them, and begins with five."""
HANGS = Result(Outcome.DEFERRED, Stage.BODY, text="it hangs")
Answer = Callable[[Handover], Result]


class Seconds(SetClock):
    """A clock by hand whose seconds are by hand too."""

    passed = 0.0

    def elapsed(self) -> float:
        return self.passed

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.passed += seconds
        self.set(Moment(self.now() + int(seconds * SECOND)))


class Connections(MemoryTransport):
    """Holds ten mails at a time. The oldest whose answer is not HANGS is answered first; those that hang are
    answered when nothing else has been there for `patience` seconds."""

    def __init__(self, clock: Seconds, answer: Answer, patience: int = 60) -> None:
        super().__init__("default", concurrency=CONNECTIONS)
        self.clock, self.says, self.patience = clock, answer, patience
        self.held: list[Handover] = []
        self.most: dict[str, int] = {}
        """The most that each destination had on its way."""
        self.gave_in: int | None = None
        """How many were sent when the first that hung was answered."""
        self.each_second: Callable[[], None] = lambda: None

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Take, answer, wait."""
        seconds, goes_on = 0, True
        while goes_on or self.held:
            asked_in_vain = False
            while goes_on and not asked_in_vain and len(self.held) < CONNECTIONS:
                taken = next(handovers, False)
                goes_on, asked_in_vain = taken is not False, taken is None
                if isinstance(taken, Handover):
                    seconds = 0
                    self._take(taken)
            assert self.held or not asked_in_vain, "None while nothing is on its way"
            if quick := [one for one in self.held if self.says(one) != HANGS]:
                self._give(quick[0], self.says(quick[0]), watch)
            elif self.held and seconds < self.patience and goes_on:
                seconds += 1
                self.clock.wait(1.0)
                self.each_second()
            elif self.held:
                self.gave_in = len(self.sent) if self.gave_in is None else self.gave_in
                self._give(self.held[0], KEPT, watch)

    def _take(self, handover: Handover) -> None:
        self.taken.append(handover)
        self.held.append(handover)
        domain = domain_of(handover.email.envelope_to)
        on_the_way = sum(domain_of(one.email.envelope_to) == domain for one in self.held)
        self.most[domain] = max(self.most.get(domain, 0), on_the_way)

    def _give(self, handover: Handover, result: Result, watch: DeliveryWatch) -> None:
        self.held.remove(handover)
        if result.outcome is Outcome.ACCEPTED:
            watch.dot(handover)
            self.sent.append(handover.email)
        watch.done(handover, result)


def mails(world: World, count: int, domain: str, name: str = "welcome") -> None:
    """So many people of the domain are due a mail."""
    before = len(world.rows("contacts"))
    for number in range(before, before + count):
        contact = world.contact(f"p{number}", email=f"p{number}@{domain}")
        world.enroll(contact, name, at=world.clock.now())
    world.advance()


def connections(world: World, answer: Answer, **more: int) -> Connections:
    assert isinstance(world.clock, Seconds)
    world.transport = world.memory = made = Connections(world.clock, answer, **more)
    return made


def slow_hangs(handover: Handover) -> Result:
    return HANGS if domain_of(handover.email.envelope_to) == SLOW else KEPT


def sent_to(world: World, domain: str) -> int:
    return sum(domain_of(address) == domain for address in world.sent())
