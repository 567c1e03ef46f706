"""The shape of what is gathered for letters: whose it is, and values with their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen, frozen_day, frozen_moment, frozen_money
from penfriend.domain.fields import FieldType
from penfriend.domain.money import to_units

Facts = dict[str, Frozen]


@dataclass(frozen=True, slots=True)
class Person:
    """An enrollment and its contact's row, with the definitions that hold."""

    enrollment: Enrollment
    contact: Row[Any]
    definitions: Definitions


def typed(values: Mapping[str, Frozen], types: Mapping[str, FieldType], currency: str = "") -> Frozen:
    """Values with their declared types; a declared name that is missing is None, what is not declared is as
    it came."""
    named: dict[str, Frozen] = dict.fromkeys(types)
    for name, value in values.items():
        match types.get(name):
            case FieldType.MOMENT if isinstance(value, int):
                named[name] = frozen_moment(value)
            case FieldType.DATE if isinstance(value, str):
                named[name] = frozen_day(value)
            case FieldType.AMOUNT:
                named[name] = frozen_price(value, currency)
            case _:
                named[name] = value
    return named


def frozen_price(value: Frozen, currency: str) -> Frozen:
    """An amount as the shop wrote it; None for what is none, because one odd item must not keep a letter
    back."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return frozen_money(to_units(value), currency)
    except (ValueError, ArithmeticError):
        return None


_ITEM = ("product_id", "title", "url", "image", "category", "quantity", "price", "stock", "attributes")


def items_of(rows: Frozen, currency: str) -> list[Frozen]:
    """The items of a cart or order as the shop sent them, every name there, prices as money."""
    found = [item for item in rows if isinstance(item, Mapping)] if isinstance(rows, list) else []
    return [
        {
            **dict.fromkeys(_ITEM),
            **item,
            "quantity": item.get("quantity", 1),
            "price": frozen_price(item.get("price"), item.get("currency") or currency),
            "attributes": item.get("attributes") or {},
        }
        for item in found
    ]
