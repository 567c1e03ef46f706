"""Made-up facts, so that a letter can be tried before anybody gets it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from penfriend.domain.counting import COUNTS
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.letter import Needs
from penfriend.domain.money import Money
from penfriend.rendering.shapes import Shape

DAY = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MAY_BE_EMPTY = (
    "first_name",
    "last_name",
    "birthday",
    "country",
    "tier",
    "tier_until",
    "last_opened_at",
    "last_clicked_at",
)
"""What the shop may not know of a contact, or what has not happened yet."""

_NAMED = {
    "email": "ann@shop.example",
    "first_name": "Ann",
    "last_name": "Sample",
    "url": "https://shop.example/page",
    "image": "https://shop.example/picture.png",
    "status": "open",
    "country": "GB",
    "currency": "GBP",
    "timezone": "Europe/London",
    "locale": "en",
    "frequency": "all",
}


class _Open(dict[str, object]):
    """Holds whatever is asked for: the shop's own attributes and properties."""

    def __missing__(self, name: str) -> object:
        return f"Sample {name}"


def sample_facts(
    shapes: Mapping[str, Shape], needs: Needs, currency: str, *, sparse: bool
) -> dict[str, object]:
    """Values for what is needed. `sparse` is somebody of whom the shop knows little, and who did nothing of
    late."""
    facts = {
        name: None
        if shapes[name].missing or (sparse and shapes[name].optional)
        else _sample(shapes[name], name, currency)
        for name in needs.names
        if name in shapes
    }
    facts[COUNTS] = {one.text: _number(one.field, currency, none=sparse) for one in needs.counts}
    contact = facts.get("contact")
    if sparse and isinstance(contact, dict):
        contact.update(dict.fromkeys(MAY_BE_EMPTY))
        contact["rfm"] = dict.fromkeys(contact.get("rfm", ()))  # who never bought has no score
    return facts


def _sample(shape: Shape, name: str, currency: str) -> object:
    if shape.entries is not None:
        return [_sample(shape.entries, name, currency) for _ in range(2)]
    if shape.type is not None:
        return _of_type(shape.type, name, currency)
    held = {key: _sample(inner, key, currency) for key, inner in shape.names.items()}
    return _Open(held) if shape.open else held


def _number(field: Field, currency: str, *, none: bool) -> object:
    if not none:
        return _of_type(field.type, field.key, currency)
    if field.key == "average":
        return None
    return Money(0, currency) if field.type is FieldType.AMOUNT else 0


def _of_type(kind: FieldType, name: str, currency: str) -> object:
    match kind:
        case FieldType.TEXT:
            return _NAMED.get(name, f"Sample {name}")
        case FieldType.AMOUNT:
            return Money(125_000, currency)
        case FieldType.NUMBER | FieldType.COUNT:
            return 3
        case FieldType.YES_NO:
            return True
        case FieldType.DATE:
            return DAY
        case FieldType.MOMENT:
            return MOMENT
        case FieldType.LIST:
            return ["Sample"]
