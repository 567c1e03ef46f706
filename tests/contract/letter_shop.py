"""A shop whose letters name everything, and what is gathered for them."""

from typing import Any

from sqlalchemy import insert

from penfriend.domain.definitions import DataTypes, Definitions, Survey
from penfriend.domain.facts import Frozen
from penfriend.domain.fields import FieldType
from penfriend.domain.letter import Needs
from penfriend.domain.timing import HOUR, Moment
from penfriend.storage import tables as t
from penfriend.storage.letter_facts import gather
from tests.support.mail_pieces import LETTER, NOON, campaign, definitions, with_id
from tests.support.mail_world import World

SHOP = Definitions(
    brand=definitions().brand,
    topics=definitions().topics,
    data=DataTypes(
        contact={"shoe_size": FieldType.NUMBER, "since": FieldType.DATE, "seen": FieldType.MOMENT},
        events={"product_viewed": {"price": FieldType.AMOUNT}},
        product={"roast": FieldType.TEXT},
    ),
    campaigns={"welcome": campaign(LETTER, with_id(LETTER, "second"))},
    surveys={"nps": Survey("nps", "nps", "How?")},
)
ITEM = {"product_id": "p-1", "title": "Oak", "price": 12.5}
SHOWN_ITEM = {
    "product_id": "p-1", "title": "Oak", "price": {"$money": [125_000, "GBP"]}, "quantity": 1, "url": None,
    "image": None, "category": None, "stock": None, "attributes": {},
}  # fmt: skip


def put(world: World, table: str, *rows: dict[str, Any]) -> None:
    """Rows as they stand in the store."""
    with world.db.write() as connection:
        for row in rows:
            connection.execute(insert(t.metadata.tables[table]), row)


def facts(world: World, *needs: str) -> list[dict[str, Frozen]]:
    """The facts of every enrollment, in order."""
    rows = world.enrollments.claim(NOON, "facts", Moment(NOON + HOUR), 1, 500)
    with world.db.read() as connection:
        found = gather(connection, rows, Needs(frozenset(needs)), SHOP, NOON)
    world.enrollments.release("facts")
    return [found[row.id] for row in rows]


def cart(contact: int, key: str, **fields: Any) -> dict[str, Any]:
    """A cart of one thing."""
    return {
        "contact_id": contact, "key": key, "status": "open", "status_at": NOON, "updated_at": NOON,
        "total": 250_000, "currency": "GBP", "items_count": 1, "items": [ITEM],
        "url": "https://shop.example/cart",
    } | fields  # fmt: skip


def order(contact: int, key: str, **fields: Any) -> dict[str, Any]:
    """An order of one thing."""
    return {"contact_id": contact, "key": key, "placed_at": NOON, "items": [ITEM]} | fields
