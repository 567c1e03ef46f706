"""One worker: the ticks over one store, under one owner's name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from penfriend.bootstrap.fit_to_send import AlwaysFit, FitToSend
from penfriend.bootstrap.forgetting import forget_old
from penfriend.bootstrap.gone_workers import settle_gone
from penfriend.bootstrap.jobs import Jobs
from penfriend.bootstrap.keeping import keep_relationship
from penfriend.bootstrap.own_events import own_events
from penfriend.bootstrap.ticks import HasWork, Tick
from penfriend.bootstrap.way_out import OpenWay
from penfriend.bootstrap.ways_out import WaysOut
from penfriend.delivery import MemoryCaller, SigningTransport, WebhookCaller, open_transport, rate_of
from penfriend.domain.outgoing import KEPT
from penfriend.domain.sources import Sources
from penfriend.domain.timing import Moment, local_date, shift
from penfriend.domain.transport import Transport
from penfriend.domain.webhooks import Caller
from penfriend.engine.advance import Advance, AdvanceReport
from penfriend.engine.call import Call, CallReport
from penfriend.engine.changes import Changes
from penfriend.engine.counting import Counting
from penfriend.engine.enroll import Enroll, EnrollReport
from penfriend.engine.housekeeping import HousekeepingReport, keep_house
from penfriend.engine.live import Live
from penfriend.engine.recover import RecoverReport
from penfriend.engine.send import SendReport
from penfriend.engine.split_winners import decide_winners, next_decision
from penfriend.engine.sync import Sync, SyncReport
from penfriend.engine.track import Track, TrackReport
from penfriend.sources import SourceReader
from penfriend.storage.call_log import CallLog
from penfriend.storage.delivery_days import fold_small
from penfriend.storage.enrollment_log import EnrollmentLog
from penfriend.storage.hit_log import HitLog
from penfriend.storage.looks_store import LookStore
from penfriend.storage.message_log import MessageLog
from penfriend.storage.notes import write_note
from penfriend.storage.outgoing_log import OutgoingLog
from penfriend.storage.pending import Pending
from penfriend.storage.plan_counts import keep_sizes
from penfriend.storage.questions import Asker
from penfriend.storage.recovery_log import RecoveryLog
from penfriend.storage.results.book import ResultBook
from penfriend.storage.source_reads import SourceReads
from penfriend.storage.split_log import SplitLog
from penfriend.storage.tending import NoteBook, renew_statistics, tzdata_version

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

SIZES_OF = "sizes_of"
"""The note that says of which day the sizes of segments were kept last."""
ROUNDS = 10_000
"""`settle` gives up after so many rounds: far more than any campaign has steps."""


class Worker:
    """Takes up the live revision and runs the ticks. `close` gives everything back."""

    def __init__(
        self,
        house: House,
        open_way: OpenWay,
        stopping: Callable[[], bool] = lambda: False,
        caller: Caller | None = None,
        sources: Sources | None = None,
        fit: FitToSend | None = None,
        *,
        paced: bool = True,
        jobs: Jobs | None = None,
    ) -> None:
        """Without a `caller` webhook calls go nowhere and count as done; without `sources` segments with
        `sql` stand as they were last read; without `fit` nothing is asked before mails are claimed. Not
        `paced`, no rate holds: where no time passes between two mails. Raises SettingError. With `jobs` any
        worker sends what this one finds due."""
        self._house, self._stopping = house, stopping
        self._fit = fit or AlwaysFit()
        self._ways = WaysOut(house, open_way, self._fit, paced=paced, jobs=jobs)
        self.owner = self._ways.owner
        self._enrollments, self._messages = EnrollmentLog(house.db), MessageLog(house.db)
        self._recovery = RecoveryLog(house.db, house.journals)
        self._looks, self._splits = LookStore(house.db), SplitLog(house.db)
        self._track, self._own_events = Track(HitLog(house.db), house.clock), own_events(house)
        self._calls, self._news = CallLog(house.db), OutgoingLog(house.db)
        readings = SourceReads(house.db, self._looks)
        self._sync = None if sources is None else Sync(readings, sources, house.clock, self.owner)
        self._call = Call(
            self._calls, self._news, caller or MemoryCaller(), house.clock, self.owner, house.measures
        )
        self._counting = Counting(ResultBook(house.db), house.clock)
        self._taking_up = threading.Lock()
        self._live: Live | None = None
        self._enroll: Enroll | None = None
        self._advance: Advance | None = None
        self._advance_broke = False
        """`advance` failed in the middle, and may have left claims of ours behind."""

    @classmethod
    def of(cls, house: House, *, outside: bool = True, jobs: Jobs | None = None) -> Self:
        """A worker over the transports that settings and campaign files name. Where that of the settings is
        `memory:`, or without `outside`, that one carries everything and webhook calls go nowhere. Raises
        SettingError."""
        main = house.settings.transport
        fit = FitToSend.of(house) if outside else None
        outside = outside and not main.startswith("memory:")

        def open_way(name: str, url: str) -> tuple[Transport, float | None]:
            used = url if outside else main
            opened = open_transport(name, used)
            return SigningTransport(opened) if outside else opened, rate_of(used)

        caller = WebhookCaller() if outside else None
        return cls(house, open_way, caller=caller, sources=SourceReader(), fit=fit, jobs=jobs)

    def stop_when(self, stopping: Callable[[], bool]) -> None:
        """From now on ticks end early when `stopping()`, between two batches and two mails."""
        self._stopping = stopping

    def refresh(self) -> Live | None:
        """Take up the live revision where it is another than before; None where nothing was ever applied."""
        self._fit.keep()
        with self._taking_up:  # else a slow thread would take up an earlier one behind a later one
            live = self._house.live()
            if live is not None and live is not self._live:
                self._take_up(live)
                self._live = live
            return live

    def _take_up(self, live: Live) -> None:
        ingester = self._house.ingester(live.definitions)
        self._enroll = Enroll(self._looks, self._house.clock, self.owner, ingester.expire_points)
        asking = Asker(self._house.db, live.definitions)
        self._advance = Advance(
            self._enrollments, asking, self._house.clock, self.owner, self._splits, Changes(ingester)
        )
        self._ways.take_up(live, asking)

    def sync(self) -> SyncReport:
        """What segments say in databases of the company is read."""
        live = self.refresh()
        return SyncReport() if live is None or self._sync is None else self._sync.tick(live, self._stopping)

    def enroll(self) -> EnrollReport:
        """Who joins and leaves segments, who enters, who is woken."""
        live = self.refresh()
        if live is None or self._enroll is None:
            return EnrollReport()
        return self._enroll.tick(live, self._stopping)

    def advance(self) -> AdvanceReport:
        """The better arms of splits are found, and who is due or woken moves."""
        live = self.refresh()
        if live is None or self._advance is None:
            return AdvanceReport()
        if self._advance_broke:
            self._enrollments.release(self.owner)
        self._advance_broke = True
        decide_winners(self._splits, live, self._house.clock.now())
        report = self._advance.tick(live, self._stopping)
        self._advance_broke = False
        return report

    def send(self) -> SendReport:
        """What is due is sent, one way out after the other."""
        live = self.refresh()
        return SendReport() if live is None else self._ways.send(live, self._stopping)

    def send_apart(self) -> SendReport:
        """The same for a daemon: each way out has a thread of its own, and none waits for another."""
        live = self.refresh()
        return SendReport() if live is None else self._ways.send_apart(live, self._stopping)

    def call(self) -> CallReport:
        """Other systems are told what webhook steps have for them, and what has happened."""
        live = self.refresh()
        return CallReport() if live is None else self._call.tick(live, self._stopping)

    def track(self) -> TrackReport:
        """What people have clicked and opened becomes an event."""
        return TrackReport() if self.refresh() is None else self._track.tick(self._own_events, self._stopping)

    def results(self, *, all_of_them: bool = False) -> int:
        """What came of mails is counted, of the days about which something has come in; how many. Days that
        take long are left for later, but for `all_of_them`."""
        live = self.refresh()
        if live is None:
            return 0
        return self._counting.tick(live.definitions, self._stopping, all_of_them=all_of_them)

    def recover(self) -> RecoverReport:
        """What workers that are gone have left is settled."""
        live = self.refresh()
        if live is None:
            return RecoverReport()
        held = (self._looks.give_back, self._enrollments.release, self._calls.release, self._news.release)
        return settle_gone(self._house, self._ways.owners, held, self._recovery, live)

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
            keep_relationship=lambda now: keep_relationship(self._house, live.definitions, now, self.owner),
            rewake=self._enrollments.wake,
            forget=lambda now: self._forget(live, now),
            tzdata=tzdata_version(),
        )

    def _forget(self, live: Live, now: Moment) -> int:
        """What nobody wants kept any longer, and what other systems were told long ago."""
        kept = live.definitions.retention.messages
        if kept is not None:  # what came of mails outlives them
            limit = shift(now, kept, live.definitions.brand.zone, -1)
            self._counting.freeze(live.definitions, limit)
        return forget_old(self._house.db, live.definitions, now) + self._news.forget(Moment(now - KEPT))

    def _keep_sizes(self, live: Live) -> None:
        """How large segments are today, by the brand's clock: what a guard compares an audience with. Once a
        day, and with it the numbers of days that are over are put together."""
        now = self._house.clock.now()
        day = local_date(now, live.definitions.brand.zone).isoformat()
        if self._house.note(SIZES_OF) != day:
            fold_small(self._house.db, now)
            with self._house.db.write() as connection:
                keep_sizes(connection, day)
                write_note(connection, SIZES_OF, day)

    def _full_look(self, live: Live, now: Moment) -> int:
        renew_statistics(self._house.db)
        return self._looks.refresh_members(live.definitions, live.revision, now)

    def settle(self, has_work: HasWork = lambda _tick: True) -> SendReport:
        """Every tick, over and over until nothing more is due at this moment; those are left out that surely
        have nothing to do, as `has_work` says."""
        total = SendReport()
        if has_work(Tick.RECOVER):
            self.recover()
        self.sync()
        if has_work(Tick.TRACK):
            self.track()
        for _ in range(ROUNDS):
            entered = self.enroll() if has_work(Tick.ENROLL) else EnrollReport()
            moved = self.advance() if has_work(Tick.ADVANCE) else AdvanceReport()
            sent = self.send() if has_work(Tick.SEND) else SendReport()
            called = self.call() if has_work(Tick.CALL) else CallReport()
            total.add(sent)
            looked = entered.joined + entered.left + entered.entered + entered.woken
            idle = not (looked or moved.moved or sent.decided or called.tried)
            if self._stopping() or (idle and not self._ways.bring_forward()):
                break
        return total

    def due(self, found: Pending) -> dict[Tick, Moment | None]:
        """The next moment at which time alone moves something, for each tick but looks (`next_look`), by what
        was found to be pending; None where only what comes in can."""
        live = self.refresh()
        decision = None if live is None else next_decision(self._splits, live)
        return {
            Tick.ADVANCE: _first(found.enrollment_due, decision),
            Tick.SEND: found.message_due,
            Tick.CALL: found.call_due,
        }

    def next_look(self, until: Moment) -> Moment | None:
        """The next moment at which time alone may let somebody join, leave or enter, or points lapse; dates
        before `until` that are nobody's are passed over. It stays the same until it has come, as long as no
        tick `enroll` has had anything to do."""
        live, now = self.refresh(), self._house.clock.now()
        if live is None:
            return None
        looks = self._looks.next_moment(live.definitions, live.revision, now, until)
        return _first(looks, self._house.ingester(live.definitions).next_lapse(now))

    def close(self) -> None:
        """Give back what is held, leave the providers politely."""
        self._ways.close()
        self._fit.close()
        self._enrollments.release(self.owner)
        self._call.release()


def _first(*moments: Moment | None) -> Moment | None:
    return min((moment for moment in moments if moment is not None), default=None)
