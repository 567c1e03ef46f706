"""A small shop in a real store, for the tests of the engine and of the logs it writes to.

Contacts, enrollments and events are put in as rows, the clock is set by hand, letters are made by a renderer
of a few lines and kept by the `memory:` transport.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text, update

from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.campaign import Campaign, Policy
from penfriend.domain.contact import address_hash
from penfriend.domain.errors import RevisionUnusable
from penfriend.domain.gap import Gaps, NoGap
from penfriend.domain.outbox import DueMessage
from penfriend.domain.pacing import Rate
from penfriend.domain.ports import Asking
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.transport import Transport
from penfriend.engine.advance import Advance, AdvanceReport
from penfriend.engine.changes import Changes
from penfriend.engine.clock import SetClock
from penfriend.engine.gate import Gate
from penfriend.engine.ingest import Ingester
from penfriend.engine.live import Live
from penfriend.engine.recover import RecoverReport, recover
from penfriend.engine.send import Send as Sender
from penfriend.engine.send import SendReport
from penfriend.engine.split_winners import decide_winners
from penfriend.storage import tables as t
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.database import Database, open_database
from penfriend.storage.dot_journal import FileJournal
from penfriend.storage.enrollment_log import EnrollmentLog
from penfriend.storage.handover_log import HandoverLog
from penfriend.storage.ingest import IngestStore
from penfriend.storage.message_log import MessageLog
from penfriend.storage.questions import Asker
from penfriend.storage.rate_book import RateBook
from penfriend.storage.recovery_log import RecoveryLog
from penfriend.storage.split_log import SplitLog
from tests.support.clock import moment
from tests.support.empty_store import with_tables
from tests.support.mail_pieces import (
    NO_POLICY,
    NOON,
    PlainRenderer,
    definitions,
)

__all__ = ["World", "worlds"]


class World:
    """The store of one test with one worker; `restarted` is the same store with another."""

    def __init__(self, url: str, folder: Path, transport: Transport | None = None) -> None:
        self.db: Database = open_database(url)
        self.url, self.folder = url, folder
        self.clock = SetClock(NOON)
        self.renderer = PlainRenderer()
        self.revisions: dict[int, Live] = {}
        self.memory = MemoryTransport("default")
        self.transport: Transport = transport or self.memory
        self.pace: float | None = None
        self.gaps: Gaps = NoGap()
        self._workers = 0
        self._journals: list[FileJournal] = []
        self.start()

    def start(self) -> None:
        """A new worker, as after a restart: what the former one had in memory is gone."""
        self._workers += 1
        self.owner = f"worker-{self._workers}"
        self.journal = FileJournal(self.folder / "dots", self.owner)
        self._journals.append(self.journal)
        self.enrollments, self.messages = EnrollmentLog(self.db), MessageLog(self.db)
        self.handovers, self.recovery = HandoverLog(self.db), RecoveryLog(self.db, self.folder / "dots")

    def close(self) -> None:
        """Give the store back."""
        for journal in self._journals:
            journal.close()
        self.db.close()

    # -- what there is

    def run(self, *campaigns: Campaign, policy: Policy = NO_POLICY, revision: int = 1) -> Live:
        """Make these campaigns live."""
        self.live = Live.of(revision, definitions(*campaigns, policy=policy), self.renderer, "store")
        self.revisions[revision] = self.live
        return self.live

    def revision(self, number: int) -> Live:
        """One that was live."""
        found = self.revisions.get(number)
        if found is None:
            raise RevisionUnusable(f"there is no revision {number}")
        return found

    def contact(self, name: str = "ann", *, topics: Sequence[str] = ("offers",), **fields: Any) -> int:
        """A contact, subscribed to `topics`."""
        row: dict[str, Any] = {
            "key": name,
            "email": f"{name}@shop.example",
            "first_name": name.title(),
            "locale": "en",
            "timezone": "Europe/London",
            "created_at": NOON - MINUTE,
        } | fields
        row["email_hash"] = address_hash(row["email"]) if row["email"] else None
        with self.db.write() as connection:
            made: int = connection.execute(insert(t.contacts).returning(t.contacts.c.id), row).scalar_one()
            for topic in topics:
                connection.execute(
                    insert(t.subscriptions),
                    {"contact_id": made, "topic": topic, "subscribed": 1, "at": NOON - MINUTE},
                )
        return made

    def enroll(self, contact: int, name: str = "welcome", *, at: Moment = NOON, **fields: Any) -> int:
        """An enrollment that has just been entered."""
        row: dict[str, Any] = {
            "campaign": name,
            "contact_id": contact,
            "occurrence": "",
            "entry": 0,
            "revision": 1,
            "entered_at": at,
            "status": "active",
            "began_at": at,
            "due_at": at,
        } | fields
        with self.db.write() as connection:
            made: int = connection.execute(
                insert(t.enrollments).returning(t.enrollments.c.id), row
            ).scalar_one()
        return made

    def person(self, name: str = "ann", **enrollment: Any) -> tuple[int, int]:
        """A contact and its enrollment."""
        contact = self.contact(name)
        return contact, self.enroll(contact, **enrollment)

    def event(self, contact: int, name: str, at: Moment, properties: Any = None) -> None:
        """An event has come in: the contact is another, and its enrollments are woken."""
        with self.db.write() as connection:
            number = connection.execute(select(func.count()).select_from(t.events)).scalar_one()
            connection.execute(
                insert(t.events),
                {
                    "contact_id": contact,
                    "name": name,
                    "at": at,
                    "received_at": at,
                    "key": f"event-{number}",
                    "body_hash": "",
                    "properties": properties or {},
                },
            )
        self.touch(contact, at)

    def touch(self, contact: int, at: Moment | None = None, **fields: Any) -> None:
        """Something about the contact has changed (`fields` are new), and a look wakes its enrollments."""
        with self.db.write() as connection:
            connection.execute(
                update(t.contacts)
                .where(t.contacts.c.id == contact)
                .values(version=t.contacts.c.version + 1, **fields)
            )
            connection.execute(
                update(t.enrollments)
                .where(t.enrollments.c.contact_id == contact)
                .values(woken=1, woken_at=at)
            )

    def unsubscribe(self, contact: int, topic: str = "offers", at: Moment | None = None) -> None:
        """The contact leaves the topic."""
        with self.db.write() as connection:
            connection.execute(
                update(t.subscriptions)
                .where(t.subscriptions.c.contact_id == contact, t.subscriptions.c.topic == topic)
                .values(subscribed=0)
            )
        self.touch(contact, at)

    # -- what happens

    def advance(self) -> AdvanceReport:
        """The tick `advance`."""
        decide_winners(SplitLog(self.db), self.live, self.clock.now())
        return self.advancer().tick(self.live)

    def advancer(self, asking: Asking | None = None, owner: str = "") -> Advance:
        """The tick `advance` of this worker, or of another, with another way to answer questions."""
        changes = Changes(Ingester(IngestStore(self.db), self.live.definitions, self.clock))
        asking = asking or Asker(self.db, self.live.definitions)
        owner = owner or self.owner
        return Advance(self.enrollments, asking, self.clock, owner, SplitLog(self.db), changes)

    def sender(self) -> Sender:
        """A sender of this worker."""
        return Sender(
            self.messages,
            self.handovers,
            Asker(self.db, self.live.definitions),
            self.transport,
            self.journal,
            self.clock,
            self.owner,
            self.gate(),
            self.revision,
            CouponPool(self.db),
            gaps=self.gaps,
        )

    def gate(self, route: str = "default") -> Gate:
        """The gate of a route."""
        rate = None if self.pace is None else Rate(self.pace)
        return Gate(route, self.live.definitions, RateBook(self.db), self.clock, rate)

    def send(self, stopping: Callable[[], bool] = lambda: False) -> SendReport:
        """The tick `send`."""
        return self.sender().tick(self.live, stopping)

    def recover(self, *gone: str) -> RecoverReport:
        """The tick `recover`."""
        return recover(self.recovery, self.live, self.clock, gone)

    def settle(self) -> None:
        """Advance and send until nothing more happens at this moment."""
        for _ in range(50):
            if not self.advance().moved and not self.send().decided:
                return
        raise AssertionError("it never comes to rest")

    def at(self, when: str | int) -> Moment:
        """Set the clock."""
        self.clock.set(Moment(moment(when) if isinstance(when, str) else when))
        return self.clock.now()

    def later(self, microseconds: int) -> Moment:
        """Set the clock on."""
        return self.at(self.clock.now() + microseconds)

    def claim(self, limit: int = 100) -> list[DueMessage]:
        """Claim what is due."""
        now = self.clock.now()
        return self.messages.claim(now, self.owner, Moment(now + 5 * MINUTE), 1, limit)

    # -- what has become of it

    def rows(self, table: str, order: str = "id") -> list[dict[str, Any]]:
        """All rows of a table."""
        with self.db.read() as connection:
            chosen = select(t.metadata.tables[table]).order_by(text(order))
            return [dict(row) for row in connection.execute(chosen).mappings()]

    def mails(self) -> list[tuple[str, str, str | None]]:
        """Step, status and reason of every message."""
        return [(row["step"], row["status"], row["reason"]) for row in self.rows("messages")]

    def statuses(self) -> list[str]:
        """The status of every message."""
        return [row["status"] for row in self.rows("messages")]

    def ends(self) -> list[str | None]:
        """Why each enrollment ended."""
        return [row["end_reason"] for row in self.rows("enrollments")]

    def story(self) -> list[tuple[str, str | None]]:
        """What was decided, and why."""
        return [(row["what"], row["reason"]) for row in self.rows("decisions")]

    def sent(self) -> list[str]:
        """Who got mail, in order."""
        return [email.envelope_to for email in self.memory.sent]

    def held(self) -> list[int]:
        """The messages and enrollments that somebody holds."""
        rows = self.rows("messages") + self.rows("enrollments")
        return [row["id"] for row in rows if row["owner"] is not None]


def worlds(url: str, folder: Path) -> Iterator[World]:
    """For a fixture: a world over the database at `url`, whose tables are empty."""
    world = World(with_tables(url), folder)
    yield world
    world.close()
