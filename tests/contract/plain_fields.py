"""What each field holds for a person, read by plain Python over plain rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from penfriend.domain.fields import Field, FieldType
from tests.contract.shop_world import Row, World

Value = Any


@dataclass(frozen=True)
class Person:
    """A contact, and what it is about: rows of things by group; entry where there is an enrollment."""

    contact: Row
    about: dict[str, Row] = field(default_factory=dict)
    entry: int | None = None
    enrollment: int | None = None
    frozen: bool = False


class PlainFields:
    """Reads fields in a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    @staticmethod
    def cart_key(person: Person) -> str | None:
        if "cart" in person.about:
            return str(person.about["cart"]["key"])
        return next((row["cart_key"] for row in person.about.values() if row.get("cart_key")), None)

    @staticmethod
    def product_key(person: Person) -> str | None:
        return next((row["product_key"] for row in person.about.values() if row.get("product_key")), None)

    def entries(self, tested: Field, person: Person) -> list[Value]:
        if tested.group in ("contact", "event", "product"):
            found = self._document(tested.group, person).get(tested.key)
            return list(found) if isinstance(found, list) else []
        if tested.group == "items":
            items = [item for item in self.world.of("items", person.contact["id"]) if item["kind"] == "order"]
        else:
            row = self.thing(tested.group, person)
            items = [] if row is None else self.world.items_of(tested.group, row["id"])
        return [self._of_item(item, tested) for item in items]

    def _document(self, group: str, person: Person) -> Row:
        if group == "contact":
            return person.contact["attributes"] or {}
        row = self._about_product(person) if group == "product" else self.thing("event", person)
        return (row or {}).get("attributes" if group == "product" else "properties") or {}

    def _of_item(self, item: Row, tested: Field) -> Value:
        if tested.type is FieldType.LIST or tested.key == "product_id":
            return item["product_key"]
        product = self._product(item["product_key"]) or {}
        if tested.subject.endswith("attributes"):
            return _typed((product.get("attributes") or {}).get(tested.key), tested.type)
        own = item.get(tested.key)
        return own if own is not None else product.get("value" if tested.key == "price" else tested.key)

    def _product(self, key: str | None) -> Row | None:
        return next((row for row in self.world.products if row["key"] == key), None)

    def thing(self, group: str, person: Person) -> Row | None:
        """The row that it is about, else the contact's latest."""
        if group in person.about:
            return person.about[group]
        facts, contact = self.world.facts(person.contact["id"]), person.contact["id"]
        if group == "cart":
            key = self.cart_key(person) or facts["latest_cart"]
            return next((row for row in self.world.of("carts", contact) if row["key"] == key), None)
        if group == "order":
            return next(
                (row for row in self.world.of("orders", contact) if row["key"] == facts["latest_order"]), None
            )
        if group == "purchase":
            key = self.product_key(person)
            return next((row for row in self.world.purchases(contact) if row["product_key"] == key), None)
        return None

    def field_value(self, of: Field, person: Person) -> Value:
        reader = _READERS.get(of.group)
        return self._of_thing(of, person) if reader is None else reader(self, of, person)

    def _of_thing(self, of: Field, person: Person) -> Value:
        row = self.thing(of.group, person)
        if row is None:
            return None
        columns = {
            ("order", "id"): "key",
            ("order", "total"): "net",
            ("cart", "id"): "key",
            ("cart", "total"): "value",
        }
        if of.group == "event" and of.key != "at":
            return _typed(row["properties"].get(of.key), of.type)
        return row.get(columns.get((of.group, of.key), of.key))

    def _of_contact(self, of: Field, person: Person) -> Value:
        if of.subject == "attributes":
            return _typed((person.contact["attributes"] or {}).get(of.key), of.type)
        return person.contact.get("key" if of.key == "id" else of.key.replace(".", "_"))

    def _about_product(self, person: Person) -> Row | None:
        latest = self.world.facts(person.contact["id"])["latest_product"]
        return self._product(self.product_key(person) or latest)

    def _of_product(self, of: Field, person: Person) -> Value:
        product = self._about_product(person) or {}
        if of.subject == "attributes":
            return _typed((product.get("attributes") or {}).get(of.key), of.type)
        return product.get("value" if of.key == "price" else of.key)

    def _of_topic(self, of: Field, person: Person) -> Value:
        rows = self.world.of("subscriptions", person.contact["id"])
        return any(row["topic"] == of.key and row["subscribed"] for row in rows)

    def _of_campaign(self, of: Field, person: Person) -> Value:
        rows = [
            row for row in self.world.of("enrollments", person.contact["id"]) if row["campaign"] == of.subject
        ]
        if of.key == "inside":
            return any(row["status"] == "active" for row in rows)
        return max((row["entered_at"] for row in rows), default=None)

    def _of_events(self, of: Field, person: Person) -> Value:
        moments = [
            row["at"] for row in self.world.of("events", person.contact["id"]) if row["name"] == of.subject
        ]
        if of.key == "count":
            return len(moments)
        return (min if of.key == "first_at" else max)(moments) if moments else None

    def _of_orders(self, of: Field, person: Person) -> Value:
        return self.world.facts(person.contact["id"])[f"orders_{of.key}"]

    def _of_points(self, of: Field, person: Person) -> Value:
        facts = self.world.facts(person.contact["id"])
        names = {"expires_at": "expires_on", "remaining": "remaining"}
        if of.key not in names:
            return facts[f"points_{of.key}"]
        lot = person.about.get("points")
        return facts[f"points_{names[of.key]}"] if lot is None else lot[names[of.key]]

    def _of_waited(self, of: Field, person: Person) -> Value:
        own = [row["waited"] for row in self.world.enrollments if row["id"] == person.enrollment]
        return bool(own[0]) if own and own[0] is not None else None

    def _of_message(self, of: Field, person: Person) -> Value:
        own = [row for row in self.world.messages if row["enrollment_id"] == person.enrollment]
        return any(
            row[f"{of.key}_at"] is not None for row in own if not of.subject or row["step"] == of.subject
        )

    def _of_survey(self, of: Field, person: Person) -> Value:
        rows = self.world.of("answers", person.contact["id"])
        if of.subject:
            rows = [row for row in rows if row["survey"] == of.subject]
        else:
            own = person.enrollment
            rows = [row for row in rows if own is not None and row["enrollment_id"] == own]
        latest = max(rows, key=lambda row: (row["answered_at"], row["id"]), default=None)
        return None if latest is None else latest[of.key]


_READERS: dict[str, Callable[[PlainFields, Field, Person], Value]] = {
    "contact": PlainFields._of_contact,
    "product": PlainFields._of_product,
    "topic": PlainFields._of_topic,
    "campaign": PlainFields._of_campaign,
    "events": PlainFields._of_events,
    "orders": PlainFields._of_orders,
    "points": PlainFields._of_points,
    "waited": PlainFields._of_waited,
    "message": PlainFields._of_message,
    "survey": PlainFields._of_survey,
}


def _typed(value: Value, type_: FieldType) -> Value:
    """Missing where it is of another type than the declared one."""
    wanted: dict[FieldType, tuple[type, ...]] = {
        FieldType.TEXT: (str,),
        FieldType.DATE: (str,),
        FieldType.NUMBER: (int, float),
        FieldType.MOMENT: (int,),
        FieldType.YES_NO: (bool,),
    }
    if isinstance(value, bool) and type_ is not FieldType.YES_NO:
        return None
    return value if isinstance(value, wanted[type_]) else None
