"""The tick `send`: what is due is decided, made, and handed over; the way of one message is
`engine.handing_over`.

A batch is claimed. Its messages are decided about by the pure rules of `penfriend.domain.send_policy` over
the facts as they are now; those that go are rendered; small groups of them are committed as `sending`, each
only if nothing about the contact has changed since it was decided; each is handed over at once, its dot on
record before the write that holds it. No transaction is open while a letter is made or a provider is called.
After a crash the doubt is about the messages whose dot is on record and whose answer is not: at most the open
connections. See `recover` for what happens to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from penfriend.domain.coupons import Coupons
from penfriend.domain.gap import Gaps
from penfriend.domain.outbox import Carried, DueMessage
from penfriend.domain.ports import Asking, Clock, Dispatcher, DotJournal, Handovers, Messages
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.transport import Transport
from penfriend.engine.decide import Deciding
from penfriend.engine.destinations import Destinations
from penfriend.engine.gate import Gate
from penfriend.engine.group_size import GroupSize
from penfriend.engine.handing_over import OneBatch
from penfriend.engine.live import Live, Revisions
from penfriend.engine.measures import Measures
from penfriend.engine.send_report import SendReport
from penfriend.engine.supply import PLACES, House, Judge, Newer, Terms

__all__ = ["Send", "SendReport"]

CLAIM_LEASE = 5 * MINUTE
HELD_AT_ONCE = 1_000
"""So many are postponed for a rate in one transaction: other writers wait for it."""
HOLDING_SECONDS = 0.5
"""A full bucket holds the mails of about one second (`penfriend.domain.pacing`)."""


class Send:
    """Sends what is due over one transport: the mails of the campaigns that leave by it."""

    def __init__(
        self,
        messages: Messages,
        handovers: Handovers,
        asking: Asking,
        transport: Transport,
        journal: DotJournal,
        clock: Clock,
        owner: str,
        gate: Gate,
        revisions: Revisions,
        coupons: Coupons,
        judge: Judge = lambda _: None,
        destinations: Destinations | None = None,
        gaps: Gaps | None = None,
        measures: Measures | None = None,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        """Without `destinations` it begins as if nothing had been sent before; without a `dispatcher` it
        sends itself what is due."""
        self._deciding, self._gate = Deciding(asking, coupons, gaps), gate
        known, counts = destinations or Destinations(transport.concurrency, clock), measures or Measures()
        size = GroupSize(transport.concurrency)
        self._house_by: Callable[[Terms], House] = lambda terms: House(
            messages,
            handovers,
            terms,
            transport,
            journal,
            clock,
            owner,
            revisions,
            judge,
            known,
            size,
            dispatcher or messages,
            counts,
        )

    def terms(self, live: Live) -> Terms:
        """What it sends by, of that revision."""
        return Terms(live, self._deciding, self._gate)

    def tick(
        self, live: Live, stopping: Callable[[], bool] = lambda: False, newer: Newer = lambda: None
    ) -> SendReport:
        """Send what is due, batch by batch, until nothing is left, the rate is used up, the route takes no
        more, or `stopping()`. Where mails hang for long, the others go by what is `newer`."""
        report = SendReport()
        house = self._house_by(self.terms(live))
        turn = _Turn(house, report, stopping)
        while not stopping() and turn.batch(newer):
            pass
        house.gate.give_back()
        return report

    def take(
        self,
        live: Live,
        held: Sequence[DueMessage],
        stopping: Callable[[], bool] = lambda: False,
        newer: Newer = lambda: None,
    ) -> SendReport:
        """Send these, which this worker has taken from others; what comes next is dispatched first, so that
        nobody waits for it."""
        report = SendReport()
        house = self._house_by(self.terms(live))
        _Turn(house, report, stopping).take(held, newer)
        house.gate.give_back()
        return report


class _Turn:
    """One tick over one route."""

    def __init__(self, house: House, report: SendReport, stopping: Callable[[], bool]) -> None:
        self._house, self._report, self._stopping = house, report, stopping
        self._carried: Carried | None = None

    def batch(self, newer: Newer) -> bool:
        """Send one batch; whether there may be another."""
        house, report = self._house, self._report
        before, gate = report.decided, house.gate
        self._carried = gate.look()
        room = gate.room(min(PLACES, house.transport.concurrency) if gate.probing else PLACES)
        if not room:
            self._hold()
            return False
        held = self._claim(room, house.messages if gate.probing else house.dispatcher)
        if not held:
            gate.found_nothing()
            return False
        left, has_more = self._deliver(held, room, newer)
        # else the transport took nothing: the same batch would come again and again; or nothing more was due
        return report.decided != before and bool(has_more or left)

    def take(self, held: Sequence[DueMessage], newer: Newer) -> None:
        """Send these as far as the rate has room for them."""
        house = self._house
        gate, more = house.gate, list[DueMessage]()
        self._carried = gate.look()
        wanted = min(len(held), house.transport.concurrency) if gate.probing else len(held)
        taken = gate.take(min(wanted, gate.room(wanted)))
        if taken < len(held):
            house.messages.give_back([message.id for message in held[taken:]], house.owner)
        elif not gate.probing and (room := gate.room(PLACES)):
            more = self._claim(room, house.dispatcher)
        if taken or more:
            self._deliver([*held[:taken], *more], taken + len(more), newer)

    def _deliver(self, held: Sequence[DueMessage], room: int, newer: Newer) -> tuple[int, bool]:
        """How many were given back, and whether more may be due."""
        house, report = self._house, self._report
        batch = OneBatch(house, report, self._stopping, self._claim_more, newer)
        batch.take_in(held, room)
        left = 0
        try:
            house.transport.deliver(batch.handovers(), batch)
        finally:
            left = batch.close()
        self._clear_front()
        return left, batch.has_more

    def _claim(self, room: int, dispatcher: Dispatcher) -> list[DueMessage]:
        """At most so many of what is due, and those alone for which the rate has room still: another worker
        may have been faster."""
        house, now = self._house, self._house.clock.now()
        until, lanes = Moment(now + CLAIM_LEASE), house.gate.lanes(room)
        with house.measures.spans.within("claim", transport=house.transport.name) as span:
            held = dispatcher.claim(now, house.owner, until, house.live.revision, room, self._carried, lanes)
            span.say(messages=len(held))
        taken = house.gate.take(len(held))
        if taken < len(held):
            house.messages.give_back([message.id for message in held[taken:]], house.owner)
        return held[:taken]

    def _claim_more(self, room: int) -> list[DueMessage]:
        """The same in the middle of a batch; a route that is tried takes no more than it began with."""
        gate = self._house.gate
        room = 0 if gate.probing else gate.room(room)
        return self._claim(room, self._house.messages) if room else []

    def _hold(self) -> None:
        """There is no room: what is due says that it waits for the rate, or goes tomorrow. Not for so long
        that the rate of the next second is lost."""
        house, now = self._house, self._house.clock.now()

        def hold() -> int:
            if house.gate.closed_until is not None:
                return house.gate.put_off(self._carried, house.live.revision, HELD_AT_ONCE)
            return house.messages.hold_for_rate(now, house.live.revision, HELD_AT_ONCE, self._carried)

        self._while_whole(hold)

    def _clear_front(self) -> None:
        gate, revision = self._house.gate, self._house.live.revision
        if gate.is_full:
            self._while_whole(lambda: gate.clear_front(self._carried, revision, HELD_AT_ONCE))

    def _while_whole(self, step: Callable[[], int]) -> None:
        """Postpone batch by batch, as long as a batch is full and there is time."""
        clock = self._house.clock
        began = clock.elapsed()
        while not self._stopping() and clock.elapsed() - began < HOLDING_SECONDS:
            held = step()
            self._report.postponed += held
            if held < HELD_AT_ONCE:
                break
