"""One worker: the ticks over one store and one transport, under one owner's name."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from penfriend.delivery import open_transport, rate_of
from penfriend.domain.timing import Moment, local_date
from penfriend.domain.transport import Transport
from penfriend.engine.advance import Advance, AdvanceReport
from penfriend.engine.changes import Changes
from penfriend.engine.enroll import Enroll, EnrollReport
from penfriend.engine.housekeeping import HousekeepingReport, keep_house
from penfriend.engine.live import Live
from penfriend.engine.pace import Pace
from penfriend.engine.recover import RecoverReport, recover
from penfriend.engine.send import Send, SendReport
from penfriend.engine.split_winners import decide_winners, next_decision
from penfriend.storage.dot_journal import FileJournal, discard, gone_owners, journals
from penfriend.storage.enrollment_log import EnrollmentLog
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.looks_store import LookStore
from penfriend.storage.message_log import MessageLog
from penfriend.storage.notes import write_note
from penfriend.storage.plan_counts import keep_sizes
from penfriend.storage.questions import Asker
from penfriend.storage.recovery_log import RecoveryLog
from penfriend.storage.split_log import SplitLog
from penfriend.storage.tending import NoteBook, renew_statistics, tzdata_version

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

SIZES_OF = "sizes_of"
"""The note that says of which day the sizes of segments were kept last."""
ROUNDS = 10_000
"""`settle` gives up after so many rounds: far more than any campaign has steps."""


def new_owner() -> str:
    """A name for a worker that no other has: the process and a random part."""
    return f"{os.getpid()}-{secrets.token_hex(6)}"


class Worker:
    """Takes up the live revision and runs the ticks. `close` gives everything back."""

    def __init__(
        self,
        house: House,
        transport: Transport,
        rate: float | None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._house, self._transport, self._stopping = house, transport, stopping
        self.owner = new_owner()
        self._journal = FileJournal(house.journals, self.owner)
        self._enrollments, self._messages = EnrollmentLog(house.db), MessageLog(house.db)
        self._handovers, self._recovery = HandoverLog(house.db), RecoveryLog(house.db, house.journals)
        self._pace = Pace(rate, house.clock)
        self._looks, self._splits = LookStore(house.db), SplitLog(house.db)
        self._live: Live | None = None
        self._enroll: Enroll | None = None
        self._advance: Advance | None = None
        self._send: Send | None = None
        self._broken: set[str] = set()
        """The ticks that failed in the middle and may have left claims of ours behind."""

    @classmethod
    def of(cls, house: House, stopping: Callable[[], bool] = lambda: False) -> Self:
        """A worker over the transport that the settings name. Raises SettingError."""
        url = house.settings.transport
        return cls(house, open_transport("default", url), rate_of(url), stopping)

    def stop_when(self, stopping: Callable[[], bool]) -> None:
        """From now on ticks end early when `stopping()`, between two batches and two mails."""
        self._stopping = stopping

    def refresh(self) -> Live | None:
        """Take up the live revision where it is another than before; None where nothing was ever applied."""
        live = self._house.live()
        if live is not None and live is not self._live:
            ingester = self._house.ingester(live.definitions)
            self._enroll = Enroll(self._looks, self._house.clock, self.owner, ingester.expire_points)
            asking = Asker(self._house.db, live.definitions)
            self._advance = Advance(
                self._enrollments,
                asking,
                self._house.clock,
                self.owner,
                self._splits,
                Changes(ingester),
            )
            self._send = Send(
                self._messages,
                self._handovers,
                asking,
                self._transport,
                self._journal,
                self._house.clock,
                self.owner,
                self._pace,
                self._house.revision,
            )
            self._live = live
        return live

    def enroll(self) -> EnrollReport:
        """Who joins and leaves segments, who enters, who is woken."""
        live = self.refresh()
        return (
            EnrollReport()
            if live is None or self._enroll is None
            else self._enroll.tick(live, self._stopping)
        )

    def advance(self) -> AdvanceReport:
        """The better arms of splits are found, and who is due or woken moves."""
        live = self.refresh()
        if live is None or self._advance is None:
            return AdvanceReport()
        if "advance" in self._broken:
            self._enrollments.release(self.owner)
        with self._whole("advance"):
            decide_winners(self._splits, live, self._house.clock.now())
            return self._advance.tick(live, self._stopping)

    def send(self) -> SendReport:
        """What is due is sent."""
        live = self.refresh()
        if live is None or self._send is None:
            return SendReport()
        if "send" in self._broken:
            self._settle_own(live)
        with self._whole("send"):
            return self._send.tick(live, self._stopping)

    @contextmanager
    def _whole(self, tick: str) -> Iterator[None]:
        """Keep in mind that a tick broke off, until it has come to its end."""
        self._broken.add(tick)
        yield
        self._broken.discard(tick)

    def _settle_own(self, live: Live) -> None:
        """The store was away in the middle of a tick: what it left is ours, and need not wait for the end of
        its lease."""
        recover(self._recovery, live, self._house.clock, {self.owner})
        self._journal.begin_anew()

    def recover(self) -> RecoverReport:
        """What workers that are gone have left is settled."""
        live = self.refresh()
        if live is None:
            return RecoverReport()
        gone = gone_owners(self._house.journals, journals(self._house.journals) - {self.owner})
        report = recover(self._recovery, live, self._house.clock, gone)
        discard(self._house.journals, gone)
        return report

    def housekeeping(self) -> HousekeepingReport | None:
        """The daily full look, and what a new tzdata moves."""
        live = self.refresh()
        if live is None:
            return None
        return keep_house(
            NoteBook(self._house.db),
            self._house.clock,
            refresh_members=lambda now: self._full_look(live, now),
            keep_sizes=lambda: self._keep_sizes(live),
            rewake=self._enrollments.wake,
            tzdata=tzdata_version(),
        )

    def _keep_sizes(self, live: Live) -> None:
        """How large segments are today, by the brand's clock: what a guard compares an audience with."""
        day = local_date(self._house.clock.now(), live.definitions.brand.zone).isoformat()
        if self._house.note(SIZES_OF) != day:
            with self._house.db.write() as connection:
                keep_sizes(connection, day)
                write_note(connection, SIZES_OF, day)

    def _full_look(self, live: Live, now: Moment) -> int:
        renew_statistics(self._house.db)
        return self._looks.refresh_members(live.definitions, live.revision, now)

    def settle(self) -> SendReport:
        """Every tick, over and over until nothing more is due at this moment."""
        total = SendReport()
        self.recover()
        for _ in range(ROUNDS):
            entered = self.enroll()
            moved = self.advance()
            sent = self.send()
            total.add(sent)
            looked = entered.joined + entered.left + entered.entered + entered.woken
            if not (looked or moved.moved or sent.decided) or self._stopping():
                break
        return total

    def next_moment(self) -> Moment | None:
        """The next moment at which time alone moves something; None where only what comes in can."""
        live, now = self.refresh(), self._house.clock.now()
        if live is None:
            return None
        coming = (
            self._enrollments.next_due(),
            self._messages.next_due(),
            self._looks.next_moment(live.definitions, live.revision, now),
            self._house.ingester(live.definitions).next_lapse(now),
            next_decision(self._splits, live),
        )
        return min((moment for moment in coming if moment is not None), default=None)

    def close(self) -> None:
        """Give back what is held, leave the provider politely."""
        self._messages.release(self.owner)
        self._enrollments.release(self.owner)
        self._transport.close()
        self._journal.close()
