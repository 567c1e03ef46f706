"""A store with three contacts and a campaign, for the tests of entering."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from penfriend.domain.campaign import (
    Campaign,
    EventTrigger,
    ReentryKind,
    SegmentTrigger,
    Trigger,
)
from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.moments import FromNow
from penfriend.domain.segment import Op, Segment, Things
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Moment, Unit, from_datetime
from penfriend.storage import tables as t
from penfriend.storage.database import Database
from penfriend.storage.looks import LookReport
from penfriend.storage.looks_store import LookStore
from tests.contract.shop_world import Row, World, named

NOW = from_datetime(datetime(2026, 6, 1, 10, 0, tzinfo=UTC))
GB = FieldTest(named("contact.country"), Op.EQUAL, "GB")
SEGMENTS = {
    "british": Segment("british", GB),
    "carts": Segment("carts", FieldTest(named("cart.status"), Op.EQUAL, "open"), Things.CARTS),
    "old": Segment(
        "old",
        FieldTest(named("cart.updated_at"), Op.BEFORE, FromNow(Duration(1, Unit.HOURS), -1)),
        Things.CARTS,
    ),
}
ALWAYS, EVERY, NEVER = ReentryKind.ALWAYS, ReentryKind.EVERY, ReentryKind.NEVER


def campaign(trigger: Trigger, **more: object) -> Campaign:
    given = {"topic": "offers", "steps": (), **more}
    return Campaign(name="campaign", trigger=trigger, **given)  # type: ignore[arg-type]  # each test gives what it is about


class Shop:
    """A store with three contacts, all of them subscribed; nobody is in a segment but by what a test does."""

    def __init__(self, database: Database, *campaigns: Campaign, world: World | None = None) -> None:
        self.database = database
        self.world = world or World([contact(number) for number in (1, 2, 3)])
        self.world.subscriptions = [
            {"contact_id": row["id"], "topic": "offers", "subscribed": 1, "at": 0}
            for row in self.world.contacts
        ]
        with database.write() as connection:
            self.world.store(connection)
        self.looks = LookStore(database)
        self.activate(*campaigns)

    def activate(
        self, *campaigns: Campaign, at: int = NOW, segments: dict[str, Segment] | None = None
    ) -> object:
        self.definitions = Definitions(
            brand=Brand(timezone="Europe/London"),
            segments=segments or SEGMENTS,
            campaigns={one.name: one for one in campaigns},
        )
        return self.looks.activate(self.definitions, 1, Moment(at))

    def look(self, at: int) -> LookReport:
        return self.looks.look(self.definitions, 1, Moment(at))

    def be(self, contact_id: int, country: str | None, at: int) -> None:
        with self.database.write() as connection:
            connection.execute(
                update(t.contacts).where(t.contacts.c.id == contact_id).values(country=country)
            )
            touch(connection, at, contact_id)

    def happen(
        self,
        number: int,
        name: str,
        at: int,
        arrived: int | None = None,
        contact_id: int = 1,
        **properties: object,
    ) -> None:
        with self.database.write() as connection:
            connection.execute(insert(t.events).values(event(number, name, at, contact_id, properties)))
            touch(connection, arrived or at, contact_id, number)

    def execute(self, statement: object) -> None:
        with self.database.write() as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # a statement of SQLAlchemy

    def entered(self) -> list[tuple[int, str, int, int]]:
        with self.database.read() as connection:
            rows = connection.execute(
                select(t.enrollments).order_by(t.enrollments.c.entered_at, t.enrollments.c.id)
            ).all()
            return [(row.contact_id, row.occurrence, row.entry, row.entered_at) for row in rows]

    def refused(self) -> list[tuple[int, str, str]]:
        with self.database.read() as connection:
            rows = connection.execute(select(t.refusals).order_by(t.refusals.c.at, t.refusals.c.id)).all()
            return [(row.contact_id, row.occurrence, row.reason) for row in rows]

    def end_all(self, at: int) -> None:
        self.execute(update(t.enrollments).values(status="ended", ended_at=at))


def contact(number: int, **columns: object) -> Row:
    return {
        "id": number,
        "key": f"c{number}",
        "created_at": 0,
        "email_hash": f"h{number}",
        "attributes": {},
        **columns,
    }


def world(*columns: Row) -> World:
    """A world of contacts with these columns, numbered from 1."""
    return World([contact(number, **each) for number, each in enumerate(columns, 1)])


def utc(text: str) -> Moment:
    """The moment that a text names in UTC."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def event(number: int, name: str, at: int, contact_id: int, properties: dict[str, object]) -> Row:
    return {
        "id": number, "contact_id": contact_id, "name": name, "at": at, "received_at": at,
        "key": f"e{number}", "body_hash": "", "properties": properties, "cart_key": properties.get("cart_id"),
        "order_key": properties.get("order_id"), "product_key": properties.get("product_id"),
    }  # fmt: skip


def touch(connection: Connection, at: int, contact_id: int, event_id: int | None = None) -> None:
    connection.execute(insert(t.touched).values(contact_id=contact_id, at=at, event_id=event_id))


BRITISH = campaign(SegmentTrigger("british"))
ORDERED = campaign(EventTrigger("order_placed", key="order_id"))
