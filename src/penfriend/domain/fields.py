"""The fields that conditions, moments and templates can name: one list, with a type and a line of meaning
each (LANGUAGE.md, Words).

A plural looks over all that the contact ever did; a singular is the thing that the segment or enrollment is
about, and where it is about none of the kind, the contact's latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """What a field holds, and so what it can be compared with."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    """Money in the brand's currency, ten-thousandths."""
    COUNT = "count"
    YES_NO = "yes_no"
    DATE = "date"
    MOMENT = "moment"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """One field as a condition names it. `name` is how it was written; the rest is how it is found."""

    name: str
    group: str
    """The part before the first dot: contact, orders, cart, events, ..."""
    key: str
    """The last part: count, updated_at, a property's name; of scores with the word before: rfm.recency."""
    type: FieldType
    subject: str = ""
    """The NAME between group and key: an event's, topic's, campaign's, step's or survey's; `attributes` for
    an attribute; `items` for a field of a thing's items (`order.items.category`), `items.attributes` for an
    attribute of their products.

    `order.items.category` is Field(group="order", subject="items", key="category"), whether written whole or,
    inside a `where` of orders or in a segment of orders, as `items.category`; the same for carts with group
    "cart", and for the `items` of an event with group "event". `items.category` where neither is at hand has
    group "items" and no subject: all that the contact ever ordered. A list itself (`order.items`) stands for
    the ids of the products in it."""
    narrows: bool = False
    """`within`, `before`, `after`, `where` and `match` narrow what is counted: a count, a sum, an average."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the list: type, meaning, and whether it is a count, sum or average over rows."""

    type: FieldType
    meaning: str
    narrows: bool = False
    choices: tuple[str, ...] = ()
    """The only texts that it ever holds; empty where any may come."""


_T, _N, _A, _C, _Y, _D, _M, _L = (
    FieldType.TEXT,
    FieldType.NUMBER,
    FieldType.AMOUNT,
    FieldType.COUNT,
    FieldType.YES_NO,
    FieldType.DATE,
    FieldType.MOMENT,
    FieldType.LIST,
)

_PRODUCT = {
    "title": Known(_T, "the product's title"),
    "url": Known(_T, "the product's page"),
    "image": Known(_T, "the address of the product's picture"),
    "category": Known(_T, "the product's category"),
    "price": Known(_A, "the product's price"),
    "stock": Known(_N, "how many are in stock"),
}

