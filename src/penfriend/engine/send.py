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

from collections.abc import Callable
from functools import partial

from penfriend.domain.coupons import Coupons
from penfriend.domain.outbox import Carried, DueMessage
from penfriend.domain.ports import Asking, Clock, DotJournal, Handovers, Messages
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.transport import Transport
from penfriend.engine.decide import Deciding
from penfriend.engine.destinations import Destinations
from penfriend.engine.handing_over import OneBatch
from penfriend.engine.live import Live, Revisions
from penfriend.engine.pace import Pace
from penfriend.engine.send_report import SendReport
from penfriend.engine.supply import PLACES, House, Judge

__all__ = ["Send", "SendReport"]

CLAIM_LEASE = 5 * MINUTE
HELD_AT_ONCE = 1_000
"""So many are said to wait for the rate in one transaction: other writers wait for it."""
HOLDING_SECONDS = 0.5
"""A full bucket holds the mails of one second (`penfriend.engine.pace`)."""


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
        pace: Pace,
        revisions: Revisions,
        coupons: Coupons,
        judge: Judge = lambda _: None,
        destinations: Destinations | None = None,
    ) -> None:
        """Without `destinations` it begins as if nothing had been sent before."""
        self._house = House(
            messages,
            handovers,
            Deciding(asking, coupons),
            transport,
            journal,
            clock,
            owner,
            pace,
            revisions,
            judge,
            destinations or Destinations(transport.concurrency, clock),
        )

    def tick(self, live: Live, stopping: Callable[[], bool] = lambda: False) -> SendReport:
        """Send what is due, batch by batch, until nothing is left, the rate is used up, the route takes no
        more, or `stopping()`."""
        house, report = self._house, SendReport()
        carried = Carried.by(house.transport.name, live.definitions)
        while not stopping():
            before = report.decided
            room = min(PLACES, house.pace.room())
            if not room:
                self._hold_for_rate(live, carried, report, stopping)
                break
            held = self._claim(live, carried, room)
            if not held:
                break
            batch = OneBatch(house, live, report, stopping, partial(self._claim, live, carried))
            batch.take_in(held, room)
            left = 0
            try:
                house.transport.deliver(batch.handovers(), batch)
            finally:
                left = batch.close()
            # the transport took nothing: the same batch would come again and again; or nothing more was due
            if report.decided == before or not (batch.has_more or left):
                break
        return report

    def _claim(self, live: Live, carried: Carried | None, room: int) -> list[DueMessage]:
        """At most so many of what is due, and no more than the rate allows."""
        house, now = self._house, self._house.clock.now()
        room = min(room, house.pace.room())
        until = Moment(now + CLAIM_LEASE)
        return house.messages.claim(now, house.owner, until, live.revision, room, carried) if room else []

    def _hold_for_rate(
        self, live: Live, carried: Carried | None, report: SendReport, stopping: Callable[[], bool]
    ) -> None:
        """The rate is used up: what is due says that it waits for it, but not for so long that the rate of
        the next second is lost."""
        house = self._house
        now, began = house.clock.now(), house.clock.elapsed()
        while not stopping() and house.clock.elapsed() - began < HOLDING_SECONDS:
            held = house.messages.hold_for_rate(now, live.revision, HELD_AT_ONCE, carried)
            report.postponed += held
            if held < HELD_AT_ONCE:
                break
