"""Tests on lists: they hold when one entry passes.

The items of orders and carts are rows of `items`; what an entry does not say of its product, the catalog
says. Lists in attributes and properties are JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import FromClause, func, select, true

from penfriend.domain.fields import Field, FieldType
from penfriend.storage import tables as t
from penfriend.storage.segment_sql_fields import product_value
from penfriend.storage.segment_sql_json import Expr, entries, entry_as, typed
from penfriend.storage.segment_sql_scope import Scope, there_is

_OWN_COLUMNS = {"product_id": "product_key", "id": "product_key"}
_ITEM_COLUMNS = frozenset({"product_key", "title", "url", "image", "category", "price", "quantity"})


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a list: `any_(test)` holds where one of them passes; `test` gets the entry's value.

    `sample` is a literal that the entry is compared with: an entry of another type is missing.
    """

    any_: Callable[[Callable[[Expr], Expr], object], Expr]

    def none(self) -> Expr:
        """There is no entry at all."""
        return ~self.any_(lambda _: true(), "")


def is_list(field: Field) -> bool:
    """Whether tests on the field look at entries."""
    return field.type is FieldType.LIST or field.subject.split(".")[0] == "items" or field.group == "items"


def entries_of(field: Field, scope: Scope) -> Entries:
    """The list that the field names, or the values of the field over the list's entries."""
    if field.group in ("order", "cart", "items"):
        return _items(field, scope)
    if field.group == "event":
        return _in_event(field, scope)
    if field.group == "contact":
        return _json_entries(scope.contact.c.attributes, field.key)
    return _json_entries(_product_attributes(scope), field.key)


def _json_entries(document: Expr, name: str) -> Entries:
    def any_(test: Callable[[Expr], Expr], sample: object) -> Expr:
        rows = entries(document, name).alias()
        return there_is(rows, where=[test(entry_as(rows, sample))])

    return Entries(any_)


def _product_attributes(scope: Scope) -> Expr:
    row = t.products.alias()
    key = scope.key("product_key", "latest_product")
    return select(row.c.attributes).where(row.c.key == key).correlate_except(row).scalar_subquery()


def _items(field: Field, scope: Scope) -> Entries:
    """Items of the order or cart at hand, of the one it is about, or (`items.`) of all that the contact
    ever ordered."""

    def any_(test: Callable[[Expr], Expr], _sample: object) -> Expr:
        item, product = t.items.alias(), t.products.alias()
        joined = item.outerjoin(product, product.c.key == item.c.product_key)
        own = [item.c.contact_id == scope.contact.c.id, *_whose(field, scope, item)]
        value = _item_value(field, item, product)
        return there_is(item, product, joined=joined, where=[*own, test(value)])

    return Entries(any_)


def _whose(field: Field, scope: Scope, item: FromClause) -> list[Expr]:
    group = field.group
    if group == "items":
        return [item.c.kind == "order"]
    row = scope.rows.get(group)
    if row is not None:
        return [item.c.kind == group, item.c.thing_id == row.c.id]
    table = t.orders if group == "order" else t.carts
    thing = table.alias()
    key = scope.key(f"{group}_key", f"latest_{group}")
    ids = select(thing.c.id).where(thing.c.key == key).correlate_except(thing).scalar_subquery()
    return [item.c.kind == group, item.c.thing_id == ids]


def _item_value(field: Field, item: FromClause, product: FromClause) -> Expr:
    """The entry's own word, else the catalog's; a bare list stands for the products in it."""
    key = "product_id" if field.type is FieldType.LIST else field.key
    column = _OWN_COLUMNS.get(key, key)
    if column == "product_key" or column == "quantity":
        own: Expr = item.c[column]
        return own
    if column in _ITEM_COLUMNS and "attributes" not in field.subject:
        return func.coalesce(item.c[column], product_value(product, field))
    return product_value(product, field)


def _in_event(field: Field, scope: Scope) -> Entries:
    row = scope.rows.get("event")
    event = t.events.alias() if row is None else row
    if field.subject.split(".")[0] == "items" or field.key == "items":
        inner = _event_items(field, event)
    else:
        inner = _json_entries(event.c.properties, field.key)
    if row is not None:
        return inner
    about = scope.about("event_id")

    def any_(test: Callable[[Expr], Expr], sample: object) -> Expr:
        if about is None:
            return ~true()
        return there_is(event, where=[event.c.id == about, inner.any_(test, sample)])

    return Entries(any_)


def _event_items(field: Field, event: FromClause) -> Entries:
    """The entries of an event's `items`, each a JSON document with the names of an item."""

    def any_(test: Callable[[Expr], Expr], _sample: object) -> Expr:
        rows, product = entries(event.c.properties, "items").alias(), t.products.alias()
        product_id = typed(rows.c.value, "product_id", FieldType.TEXT)
        value = _event_item_value(field, rows.c.value, product_id, product)
        joined = rows.outerjoin(product, product.c.key == product_id)
        return there_is(rows, product, joined=joined, where=[test(value)])

    return Entries(any_)


def _event_item_value(field: Field, entry: Expr, product_id: Expr, product: FromClause) -> Expr:
    if field.type is FieldType.LIST or field.key in ("product_id", "id"):
        return product_id
    if "attributes" in field.subject:
        return product_value(product, field)
    own = typed(entry, field.key, field.type)
    if field.key == "quantity":
        return own
    return func.coalesce(own, product_value(product, field))
