"""Reads all that is on record about one person, as plain values: for whoever asks what is known of them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Table, select

from penfriend.domain.errors import NotFound
from penfriend.domain.incoming_contact import CONTACT_FIELDS
from penfriend.domain.money import SCALE
from penfriend.domain.timing import Moment, iso_utc
from penfriend.storage import tables as t
from penfriend.storage.columns import FLAG, KIND, MOMENT
from penfriend.storage.person_rows import PERSONAL, whom

OURS = frozenset({"contact_id", "version", "owner", "lease_until", "lane", "body_hash", "made_for"})
"""Columns that say something of our own work alone."""

Document = dict[str, object]


FIELDS = (
    "email", *CONTACT_FIELDS, "created_at", "subscribed_at", "last_opened_at", "last_clicked_at",
)  # fmt: skip
"""What is told of a contact, beside ids, attributes, topics and facts."""
FACTS = (
    "orders_count", "orders_total", "orders_first_at", "orders_last_at", "points_balance",
    "rewards_available", "rfm_recency", "rfm_frequency", "rfm_monetary",
)  # fmt: skip


def read_contact(connection: Connection, contact_id: int) -> Document:
    """The contact with our id as it stands now. Raises NotFound."""
    c, s = t.contacts.c, t.subscriptions.c
    row = connection.execute(select(t.contacts).where(c.id == contact_id)).mappings().first()
    if row is None:
        raise NotFound("the contact was joined with another meanwhile")
    keys = select(t.contact_keys.c.key).where(t.contact_keys.c.contact_id == contact_id)
    topics = connection.execute(
        select(t.subscriptions).where(s.contact_id == contact_id).order_by(s.topic)
    ).mappings()
    barred = select(t.suppressions).where(t.suppressions.c.email_hash == row["email_hash"])
    why = connection.execute(barred).mappings().first()
    return {
        "id": row["key"],
        "ids": sorted(connection.execute(keys).scalars()),
        **{name: plain(c[name], row[name]) for name in FIELDS},
        "attributes": row["attributes"] or {},
        "topics": {one["topic"]: _plain(t.subscriptions, one, {"topic"}) for one in topics},
        "suppression": None if why is None else _plain(t.suppressions, why, {"email_hash"}),
        "facts": {name: plain(c[name], row[name]) for name in FACTS},
    }


def read_all(connection: Connection, contact_id: int) -> Document:
    """By table the rows about the contact with our id, in the order in which they came."""
    who = whom(connection, contact_id)
    found: Document = {}
    for name, one in PERSONAL.items():
        chosen = select(one.table).where(one.mine(who)).order_by(*one.table.primary_key.columns)
        found[name] = [_plain(one.table, row) for row in connection.execute(chosen).mappings()]
    return found


def _plain(table: Table, row: RowMapping, but: Collection[str] = ()) -> Document:
    return {
        column.name: plain(column, row[column.name])
        for column in table.c
        if column.name not in OURS and column.name not in but
    }


def plain(column: Column[Any], value: Any) -> object:
    """A value as JSON has it: moments in ISO 8601, amounts as numbers, yes or no."""
    kind = column.info.get(KIND)
    if value is None or kind is None:
        return value
    if kind == MOMENT:
        return iso_utc(Moment(value))
    if kind == FLAG:
        return bool(value)
    amount = Decimal(value) / SCALE
    return int(amount) if amount == amount.to_integral_value() else float(amount)
