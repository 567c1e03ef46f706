"""The column types of the store, one for each kind of value, the same in meaning on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.dialects import postgresql

BIG = BigInteger().with_variant(Integer, "sqlite")
"""An integer of 64 bits; on SQLite INTEGER, so that it can be the row's own id."""

TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text compared byte by byte on both databases."""

JSON_VALUE = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""A JSON document."""

JSON_TEXT = JSON(none_as_null=True)
"""A JSON document that comes back as it was written, its keys in their order: never to be searched."""

BLOB = LargeBinary()

KIND = "kind"
"""What a column's `info` says under this name: MOMENT, AMOUNT or FLAG; nothing of what is as it looks."""
MOMENT, AMOUNT, FLAG = "moment", "amount", "flag"


def own_id() -> Column[int]:
    """Our id of a row: an integer that never leaves the house but inside signed tokens."""
    return Column("id", BIG, primary_key=True, autoincrement=True)


def text(name: str, *, null: bool = True) -> Column[str]:
    """A text, NFC."""
    return Column(name, TEXT, nullable=null)


def moment(name: str, *, null: bool = True) -> Column[int]:
    """A moment: microseconds UTC."""
    return Column(name, BIG, nullable=null, info={KIND: MOMENT})


def day(name: str, *, null: bool = True) -> Column[str]:
    """A date as ISO text, so that it is compared as bytes and belongs to no zone."""
    return Column(name, TEXT, nullable=null)


def amount(name: str, *, null: bool = True, start: int | None = None) -> Column[int]:
    """Money: ten-thousandths; `start` where nothing is given."""
    default = None if start is None else str(start)
    return Column(name, BIG, nullable=null, server_default=default, info={KIND: AMOUNT})


def count(name: str, *, null: bool = False, start: int | None = 0) -> Column[int]:
    """A number of things, `start` where nothing is given."""
    default = None if start is None else str(start)
    return Column(name, BIG, nullable=null, server_default=default)


def flag(name: str, *, null: bool = False, start: int | None = 0) -> Column[int]:
    """Yes (1) or no (0): an integer, because the databases differ in their booleans."""
    default = None if start is None else str(start)
    return Column(name, Integer, nullable=null, server_default=default, info={KIND: FLAG})


def json(name: str) -> Column[object]:
    """A JSON document."""
    return Column(name, JSON_VALUE)


def of_contact(*, null: bool = False, primary_key: bool = False) -> Column[int]:
    """Whose row it is."""
    return Column("contact_id", BIG, ForeignKey("contacts.id"), nullable=null, primary_key=primary_key)


def subject() -> tuple[Column[str] | Column[int], ...]:
    """What a member or an enrollment is about, by the shop's own ids, so that the order in which things
    arrive does not matter.

    What carries an order_id, cart_id or product_id is about that order, cart or product too.
    """
    return (
        text("cart_key"),
        text("order_key"),
        text("product_key"),
        text("reward_key"),
        day("expires_on"),
        Column("event_id", BIG),
        text("row_key"),  # the name of a segment with `sql`, a colon, and the occurrence of one of its rows
    )


def tries() -> tuple[Column[str] | Column[int], ...]:
    """What a call of another system is, and how far its tries have come (`penfriend.storage.call_tries`)."""
    return (
        text("key", null=False),  # webhook-id of Standard Webhooks: the same in every try
        text("body", null=False),  # the JSON text that is signed and sent
        text("status", null=False),  # due, done, failed
        count("attempts"),
        moment("created_at", null=False),
        moment("due_at", null=False),
        moment("over_at"),
        text("note"),  # the last answer or error, in one line
        text("owner"),
        moment("lease_until"),
    )
