"""What events say of the shop's things: a cart, an order, a reward, read in the order in which they happened.

Each thing is made anew from all events that name it, so that late, repeated and replaced ones come out as if
they had come in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from penfriend.domain.events import Json
from penfriend.domain.exchange import as_it_came
from penfriend.domain.money import to_units
from penfriend.domain.timing import Moment


class CartStatus(StrEnum):
    """Where a cart stands."""

    OPEN = "open"
    ORDERED = "ordered"
    EMPTIED = "emptied"


class Happening(NamedTuple):
    """An event that names a thing. `key` is the event's own, and decides between two at one moment."""

    event_id: int
    contact_id: int
    name: str
    at: Moment
    key: str
    properties: Mapping[str, Json]


class Item(NamedTuple):
    """One entry of a cart or an order. `price` is ten-thousandths."""

    product_key: str | None
    title: str | None
    url: str | None
    image: str | None
    category: str | None
    price: int | None
    quantity: int


@dataclass(frozen=True, slots=True)
class AsItCame:
    """What a letter shows of a cart or an order: amounts in their own currency."""

    total: int | None
    items: Sequence[Json] | None
    currency: str | None
    """None is the brand's."""

    @classmethod
    def of(cls, properties: Mapping[str, Json]) -> AsItCame:
        """By the event that says what is in it."""
        own = as_it_came(properties)
        return cls(_total(own), own.get("items"), own.get("currency"))


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart as its events leave it; `total` and `items` have values in the brand's currency."""

    contact_id: int
    status: CartStatus
    status_at: Moment
    updated_at: Moment | None
    total: int | None
    items: Sequence[Json] | None
    items_count: int
    url: str | None
    shown: AsItCame


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its events leave it, valued in the brand's currency. Without `placed_at` only later news of
    it has come so far."""

    contact_id: int
    cart_key: str | None
    placed_at: Moment | None
    delivered_at: Moment | None
    total: int | None
    net: int | None
    """The total less refunds."""
    refunded: bool
    """The whole of it: it does not count any more."""
    items: Sequence[Json] | None
    shown: AsItCame


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward of a contact."""

    key: str
    title: str | None
    cost: int | None
    used: bool
    unlocked_at: Moment | None
    used_at: Moment | None
    expires_at: Moment | None


_CART_STATUS = {
    "cart_updated": CartStatus.OPEN,
    "cart_emptied": CartStatus.EMPTIED,
    "order_placed": CartStatus.ORDERED,
}
CART_EVENTS = frozenset(_CART_STATUS)
ORDER_EVENTS = frozenset({"order_placed", "order_delivered", "order_refunded"})
REWARD_EVENTS = frozenset({"reward_unlocked", "reward_used"})
_LATER = ("cart_updated", "cart_emptied", "order_placed")
"""At one moment an order counts as later than the cart that it was made of."""


def in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """The events as they happened."""
    return sorted(happenings, key=lambda one: (one.at, one.key))


def fold_cart(happenings: Iterable[Happening]) -> Cart | None:
    """The cart that these events name: the last decides its status, the last `cart_updated` what is in it."""
    about = [one for one in happenings if one.name in CART_EVENTS]
    if not about:
        return None
    last = max(about, key=lambda one: (one.at, _LATER.index(one.name), one.key))
    filled = max(
        (one for one in about if one.name == "cart_updated"), key=lambda one: (one.at, one.key), default=None
    )
    properties = filled.properties if filled else {}
    items = properties.get("items")
    status = _CART_STATUS[last.name]
    if status is CartStatus.OPEN and items == []:
        status = CartStatus.EMPTIED
    return Cart(
        contact_id=last.contact_id,
        status=status,
        status_at=last.at,
        updated_at=filled.at if filled else None,
        total=_total(properties),
        items=items,
        items_count=sum(item.quantity for item in items_of(items)),
        url=properties.get("url"),
        shown=AsItCame.of(properties),
    )


def fold_order(happenings: Iterable[Happening]) -> Order | None:
    """The order that these events name; a later `order_placed` replaces an earlier one."""
    about = in_order(one for one in happenings if one.name in ORDER_EVENTS)
    if not about:
        return None
    placed = next((one for one in reversed(about) if one.name == "order_placed"), None)
    delivered = next((one for one in reversed(about) if one.name == "order_delivered"), None)
    refunds = [one.properties for one in about if one.name == "order_refunded"]
    total = _total(placed.properties) if placed else None
    back = sum(units(part.get("amount")) or 0 for part in refunds)
    whole = bool(refunds) and _is_whole(placed.properties if placed else {}, refunds)
    return Order(
        contact_id=(placed or about[-1]).contact_id,
        cart_key=placed.properties.get("cart_id") if placed else None,
        placed_at=placed.at if placed else None,
        delivered_at=delivered.at if delivered else None,
        total=total,
        net=None if total is None else 0 if whole else max(total - back, 0),
        refunded=whole,
        items=placed.properties.get("items") if placed else None,
        shown=AsItCame.of(placed.properties if placed else {}),
    )


def _is_whole(placed: Mapping[str, Json], refunds: Sequence[Mapping[str, Json]]) -> bool:
    """Whether these refunds come to the whole order; one without an amount does. Where all are in the order's
    own currency the rates of their days do not matter."""
    if any("amount" not in part for part in refunds):
        return True
    if {part.get("currency") for part in refunds} == {placed.get("currency")}:
        placed, refunds = as_it_came(placed), [as_it_came(part) for part in refunds]
    total = _total(placed)
    return total is not None and sum(units(part["amount"]) or 0 for part in refunds) >= total


def fold_rewards(happenings: Iterable[Happening]) -> list[Reward]:
    """The rewards of one contact. Unlocked again after it was used, a reward is there again."""
    unlocked: dict[str, Happening] = {}
    used: dict[str, Happening] = {}
    for one in in_order(happenings):
        (unlocked if one.name == "reward_unlocked" else used)[one.properties["reward_id"]] = one
    rewards = []
    for key in sorted(unlocked.keys() | used.keys()):
        opening, use = unlocked.get(key), used.get(key)
        given = opening.properties if opening else {}
        rewards.append(
            Reward(
                key=key,
                title=given.get("title"),
                cost=given.get("cost"),
                used=use is not None and (opening is None or use.at >= opening.at),
                unlocked_at=opening.at if opening else None,
                used_at=use.at if use else None,
                expires_at=given.get("expires_at"),
            )
        )
    return rewards


def items_of(entries: Json) -> list[Item]:
    """The entries of `items`, checked before, as rows."""
    return [
        Item(
            product_key=entry.get("product_id"),
            title=entry.get("title"),
            url=entry.get("url"),
            image=entry.get("image"),
            category=entry.get("category"),
            price=units(entry.get("price")),
            quantity=int(entry.get("quantity", 1)),
        )
        for entry in entries or ()
    ]


def units(amount: Json) -> int | None:
    """An amount, checked before, in ten-thousandths."""
    return None if amount is None else to_units(amount)


def _total(properties: Mapping[str, Json]) -> int | None:
    """The total that was given, or else what the items come to where each has a price."""
    if "total" in properties:
        return units(properties["total"])
    items = items_of(properties.get("items"))
    prices = [item.price * item.quantity for item in items if item.price is not None]
    return sum(prices) if items and len(prices) == len(items) else None
