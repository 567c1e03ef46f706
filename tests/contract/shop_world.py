"""A small shop as plain values, and how it is written into the store: what ingestion would leave behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, delete, insert

from penfriend.domain.fields import FIELDS, Field, FieldType
from penfriend.storage import tables as t

Row = dict[str, Any]

PROPERTIES = {
    "color": FieldType.TEXT,
    "size": FieldType.NUMBER,
    "gift": FieldType.YES_NO,
    "renews_at": FieldType.MOMENT,
    "due_on": FieldType.DATE,
    "tags": FieldType.LIST,
    "product_id": FieldType.TEXT,
}
"""What `data` would declare: for attributes of contacts and of products and for the event `seen` alike."""


def named(name: str) -> Field:
    """The field of that name, as the loader would find it."""
    parts = name.split(".")
    group, key, middle = parts[0], parts[-1], ".".join(parts[1:-1])
    if name == "waited":
        return Field(name, name, name, FieldType.YES_NO)
    if group == "topic":
        return Field(name, group, key, FieldType.YES_NO, key)
    if middle.split(".")[-1] == "attributes" or (group == "event" and key in PROPERTIES):
        return Field(name, group, key, PROPERTIES[key], middle)
    if middle == "items":
        return Field(name, group, key, FIELDS["items"][key].type, middle)
    if middle == "rfm":
        key, middle = f"rfm.{key}", ""
    known = FIELDS[group][key]
    return Field(name, group, key, known.type, middle, known.narrows)


@dataclass
class World:
    """All that is known. Contacts have ids; everything else names its contact."""

    contacts: list[Row] = field(default_factory=list)
    carts: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    expiries: list[Row] = field(default_factory=list)
    point_moves: list[Row] = field(default_factory=list)
    rewards: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    subscriptions: list[Row] = field(default_factory=list)
    enrollments: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)

    def of(self, kind: str, contact: int) -> list[Row]:
        """The contact's rows of one kind."""
        return [row for row in getattr(self, kind) if row["contact_id"] == contact]

    def counted_orders(self, contact: int) -> list[Row]:
        """Orders that count: placed, and not given back whole."""
        return [
            row for row in self.of("orders", contact) if row["placed_at"] is not None and not row["refunded"]
        ]

    def purchases(self, contact: int) -> list[Row]:
        """One row for each product that was bought."""
        found: dict[str, list[int]] = {}
        for order in self.counted_orders(contact):
            keys = {item["product_key"] for item in self.items_of("order", order["id"])} - {None}
            for key in sorted(keys):
                found.setdefault(key, []).append(order["placed_at"])
        return [
            {
                "contact_id": contact,
                "product_key": key,
                "first_at": min(at),
                "last_at": max(at),
                "count": len(at),
            }
            for key, at in found.items()
        ]

    def items_of(self, kind: str, thing: int) -> list[Row]:
        """The items of an order or a cart."""
        return [item for item in self.items if (item["kind"], item["thing_id"]) == (kind, thing)]

    def facts(self, contact: int) -> Row:
        """The columns of facts of a contact."""
        orders = sorted(self.counted_orders(contact), key=lambda row: (row["placed_at"], row["id"]))
        carts = sorted(
            (row for row in self.of("carts", contact) if row["updated_at"] is not None),
            key=lambda row: (row["updated_at"], row["id"]),
        )
        lots = sorted(
            (row for row in self.of("expiries", contact) if row["remaining"] > 0),
            key=lambda row: row["expires_on"],
        )
        moves = self.of("point_moves", contact)
        total = sum(row["net"] for row in orders)
        return {
            "orders_count": len(orders),
            "orders_total": total,
            "orders_average": total // len(orders) if orders else None,
            "orders_first_at": orders[0]["placed_at"] if orders else None,
            "orders_last_at": orders[-1]["placed_at"] if orders else None,
            "latest_order": orders[-1]["key"] if orders else None,
            "latest_cart": carts[-1]["key"] if carts else None,
            "latest_product": self._latest_product(contact),
            "points_earned": sum(row["amount"] for row in moves if row["kind"] == "earned"),
            "points_spent": sum(row["amount"] for row in moves if row["kind"] == "spent"),
            "points_expires_on": lots[0]["expires_on"] if lots else None,
            "points_remaining": lots[0]["remaining"] if lots else None,
        }

    def _latest_product(self, contact: int) -> str | None:
        """The product of the contact's latest events, one of each name, and purchases."""
        latest = {row["latest_id"] for row in self.event_facts() if row["contact_id"] == contact}
        seen = [(row["at"], row["product_key"]) for row in self.of("events", contact) if row["id"] in latest]
        seen += [(row["last_at"], row["product_key"]) for row in self.purchases(contact)]
        return max((pair for pair in seen if pair[1] is not None), default=(0, None))[1]

    def event_facts(self) -> list[Row]:
        """One row for each contact and event."""
        names = sorted({(row["contact_id"], row["name"]) for row in self.events})
        return [self._event_fact(contact, name) for contact, name in names]

    def _event_fact(self, contact: int, name: str) -> Row:
        mine = [row for row in self.of("events", contact) if row["name"] == name]
        latest = max(mine, key=lambda row: (row["at"], row["key"]))
        return {
            "contact_id": contact,
            "name": name,
            "count": len(mine),
            "first_at": min(row["at"] for row in mine),
            "last_at": latest["at"],
            "latest_id": latest["id"],
        }

    def store(self, connection: Connection) -> None:
        """Write all of it into an emptied store."""
        for table in reversed(t.metadata.sorted_tables):
            connection.execute(delete(table))
        _write(connection, t.contacts, [contact | self.facts(contact["id"]) for contact in self.contacts])
        for name in ("carts", "orders", "events", "expiries", "point_moves", "rewards", "products"):
            _write(connection, getattr(t, name), getattr(self, name))
        _write(connection, t.subscriptions, self.subscriptions)
        _write(connection, t.enrollments, self.enrollments)
        _write(connection, t.messages, self.messages)
        _write(connection, t.answers, self.answers)
        _write(connection, t.items, self.items)
        _write(connection, t.event_facts, self.event_facts())
        bought = [row for contact in self.contacts for row in self.purchases(contact["id"])]
        _write(connection, t.purchases, bought)


def _write(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Each row by itself: they need not have the same columns."""
    for row in rows:
        connection.execute(insert(table), row)
