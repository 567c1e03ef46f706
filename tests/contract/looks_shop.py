"""A store with a small shop in it and the looks of one segment, for the tests of looks."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from penfriend.domain.campaign import Campaign, SegmentTrigger
from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.moments import FromNow, Window
from penfriend.domain.segment import Condition, Narrow, Op, Segment, Things
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Moment, Unit, from_datetime
from penfriend.storage import tables as t
from penfriend.storage.database import Database
from penfriend.storage.looks_store import LookStore
from tests.contract.shop_world import Row, World, named

NOW = from_datetime(datetime(2026, 3, 27, 10, 0, tzinfo=UTC))
HOURS, DAYS, MONTHS = Unit.HOURS, Unit.DAYS, Unit.MONTHS


def ago(amount: int, unit: Unit) -> FromNow:
    return FromNow(Duration(amount, unit), -1)


def last(amount: int, unit: Unit) -> Window:
    return Window(Duration(amount, unit), -1)


def following(amount: int, unit: Unit) -> Window:
    return Window(Duration(amount, unit), 1)


def check(name: str, op: Op, value: object, narrow: Narrow | None = None) -> FieldTest:
    return FieldTest(named(name), op, value, narrow)  # type: ignore[arg-type]  # the tests give what the op takes


def definitions_of(
    where: Condition, of: Things = Things.CONTACTS, zone: str = "Europe/London", key: str = ""
) -> Definitions:
    segments = {
        "tested": Segment("tested", where, of, "seen" if of is Things.EVENTS else "", key),
        "carts": Segment("carts", check("cart.updated_at", Op.BEFORE, ago(1, HOURS)), Things.CARTS),
    }
    campaign = Campaign(name="campaign", trigger=SegmentTrigger("tested"), steps=())
    return Definitions(brand=Brand(timezone=zone), segments=segments, campaigns={"campaign": campaign})


def contact(number: int = 1, **columns: object) -> Row:
    return {"id": number, "key": f"c{number}", "created_at": 0, "attributes": {}, **columns}


def cart(number: int, updated_at: int, contact_id: int = 1) -> Row:
    return {
        "id": number, "contact_id": contact_id, "key": f"k{number}", "status": "open", "status_at": 0,
        "updated_at": updated_at, "value": 0, "items_count": 0,
    }  # fmt: skip


def order(number: int, placed_at: int, contact_id: int = 1) -> Row:
    return {
        "id": number, "contact_id": contact_id, "key": f"o{number}", "cart_key": None, "placed_at": placed_at,
        "delivered_at": None, "net": 10_000, "refunded": 0,
    }  # fmt: skip


def seen(number: int, at: int, contact_id: int = 1, **properties: object) -> Row:
    return {
        "id": number, "contact_id": contact_id, "name": "seen", "at": at, "received_at": at,
        "key": f"e{number}", "body_hash": "", "properties": properties,
        "product_key": properties.get("product_id"),
    }  # fmt: skip


def touch(connection: Connection, at: int, contact_id: int = 1) -> None:
    connection.execute(insert(t.touched).values(contact_id=contact_id, at=at))


def members_of(database: Database) -> dict[tuple[int, str], int]:
    with database.read() as connection:
        rows = connection.execute(select(t.members.c.contact_id, t.members.c.occurrence, t.members.c.since))
        return {(row.contact_id, row.occurrence): row.since for row in rows}


class Shop:
    """A store with a world in it, activated at NOW, and the looks of one segment."""

    def __init__(self, database: Database, definitions: Definitions, world: World) -> None:
        self.database, self.definitions, self.looks = database, definitions, LookStore(database)
        with database.write() as connection:
            world.store(connection)
        self.looks.activate(definitions, 1, Moment(NOW))

    def look(self, at: int) -> dict[tuple[int, str], int]:
        self.looks.look(self.definitions, 1, Moment(at))
        return members_of(self.database)

    def next_moment(self, after: int) -> int | None:
        return self.looks.next_moment(self.definitions, 1, Moment(after))

    def write(self, work: object) -> None:
        with self.database.write() as connection:
            work(connection)  # type: ignore[operator]  # a function of the connection
