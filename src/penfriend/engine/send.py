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

from penfriend.domain.ports import Asking, Clock, DotJournal, Handovers, Messages
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.transport import Transport
from penfriend.engine.decide import Deciding
from penfriend.engine.handing_over import House, OneBatch, SendReport
from penfriend.engine.live import Live, Revisions
from penfriend.engine.pace import Pace

__all__ = ["Send", "SendReport"]

BATCH = 200
"""So many are claimed at a time."""
CLAIM_LEASE = 5 * MINUTE


class Send:
    """Sends what is due over one transport."""

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
    ) -> None:
        self._house = House(
            messages, handovers, Deciding(asking), transport, journal, clock, owner, pace, revisions
        )

    def tick(self, live: Live, stopping: Callable[[], bool] = lambda: False) -> SendReport:
        """Send what is due, batch by batch, until nothing is left, the rate is used up, the route takes no
        more, or `stopping()`."""
        house, report = self._house, SendReport()
        while not stopping():
            before = report.decided
            now = house.clock.now()
            room = min(BATCH, house.pace.room())
            until = Moment(now + CLAIM_LEASE)
            held = house.messages.claim(now, house.owner, until, live.revision, room) if room else []
            if not held:
                break
            batch = OneBatch(house, live, report, stopping)
            try:
                house.transport.deliver(batch.handovers(held), batch)
            finally:
                batch.close(held)
            if (
                report.decided == before
            ):  # the transport took nothing: the same batch would come again and again
                break
        return report
