"""The ways by which a worker's mail leaves: the transport of the settings, and those of the campaign files.

Each has connections, a rate, a pause, an owner's name and a journal of its own, and in the daemon a thread of
its own: one that is slow or down holds up its own mails alone. They come and go with the revisions.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriend.bootstrap.fit_to_send import FitToSend
from penfriend.bootstrap.stopped import judge_of
from penfriend.delivery import Keys, SigningTransport
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import PenfriendError, SettingError
from penfriend.domain.outbox import DEFAULT_ROUTE, addresses
from penfriend.domain.pacing import Rate
from penfriend.domain.ports import Asking
from penfriend.domain.transport import Transport
from penfriend.engine.destinations import Destinations
from penfriend.engine.gate import Gate
from penfriend.engine.live import Live
from penfriend.engine.recover import recover
from penfriend.engine.send import Send
from penfriend.engine.send_report import SendReport
from penfriend.engine.supply import PLACES, Judge
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.dot_journal import FileJournal
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.message_log import MessageLog
from penfriend.storage.rate_book import RateBook
from penfriend.storage.recovery_log import RecoveryLog

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

    definitions: Definitions
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
    ) -> None:
        self._house, self.name, self.address, self._judge = house, name, address, judge
        self._fit = fit
        self._open_way, self._paced = open_way, paced
        self._transport, self._rate = open_way(name, address)
        self._destinations = Destinations(self._transport.concurrency, house.clock)
        self.owner = new_owner()
        self._journal = FileJournal(house.journals, self.owner)
        self._messages = MessageLog(house.db)
        self._send: Send | None = None
        self._coming: _Coming | None = None
        self._gone = self.is_closed = False
        self._broke = False
        """A turn failed in the middle, and may have left claims of ours behind."""
        self._thread: ThreadPoolExecutor | None = None
        self._turn: Future[SendReport] | None = None

    def take_up(self, definitions: Definitions, asking: Asking, keys: Keys, address: str) -> None:
        """From the next turn on this revision is sent by, over that address, and signed with its keys. A
        transport that keeps its mail in the house signs nothing."""
        self._coming = _Coming(definitions, asking, keys, address)

    def _begin(self, coming: _Coming) -> None:
        if coming.address != self.address:
            self._move(coming.address)
        if isinstance(self._transport, SigningTransport):
            self._transport.sign_with(coming.keys)
        self._send = Send(
            self._messages,
            HandoverLog(self._house.db),
            coming.asking,
            self._transport,
            self._journal,
            self._house.clock,
            self.owner,
            self._gate(coming.definitions),
            self._house.revision,
            CouponPool(self._house.db),
            self._judge,
            destinations=self._destinations,
            gaps=self._fit.gaps,
        )

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

    def _gate(self, definitions: Definitions) -> Gate:
        rate = None if self._rate is None else Rate(self._rate)
        rates, clock = RateBook(self._house.db), self._house.clock
        return Gate(self.name, definitions, rates, clock, rate, paced=self._paced)

    def send(self, live: Live, stopping: Stopping) -> SendReport:
        """What is due by this way is sent. Raises what keeps the house from sending."""
        coming, self._coming = self._coming, None
        if coming is not None:
            self._begin(coming)
        if self._send is None:
            return SendReport()
        if self._broke:
            self._settle_own(live)
        self._fit.check()
        self._broke = True
        report = self._send.tick(live, lambda: self._gone or stopping() or self._fit.is_unfit())
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
        self._messages.release(self.owner)
        self._transport.close()
        # what a turn that broke has begun is told by the journal alone: it did not come to the dot
        self._journal.close(keep=self._broke)
        self.is_closed = True


class WaysOut:
    """All ways of one worker; `default` is there from the start. Raises SettingError where it cannot be."""

    def __init__(self, house: House, open_way: OpenWay, fit: FitToSend, *, paced: bool = True) -> None:
        self._house, self._open_way, self._fit, self._paced = house, open_way, fit, paced
        self._taking_up = threading.Lock()
        self._left: list[WayOut] = []
        self._judge = judge_of(house)
        default = self._way(DEFAULT_ROUTE, house.settings.transport)
        self._ways: dict[str, WayOut] = {DEFAULT_ROUTE: default}

    @property
    def owner(self) -> str:
        """The name of the way that is always there."""
        return self._ways[DEFAULT_ROUTE].owner

    @property
    def owners(self) -> frozenset[str]:
        """The names under which mails are held."""
        return frozenset(way.owner for way in (*self._ways.values(), *self._left) if not way.is_closed)

    def take_up(self, live: Live, asking: Asking) -> None:
        """Open what the revision names, leave what it names no longer or otherwise."""
        definitions = live.definitions
        keys = Keys(definitions.dkim, self._house.settings.config.parent)
        wanted = addresses(definitions, self._house.settings.transport)
        with self._taking_up:
            kept = {
                name: way
                for name, way in self._ways.items()
                # its owner's name is the worker's: it changes its address by itself
                if name == DEFAULT_ROUTE or wanted.get(name) == way.address
            }
            for name, way in self._ways.items():
                if name not in kept:
                    way.leave()
                    self._left.append(way)
            for name, address in wanted.items():
                new = None if name in kept else self._opened(name, address)
                if new is not None:
                    kept[name] = new
            for name, way in kept.items():
                way.take_up(definitions, asking, keys, wanted[name])
            self._ways = kept

    def _way(self, name: str, address: str) -> WayOut:
        return WayOut(self._house, name, address, self._open_way, self._judge, self._fit, paced=self._paced)

    def _opened(self, name: str, address: str) -> WayOut | None:
        """One that cannot be opened here keeps its own mails waiting, and nobody else's."""
        try:
            return self._way(name, address)
        except SettingError as error:
            log.error("transport %s cannot be used, its mails wait: %s", name, error)
            return None

    def send(self, live: Live, stopping: Stopping) -> SendReport:
        """What is due is sent, one way after the other, in the order of their names."""
        total = SendReport()
        for _, way in sorted(self._ways.items()):
            total.add(way.send(live, stopping))
        return total

    def bring_forward(self) -> bool:
        """The same of all ways: for who lives one moment to its end."""
        return sum(way.bring_forward() for way in self._ways.values()) > 0

    def send_apart(self, live: Live, stopping: Stopping) -> SendReport:
        """The same, each way in a thread of its own, and nobody waits for another; what former turns came to.
        Raises the first failure of one of them, once all have begun."""
        only = next(iter(self._ways.values())) if len(self._ways) == 1 else None
        if only is not None and not only.is_busy:
            return only.send(live, stopping)
        total, failures = SendReport(), list[Exception]()
        for _, way in sorted(self._ways.items()):
            try:
                total.add(way.send_apart(live, stopping))
            except Exception as failure:  # the others begin their turns first
                failures.append(failure)
        if failures:
            raise failures[0]
        return total

    def close(self) -> None:
        """Close them all."""
        for way in (*self._ways.values(), *self._left):
            way.close()
