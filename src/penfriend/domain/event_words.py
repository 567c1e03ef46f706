"""What an event says, in the few words that a line of a person's story has room for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from penfriend.domain.events import Json
from penfriend.domain.money import to_units

_SAID = {
    "order_delivered": ("order_id",),
    "order_refunded": ("order_id",),
    "cart_emptied": ("cart_id",),
    "contact_merged": ("into",),
    "tier_changed": ("tier", "until"),
    "reward_unlocked": ("title", "reward_id"),
    "reward_used": ("reward_id",),
    "referral_made": ("friend", "code"),
    "survey_answered": ("survey",),
}
"""Of events that we know, what is said of them besides amounts and the titles of their items."""
_AMOUNTS = {"order_placed": "total", "cart_updated": "total", "order_refunded": "amount"}
_NUMBERS = {
    "points_earned": "amount", "points_spent": "amount", "points_expired": "amount",
    "survey_answered": "score",
}  # fmt: skip
MOST_SAID = 5
"""So many titles or properties are said, and no more."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one event."""

    units: int | None = None
    """An amount of money, ten-thousandths."""
    currency: str = ""
    """Empty for the brand's."""
    number: int | float | None = None
    words: tuple[str, ...] = ()
    comment: str = ""
    """What the person wrote."""
    more: int = 0
    """So many titles or properties are left out."""


def told(name: str, properties: Mapping[str, Json]) -> Told:
    """The words for an event of that name."""
    words = list(_words(name, properties))
    currency, comment = properties.get("currency"), properties.get("comment")
    return Told(
        units=_units(properties.get(_AMOUNTS.get(name, ""))),
        currency=currency if isinstance(currency, str) else "",
        number=_number(properties.get(_NUMBERS.get(name, ""))),
        words=tuple(word[:LONGEST] for word in words[:MOST_SAID]),
        comment=comment if name == "survey_answered" and isinstance(comment, str) else "",
        more=max(0, len(words) - MOST_SAID),
    )


def _words(name: str, properties: Mapping[str, Json]) -> Iterator[str]:
    items = properties.get("items")
    if name in ("order_placed", "cart_updated"):
        yield from _titles(items) if isinstance(items, list) else ()
    elif name == "contact_updated":
        given = {**properties, **_mapping(properties.get("attributes"))}
        yield from (str(key) for key in given if key != "attributes")
    elif name in _SAID:
        yield from (str(properties[key]) for key in _SAID[name] if properties.get(key) is not None)
    elif name not in _NUMBERS:
        yield from (f"{key}: {value}" for key, value in properties.items() if _is_plain(value))


def _titles(items: list[Json]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and (title := item.get("title") or item.get("product_id")):
            yield str(title)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _is_plain(value: Json) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _units(value: Json) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        return to_units(value)
    except (ValueError, InvalidOperation):  # it was never checked: any event may have a property of that name
        return None


def _number(value: Json) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