FIELDS: dict[str, dict[str, Known]] = {
    "contact": {
        "id": Known(_T, "the shop's id of the contact"),
        "email": Known(_T, "the address"),
        "first_name": Known(_T, "first name"),
        "last_name": Known(_T, "last name"),
        "locale": Known(_T, "language and country, such as en or tr_TR"),
        "timezone": Known(_T, "zone, such as Europe/London"),
        "country": Known(_T, "country code, such as GB"),
        "birthday": Known(_D, "date of birth"),
        "tier": Known(_T, "the loyalty tier"),
        "tier_until": Known(_D, "until when the tier holds"),
        "frequency": Known(_T, "how much mail the person wants: all or fewer", choices=("all", "fewer")),
        "created_at": Known(_M, "when the contact was first known"),
        "subscribed_at": Known(_M, "when the contact last came from no topic to one"),
        "last_opened_at": Known(_M, "when a mail was last opened"),
        "last_clicked_at": Known(_M, "when a link was last clicked"),
        "rfm.recency": Known(
            _C, "how lately the contact ordered, among all who have: 5 the latest fifth, 1 the longest ago"
        ),
        "rfm.frequency": Known(
            _C, "how often the contact ordered, among all who have: 5 the most, 1 the least"
        ),
        "rfm.monetary": Known(
            _C, "what the contact's orders came to, among all who have ordered: 5 the most, 1 the least"
        ),
    },
    "campaign": {
        "inside": Known(_Y, "whether the contact is in that campaign now"),
        "entered_at": Known(_M, "when the contact last entered that campaign"),
    },
    "orders": {
        "count": Known(_C, "how many orders, without those refunded whole", True),
        "total": Known(_A, "what they came to, net of refunds", True),
        "average": Known(_A, "what an order came to on average, net of refunds", True),
        "first_at": Known(_M, "when the first one was placed"),
        "last_at": Known(_M, "when the last one was placed"),
    },
    "order": {
        "id": Known(_T, "the shop's id of the order"),
        "placed_at": Known(_M, "when it was placed"),
        "delivered_at": Known(_M, "when it was delivered"),
        "total": Known(_A, "what it came to, net of refunds"),
        "items": Known(_L, "what was ordered"),
    },
    "cart": {
        "id": Known(_T, "the shop's id of the cart"),
        "status": Known(_T, "open, ordered or emptied", choices=("open", "ordered", "emptied")),
        "updated_at": Known(_M, "when it last changed"),
        "total": Known(_A, "what is in it comes to"),
        "items_count": Known(_C, "how many things are in it"),
        "items": Known(_L, "what is in it"),
        "url": Known(_T, "where the person can go on with it"),
    },
    "purchase": {
        "first_at": Known(_M, "when this product was first bought"),
        "last_at": Known(_M, "when this product was last bought"),
        "count": Known(_C, "in how many orders this product was bought"),
    },
    "product": {"id": Known(_T, "the shop's id of the product"), **_PRODUCT},
    "items": {
        "product_id": Known(_T, "the shop's id of the product"),
        "quantity": Known(_N, "how many of it"),
        **_PRODUCT,
    },
    "points": {
        "balance": Known(_C, "points that can be spent now"),
        "lifetime": Known(_C, "points ever earned"),
        "earned": Known(_C, "points earned", True),
        "spent": Known(_C, "points spent", True),
        "expires_at": Known(
            _D, "the date to whose end these points are good; of the next to expire where it is about no lot"
        ),
        "remaining": Known(_C, "how many of these points are left"),
    },
    "rewards": {
        "available_count": Known(_C, "rewards that can be used now"),
        "next_cost": Known(_C, "points that the cheapest reward not yet within reach costs"),
        "last_at": Known(_M, "when a reward was last unlocked"),
    },
    "reward": {
        "id": Known(_T, "the shop's id of the reward"),
        "cost": Known(_C, "what it costs in points"),
        "expires_at": Known(_M, "until when it can be used"),
        "status": Known(_T, "available or used", choices=("available", "used")),
    },
    "events": {
        "count": Known(_C, "how many such events", True),
        "first_at": Known(_M, "when the first one happened"),
        "last_at": Known(_M, "when the last one happened"),
    },
    "event": {"at": Known(_M, "when the event happened")},
    "message": {
        "sent": Known(_Y, "whether a mail of this enrollment, or of that step, was sent"),
        "opened": Known(_Y, "whether one was opened"),
        "clicked": Known(_Y, "whether a link in one was clicked"),
    },
    "survey": {
        "score": Known(_N, "the score that was given"),
        "comment": Known(_T, "the comment that was given"),
        "answered_at": Known(_M, "when it was answered"),
    },
}
"""Every field by group. `contact.attributes.NAME`, `product.attributes.NAME` and the properties of `event.`
take their type from `data` or from `penfriend.domain.events.BUILT_IN`; `topic.NAME` is a yes or no; `waited`
stands alone."""

WAITED = Known(_Y, "whether what the last `wait: {for: ...}` waited for came")

SUBJECT_GROUPS = frozenset({"order", "cart", "purchase", "product", "points", "reward", "event"})
"""Groups whose singular follows what the segment or enrollment is about."""

TYPE_WORDS: dict[str, FieldType] = {
    "text": _T,
    "number": _N,
    "yes_no": _Y,
    "date": _D,
    "moment": _M,
    "list": _L,
}
"""The words of `data`."""
