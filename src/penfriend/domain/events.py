"""Events: the shape of one, and the built-in names with the properties that are checked (INTERFACE.md, Events
are the way in).

Any other name is welcome too; its properties are kept as they come, and typed where `data.events` declares
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from penfriend.domain.fields import FieldType
from penfriend.domain.timing import Moment

MAX_PROPERTIES_BYTES = 64 * 1024
"""The properties of an event, as JSON, are at most so long; so are a contact's attributes."""

Json = Any
"""A JSON value: its shape is the shop's, so no narrower type is true."""


@dataclass(slots=True)
class EventIn:
    """An event as it comes in, before the contact is known by our id."""

    name: str
    contact: str | None
    """The shop's id."""
    email: str | None
    at: Moment
    properties: Mapping[str, Json] = field(default_factory=dict)
    id: str | None = None
    """The idempotency key; the one who brings the event makes one where the source has none."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a built-in event. `items` is a list of {product_id, title, url, image, category, price,
    quantity, attributes}."""

    type: FieldType
    required: bool = False


_T, _N, _A, _C, _D, _M, _L, _Y = (
    FieldType.TEXT,
    FieldType.NUMBER,
    FieldType.AMOUNT,
    FieldType.COUNT,
    FieldType.DATE,
    FieldType.MOMENT,
    FieldType.LIST,
    FieldType.YES_NO,
)

BUILT_IN: dict[str, dict[str, Property]] = {
    "contact_updated": {
        "email": Property(_T),
        "first_name": Property(_T),
        "last_name": Property(_T),
        "locale": Property(_T),
        "timezone": Property(_T),
        "country": Property(_T),
        "birthday": Property(_D),
        "tier": Property(_T),
        "tier_until": Property(_D),
        "frequency": Property(_T),
        "paused_until": Property(_M),
        "attributes": Property(_L),
    },
    "contact_merged": {"into": Property(_T, True)},
    "subscription_requested": {
        "topic": Property(_T, True),
        "proof": Property(_T),
        "text_version": Property(_T),
    },
    "subscribed": {"topic": Property(_T, True), "proof": Property(_T), "text_version": Property(_T)},
    "unsubscribed": {"topic": Property(_T), "proof": Property(_T), "text_version": Property(_T)},
    "cart_updated": {
        "cart_id": Property(_T, True),
        "total": Property(_A),
        "currency": Property(_T),
        "items": Property(_L),
        "url": Property(_T),
    },
    "cart_emptied": {"cart_id": Property(_T, True)},
    "order_placed": {
        "order_id": Property(_T),
        "cart_id": Property(_T),
        "total": Property(_A, True),
        "currency": Property(_T),
        "items": Property(_L),
    },
    "order_delivered": {"order_id": Property(_T, True)},
    "order_refunded": {"order_id": Property(_T, True), "amount": Property(_A), "currency": Property(_T)},
    "product_updated": {
        "product_id": Property(_T, True),
        "title": Property(_T),
        "url": Property(_T),
        "image": Property(_T),
        "category": Property(_T),
        "price": Property(_A),
        "currency": Property(_T),
        "stock": Property(_N),
        "attributes": Property(_L),
    },
    "points_earned": {"lot_id": Property(_T), "amount": Property(_C, True), "expires_at": Property(_D)},
    "points_spent": {"amount": Property(_C, True)},
    "points_expired": {"lot_id": Property(_T), "amount": Property(_C)},
    "tier_changed": {"tier": Property(_T, True), "until": Property(_D)},
    "reward_unlocked": {
        "reward_id": Property(_T, True),
        "title": Property(_T),
        "cost": Property(_C),
        "expires_at": Property(_M),
    },
    "reward_used": {"reward_id": Property(_T, True)},
    "referral_made": {"friend": Property(_T), "code": Property(_T)},
    "survey_answered": {"survey": Property(_T, True), "score": Property(_N), "comment": Property(_T)},
    "mail_sent": {"campaign": Property(_T), "step": Property(_T), "topic": Property(_T)},
    "mail_opened": {"campaign": Property(_T), "step": Property(_T), "topic": Property(_T)},
    "mail_clicked": {
        "campaign": Property(_T),
        "step": Property(_T),
        "topic": Property(_T),
        "url": Property(_T),
    },
    "mail_bounced": {"campaign": Property(_T), "step": Property(_T), "topic": Property(_T)},
}
"""The built-in events and their properties. In `contact_updated` and `product_updated`, `attributes` is a
mapping."""

WITHOUT_CONTACT = frozenset({"product_updated"})
"""The one event that is about no contact."""

FROM_INSIDE = frozenset({"mail_sent", "mail_opened", "mail_clicked", "mail_bounced"})
"""Made by the service alone; refused from outside."""

OWN = FROM_INSIDE | {"survey_answered"}
"""In `wait`, `exit_on` and `goal` these mean this enrollment's own."""
