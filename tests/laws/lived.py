"""Lives a random stream under random campaigns: the real engine over a real store, and what came of it.

The clock jumps from due time to due time, or steps from half hour to half hour with random moments between.
A worker may be killed at any write, or between a mail's last byte and its answer: all that it would do after
that fails, its lock falls, its leases end, and a new worker goes on at the same moment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from penfriend.bootstrap.house import House
from penfriend.bootstrap.rehearsal import Rehearsal
from penfriend.bootstrap.settings import Settings
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Handover
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Own, Refused
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.live import Live
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.migrate import upgrade
from penfriend.storage.suppressions import suppress
from tests.contract.outgoing_world import ask, target
from tests.laws.random_streams import GRID, Happens, Someone, Stream
from tests.support.mail_pieces import Killed, PlainRenderer

Row = dict[str, Any]


@dataclass(frozen=True)
class Left:
    """A mail that left the house, with what was so about its contact at that moment."""

    at: Moment
    message_id: str
    contact: Row
    topics: frozenset[str]
    suppressed: str | None
    """Why the address must not be written to."""


@dataclass
class Lived:
    """What came of it."""

    definitions: Definitions
    end: Moment
    left: list[Left] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    kills: int = 0
    writes: int = 0
    """How many transactions the workers wrote, and mails they handed over."""
    handed: list[int] = field(default_factory=list)
    """Which of these were mails."""
    rows: dict[str, list[Row]] = field(default_factory=dict)
    """Every row of the tables of what we did."""

    def enrollment(self, number: int) -> Row:
        """The enrollment of that id."""
        return next(row for row in self.rows["enrollments"] if row["id"] == number)

    def message(self, message_id: str) -> Row:
        """The message with that Message-ID."""
        return next(row for row in self.rows["messages"] if row["message_id"] == message_id)


@dataclass
class Death:
    """Kills a worker at one of its writes: before it begins, before its commit, or after it."""

    at: Sequence[tuple[int, str]] = ()
    counted: int = 0
    dead: bool = False
    working: bool = False

    def passes(self, place: str) -> None:
        """Raises Killed where it is time to die, and for ever after."""
        if self.dead or (self.working and (self.counted, place) in self.at):
            self.dead = True
            raise Killed

    @contextmanager
    def guards(self, db: Database) -> Iterator[None]:
        """Here the writes of this store count, and may be the last."""
        write, read = db.write, db.read

        @contextmanager
        def writing() -> Iterator[Connection]:
            self.counted += self.working
            self.passes("before")
            with write() as connection:
                yield connection
                self.passes("within")
            self.passes("after")

        @contextmanager
        def reading() -> Iterator[Connection]:
            self.passes("reading")
            with read() as connection:
                yield connection

        db.write, db.read = writing, reading  # type: ignore[method-assign]  # this one store's
        try:
            yield
        finally:
            db.write, db.read = write, read  # type: ignore[method-assign]  # as they were


class Life:
    """One house with its worker, its clock and its people."""

    def __init__(self, house: House, clock: SetClock, stream: Stream, death: Death, lived: Lived) -> None:
        self.house, self.clock, self.stream, self.death, self.lived = house, clock, stream, death, lived
        self._coming = list(enumerate(stream.happenings))
        self._before = [one for one in stream.people if one.before]
        self._after = [one for one in stream.people if not one.before]

    def begin(self) -> None:
        """The first people come in, then the campaigns are activated, a moment before the start."""
        self.clock.set(Moment(self.stream.start - GRID))
        definitions = self.lived.definitions
        self._come(self._before, definitions)
        live = Live.of(1, definitions, PlainRenderer(), "the laws")
        self.house.run_as(live)
        self.clock.set(self.stream.start)

    def _come(self, people: list[Someone], definitions: Definitions) -> None:
        ingester, now = self.house.ingester(definitions), self.clock.now()
        batch = [
            ContactIn(
                one.name,
                f"{one.name}@shop.example",
                {"timezone": one.zone, "country": one.country, "birthday": one.birthday},
                {} if one.level is None else {"level": one.level},
                topics=one.topics,
                subscribed_at=now if one.topics else None,
                created_at=now,
            )
            for one in people
        ]
        answers = ingester.ingest_contacts(batch, source="law", proof="law")
        assert not [answer for answer in answers if isinstance(answer, Refused)], answers

    def act(self) -> Moment | None:
        """What is due now happens; when the next does."""
        working, self.death.working = self.death.working, False
        if self._after:
            self._come(self._after, self.lived.definitions)
            self._after = []
        while self._coming and self._coming[0][1].heard <= self.clock.now():
            self._happen(*self._coming.pop(0))
        self.death.working = working
        return self._coming[0][1].heard if self._coming else None

    def _happen(self, number: int, one: Happens) -> None:
        at, properties = Moment(one.heard - one.late), dict(one.properties)
        ingester = self.house.ingester(self.lived.definitions)
        if one.kind == "suppressed":
            address, reason = f"{one.who}@shop.example", properties["reason"]
            with self.house.db.write() as connection:
                suppress(connection, address, reason=reason, evidence=None, at=one.heard)
            return
        if "cart_id" in properties:
            properties["cart_id"] = f"{one.who}-{properties['cart_id']}"
        if one.kind in ("subscribed", "unsubscribed"):
            properties["proof"] = "law"
        if one.kind in ("mail_opened", "mail_clicked"):
            own = self._last_mail(one.who)
            if own is not None:
                ingester.ingest_own([(EventIn(one.kind, None, None, one.heard, {}, f"h{number}"), own)])
            return
        answers = ingester.ingest_events([EventIn(one.kind, one.who, None, at, properties, f"h{number}")])
        assert not isinstance(answers[0], Refused), answers

    def _last_mail(self, who: str) -> Own | None:
        with self.house.db.read() as connection:
            found = connection.execute(
                select(t.messages.c.contact_id, t.messages.c.enrollment_id, t.messages.c.id)
                .join(t.contacts, t.contacts.c.id == t.messages.c.contact_id)
                .where(t.messages.c.status == "sent", t.contacts.c.key == who)
                .order_by(t.messages.c.sent_at.desc(), t.messages.c.message_id)
            ).first()
        return None if found is None else Own(*found)

    def keep(self, handover: Handover) -> None:
        """A mail leaves; the plain state of its contact is looked up beside the engine."""
        self.death.counted += 1
        self.lived.handed.append(self.death.counted)
        self.death.passes("before")
        with self.house.db.read() as connection:
            c, m, s, u = t.contacts.c, t.messages.c, t.subscriptions.c, t.suppressions.c
            mail = handover.email.message_id
            row = connection.execute(
                select(t.contacts).join(t.messages, m.contact_id == c.id).where(m.message_id == mail)
            ).mappings().one()  # fmt: skip
            topics = connection.execute(
                select(s.topic).where(s.contact_id == row["id"], s.subscribed == 1)
            ).scalars()
            stopped = connection.execute(select(u.reason).where(u.email_hash == row["email_hash"])).scalar()
            left = Left(self.clock.now(), mail, dict(row), frozenset(topics), stopped)
        self.lived.left.append(left)
        self.death.passes("after")

    def jump(self) -> None:
        """From due time to due time, until the end."""
        while True:
            rehearsal = Rehearsal(self.house, self.clock, self.keep)
            try:
                self.death.working = True
                rehearsal.live_until(self.stream.end, self._note, self.act)
            except Killed:
                self._bury(rehearsal)
                continue
            self.death.working = False
            rehearsal.worker.close()
            return

    def step(self, between: Sequence[Moment]) -> None:
        """From half hour to half hour, and at the moments between, until the end."""
        rehearsal = Rehearsal(self.house, self.clock, self.keep)
        grid = range(self.stream.start, self.stream.end + 1, GRID)
        for moment in sorted({*grid, *between}):
            self.clock.set(Moment(moment))
            self.act()
            rehearsal.worker.settle()
            self.act()
            self._note(self.clock.now())
        rehearsal.worker.close()

    def _note(self, moment: Moment) -> None:
        self.lived.moments.append(moment)

    def _bury(self, rehearsal: Rehearsal) -> None:
        """As the kernel does: the locks of its journals fall. Time passes till its leases end."""
        for way in rehearsal.worker._ways._ways.values():
            os.close(way._journal._file)
        self.lived.kills += 1
        self.death.dead = self.death.working = False
        with self.house.db.write() as connection:
            now = self.clock.now()
            held = t.enrollments.c.owner.is_not(None)
            connection.execute(update(t.enrollments).where(held).values(lease_until=now))
            connection.execute(update(t.leases).values(until=now))


WE_DID = (t.enrollments, t.messages, t.decisions, t.attempts, t.refusals, t.splits, t.outgoing_calls)


@contextmanager
def a_store(folder: Path) -> Iterator[Database]:
    """A store for life after life; each begins with empty tables."""
    with open_database(f"sqlite:///{folder / 'laws.db'}", lasting=False) as db:
        upgrade(db)
        yield db


def lives(
    db: Database,
    definitions: Definitions,
    stream: Stream,
    way: Callable[[Life], None] = Life.jump,
    deaths: Sequence[tuple[int, str]] = (),
) -> Lived:
    """The life of this stream under these definitions."""
    with db.write() as connection:
        for table in reversed(t.metadata.sorted_tables):
            connection.execute(table.delete())
    ask(db)
    definitions = replace(definitions, outgoing={"crm": target("crm")})
    settings = Settings.of({"PENFRIEND_DATABASE_URL": db.url, "PENFRIEND_TRANSPORT": "memory:"})
    clock, lived, death = SetClock(stream.start), Lived(definitions, stream.end), Death(deaths)
    with death.guards(db):
        life = Life(House(settings, db, clock), clock, stream, death, lived)
        life.begin()
        way(life)
    lived.writes = death.counted
    with db.read() as connection:
        for table in (*WE_DID, t.contacts):
            found = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            lived.rows[table.name] = [dict(row) for row in found]
    return lived
