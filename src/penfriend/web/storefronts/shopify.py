"""Shopify's webhooks: https://shopify.dev/docs/api/webhooks. Signed by HMAC-SHA256 over the body, in base64.

A checkout is a cart of ours: its token is the order's `checkout_token`. Ids of events follow from the things
they are about, so that a webhook that comes twice, or as `orders/create` and `orders/updated`, is one event.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from penfriend.web.storefronts.saying import (
    Row,
    Said,
    Storefront,
    event,
    known,
    part,
    parts,
    person,
    who,
    word,
)


def order(said: Said, _: str) -> Iterator[Row]:
    """What was ordered, once; and what was given back of it since."""
    key, contact = word(said, "id"), _who(said)
    if key is None or contact is None:
        return
    properties = known(
        order_id=key,
        cart_id=word(said, "checkout_token", "cart_token"),
        total=word(said, "total_price"),
        currency=word(said, "currency"),
        items=list(_items(said)),
        number=word(said, "name"),
    )
    at = word(said, "processed_at", "created_at")
    yield event(f"shopify:order:{key}", "order_placed", at, properties, contact)
    for refund in parts(said, "refunds"):
        yield from _refund(key, contact, refund)


def cancelled(said: Said, _: str) -> Iterator[Row]:
    """The whole order is taken back."""
    key, contact, at = word(said, "id"), _who(said), word(said, "cancelled_at", "updated_at")
    if key is not None and contact is not None:
        yield event(f"shopify:order:{key}:cancelled", "order_refunded", at, {"order_id": key}, contact)


def delivered(said: Said, _: str) -> Iterator[Row]:
    """A parcel has arrived; of an order in several the first one counts."""
    key, contact = word(said, "order_id"), who(None, word(said, "email"))
    if key is None or contact is None or said.get("shipment_status") != "delivered":
        return
    at = word(said, "updated_at")
    yield event(f"shopify:order:{key}:delivered", "order_delivered", at, {"order_id": key}, contact)


def checkout(said: Said, _: str) -> Iterator[Row]:
    """What somebody is about to buy, as soon as it is known who that is."""
    key, contact, at = word(said, "token"), _who(said), word(said, "updated_at", "created_at")
    if key is None or contact is None or said.get("completed_at"):
        return
    properties = known(
        cart_id=key,
        total=word(said, "total_price"),
        currency=word(said, "currency", "presentment_currency"),
        items=list(_items(said)),
        url=word(said, "abandoned_checkout_url"),
    )
    yield event(f"shopify:checkout:{key}:{at}", "cart_updated", at, properties, contact)


def customer(said: Said, _: str) -> Iterator[Row]:
    """Who it is. What they agreed to is not taken from here: no topic of ours is named."""
    return person(
        "shopify",
        word(said, "id"),
        word(said, "email"),
        word(said, "updated_at", "created_at"),
        first_name=word(said, "first_name"),
        last_name=word(said, "last_name"),
        locale=word(said, "locale"),
        country=word(part(said, "default_address"), "country_code"),
    )


def product(said: Said, shop: str) -> Iterator[Row]:
    """A product, at the price of its first variant, in stock where any is."""
    key, at, handle = word(said, "id"), word(said, "updated_at", "created_at"), word(said, "handle")
    if key is None:
        return
    variants = list(parts(said, "variants"))
    counted = [
        one["inventory_quantity"] for one in variants if isinstance(one.get("inventory_quantity"), int)
    ]
    properties = known(
        product_id=key,
        title=word(said, "title"),
        url=f"https://{shop}/products/{handle}" if shop and handle else None,
        image=word(part(said, "image"), "src"),
        category=word(said, "product_type"),
        price=word(variants[0], "price") if variants else None,
        stock=max(0, sum(counted)) if counted else None,
    )
    yield event(f"shopify:product:{key}:{at}", "product_updated", at, properties)


SHOPIFY = Storefront(
    "shopify",
    "Shopify",
    signature="x-shopify-hmac-sha256",
    topic="x-shopify-topic",
    shop="x-shopify-shop-domain",
    topics={
        "orders/create": order,
        "orders/updated": order,
        "orders/cancelled": cancelled,
        "fulfillments/update": delivered,
        "checkouts/create": checkout,
        "checkouts/update": checkout,
        "customers/create": customer,
        "customers/update": customer,
        "products/create": product,
        "products/update": product,
    },
)


def _who(said: Said) -> Row | None:
    customer_of = part(said, "customer")
    return who(word(customer_of, "id"), word(said, "email", "contact_email") or word(customer_of, "email"))


def _items(said: Said) -> Iterator[Row]:
    for line in parts(said, "line_items"):
        yield known(
            product_id=word(line, "product_id"),
            title=word(line, "title", "name"),
            price=word(line, "price"),
            quantity=line.get("quantity"),
        )


def _refund(order_key: str, contact: Row, refund: Said) -> Iterator[Row]:
    key, amount = word(refund, "id"), Decimal()
    for paid in parts(refund, "transactions"):
        if paid.get("kind") == "refund" and paid.get("status") in (None, "success"):
            amount += _amount(paid)
    if key is None or not amount:
        return
    currency = word(next(parts(refund, "transactions")), "currency")
    properties = known(order_id=order_key, amount=str(amount), currency=currency)
    at = word(refund, "processed_at", "created_at")
    yield event(f"shopify:refund:{key}", "order_refunded", at, properties, contact)


def _amount(paid: Said) -> Decimal:
    try:
        return Decimal(word(paid, "amount") or "0")
    except InvalidOperation:
        return Decimal()
