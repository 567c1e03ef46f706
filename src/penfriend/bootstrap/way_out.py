"""One way by which a worker's mail leaves.

Each has connections, a rate, a pause, an owner's name and a journal of its own, and in the daemon a thread of
its own: one that is slow or down holds up its own mails alone.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriend.bootstrap.fit_to_send import FitToSend
from penfriend.bootstrap.jobs import Jobs
from penfriend.bootstrap.way_jobs import WayJobs
from penfriend.delivery import Keys, SigningTransport
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import PenfriendError, SettingError
from penfriend.domain.pacing import Rate
from penfriend.domain.ports import Asking
from penfriend.domain.timing import Moment
from penfriend.domain.transport import Transport
from penfriend.engine import send
from penfriend.engine.destinations import Destinations
from penfriend.engine.gate import Gate
from penfriend.engine.live import Live
from penfriend.engine.log_context import bound
from penfriend.engine.recover import recover
from penfriend.engine.send import Send
from penfriend.engine.send_report import SendReport
from penfriend.engine.supply import PLACES, Judge, Terms
from penfriend.engine.traced_transport import TracedTransport
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.dot_journal import FileJournal
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.message_log import MessageLog
from penfriend.storage.rate_book import RateBook
from penfriend.storage.recovery_log import RecoveryLog
from penfriend.storage.routes import meet_address

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

log = logging.getLogger("penfriend.send")

OpenWay = Callable[[str, str], tuple[Transport, float | None]]
"""Makes the transport of a name and an address, with its rate in mails a second. Raises SettingError."""
Stopping = Callable[[], bool]


def new_owner() -> str:
    """A name for a worker that no other has: the process and a random part."""
    return f"{os.getpid()}-{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class _Coming:
    """What a way goes by from its next turn on."""

    live: Live
    asking: Asking
    keys: Keys
    address: str


class WayOut:
    """One transport with all that sending over it needs."""

    def __init__(
        self,
        house: House,
        name: str,
        address: str,
        open_way: OpenWay,
        judge: Judge,
        fit: FitToSend,
        *,
        paced: bool,
        jobs: Jobs | None = None,
    ) -> None:
        self._house, self.name, self.address, self._judge = house, name, address, judge
        self._fit = fit
        self._open_way, self._paced = open_way, paced
        self._transport, self._rate = open_way(name, address)
        self._destinations = Destinations(self._transport.concurrency, house.clock)
        self._meet_address()
        self.owner = new_owner()
        self._journal = FileJournal(house.journals, self.owner)
        self._messages = MessageLog(house.db)
        self._jobs = None if jobs is None else WayJobs(jobs, name, self.owner, self._take_job)
        self._at_work = threading.Lock()
        """One turn at a time: of a tick, or of a job."""
        self._send: Send | None = None
        self._coming: _Coming | None = None
        """Set by the threads of other ticks as well."""
        self._taken: _Coming | None = None
        """What it goes by."""
        self._gone = self.is_closed = False
        self._broke = False
        """A turn failed in the middle, and may have left claims of ours behind."""
        self._thread: ThreadPoolExecutor | None = None
        self._turn: Future[SendReport] | None = None

    def take_up(self, live: Live, asking: Asking, keys: Keys, address: str) -> None:
        """From the next turn on this revision is sent by, over that address, and signed with its keys; in a
        turn whose mails hang, from now on, unless the address is another. A transport that keeps its mail in
        the house signs nothing."""
        self._coming = _Coming(live, asking, keys, address)

    def _newer(self) -> Terms | None:
        coming = self._coming
        if coming is None or coming is self._taken or coming.address != self.address:
            return None
        return self._begin(coming).terms(coming.live)

    def _begin(self, coming: _Coming) -> Send:
        self._taken = coming
        if coming.address != self.address:
            self._move(coming.address)
        if isinstance(self._transport, SigningTransport):
            self._transport.sign_with(coming.keys)
        spans = self._house.measures.spans
        self._send = sender = Send(
            self._messages,
            HandoverLog(self._house.db),
            coming.asking,
            TracedTransport(self._transport, spans) if spans.are_wanted else self._transport,
            self._journal,
            self._house.clock,
            self.owner,
            self._gate(coming.live.definitions),
            self._house.revision,
            CouponPool(self._house.db),
            self._judge,
            destinations=self._destinations,
            gaps=self._fit.gaps,
            measures=self._house.measures,
            dispatcher=None if self._jobs is None else self._jobs.dispatcher,
        )
        return sender

    def _move(self, address: str) -> None:
        """Leave the transport for one of another address; where that cannot be opened, stay."""
        try:
            transport, rate = self._open_way(self.name, address)
        except SettingError as error:
            log.error("transport %s cannot be changed, it stays as it was: %s", self.name, error)
            return
        self._transport.close()
        self._transport, self._rate, self.address = transport, rate, address
        self._destinations = Destinations(transport.concurrency, self._house.clock)
        self._meet_address()

    def _meet_address(self) -> None:
        """A corrected password or server need not wait for the end of the wrong one's rest. Two bytes of a
        hash notice the change, and are too few to try passwords with."""
        mark = hashlib.sha256(self.address.encode()).hexdigest()[:4]
        if meet_address(self._house.db, self.name, mark):
            log.info("transport %s has another address or password, and is tried at once", self.name)

    def _gate(self, definitions: Definitions) -> Gate:
        rate = None if self._rate is None else Rate(self._rate)
        rates, clock = RateBook(self._house.db), self._house.clock
        return Gate(self.name, definitions, rates, clock, rate, paced=self._paced)

    def send(self, live: Live, stopping: Stopping) -> SendReport:
        """What is due by this way is sent, or put into jobs. Raises what keeps the house from sending."""
        if not self._at_work.acquire(blocking=self._jobs is None):
            return SendReport()  # a job is sent, and sees to those that follow
        try:
            begins = self._jobs is not None and not self._gone and self._jobs.follow(live, stopping)
            if begins and self._taken is not None:
                self._begin(self._taken)
            return self._turn_of(live, stopping, lambda sender, ends: sender.tick(live, ends, self._newer))
        finally:
            self._at_work.release()

    def _take_job(self, ids: list[int], former: str, live: Live, stopping: Stopping) -> None:
        """A job is sent, as far as it was not before."""
        jobs = self._jobs
        if jobs is None:
            return

        def take(sender: Send, ends: Callable[[], bool]) -> SendReport:
            until = Moment(self._house.clock.now() + send.CLAIM_LEASE)
            held = jobs.take_over(ids, former, self.owner, until, live.revision)
            return sender.take(live, held, ends, self._newer) if held else SendReport()

        with self._at_work:
            self._turn_of(live, stopping, take)

    def _turn_of(
        self, live: Live, stopping: Stopping, work: Callable[[Send, Callable[[], bool]], SendReport]
    ) -> SendReport:
        coming = self._coming
        if coming is not None and coming is not self._taken:
            self._begin(coming)
        if self._send is None:
            return SendReport()
        if self._broke:
            self._settle_own(live)
        self._fit.check()
        self._broke = True
        timed = self._house.measures.turns.timed(self._house.clock, self.name)
        spans = self._house.measures.spans
        with bound(worker=self.owner, transport=self.name), timed, spans.within("send", transport=self.name):
            report = work(self._send, lambda: self._gone or stopping() or self._fit.is_unfit())
        self._broke = False
        return report

    def bring_forward(self) -> bool:
        """Mails that were put off so that their slow destination held nobody up are due now; whether there
        were any."""
        put_off, now = self._destinations.next_put_off(PLACES), self._house.clock.now()
        return bool(put_off) and HandoverLog(self._house.db).bring_forward(put_off, now) > 0

    def _settle_own(self, live: Live) -> None:
        """The store was away in the middle of a turn: what it left is ours, and need not wait for the end of
        its lease."""
        recovery = RecoveryLog(self._house.db, self._house.journals, self._journal)
        recover(recovery, live, self._house.clock, {self.owner})
        self._journal.begin_anew()

    def send_apart(self, live: Live, stopping: Stopping) -> SendReport:
        """The same in a thread of its own, unless that is at work still; what the turn before came to, and
        raises what that raised."""
        if self.is_busy:
            return SendReport()
        before, self._turn = self._turn, None
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "penfriend-send")
        self._turn = self._thread.submit(self.send, live, stopping)
        return SendReport() if before is None else before.result()

    @property
    def is_busy(self) -> bool:
        """Whether its thread is at work."""
        return self._turn is not None and not self._turn.done()

    def leave(self) -> None:
        """The files name it no longer: its turn ends between two mails, and then it is closed."""
        self._gone = True
        if self._thread is None and self._jobs is not None:  # a job may be at work
            self._thread = ThreadPoolExecutor(1, "penfriend-send")
        if self._thread is None:
            self._close()
        else:
            self._thread.submit(self._close)
            self._thread.shutdown(wait=False)

    def close(self) -> None:
        """Wait for its turn, give back what is held, leave the provider politely."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        failure = self._turn.exception() if self._turn is not None else None
        if failure is not None:  # nobody asks for another turn that would tell it
            known = isinstance(failure, PenfriendError)
            log.error("the last mails by this way: %s", failure, exc_info=None if known else failure)
        if not self._gone:
            self._close()

    def _close(self) -> None:
        if self._jobs is not None:
            self._jobs.leave()
        self._messages.release(self.owner)
        self._transport.close()
        # what a turn that broke has begun is told by the journal alone: it did not come to the dot
        self._journal.close(keep=self._broke)
        self.is_closed = True
