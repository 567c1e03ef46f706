"""WooCommerce's webhooks: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks. Signed by
HMAC-SHA256 over the body, in base64.

It has no webhooks of carts; an order that is not paid yet is one of ours, which the link to its payment leads
back to.
"""

from __future__ import annotations

from collections.abc import Iterator

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

OPEN = frozenset({"checkout-draft", "pending", "failed"})
"""Orders that somebody has begun and not paid."""
PLACED = frozenset({"processing", "on-hold", "completed"})
TAKEN_BACK = frozenset({"refunded", "cancelled"})


def order(said: Said, _: str) -> Iterator[Row]:
    """By its status a cart, an order, or one that was taken back."""
    key, contact, status = word(said, "id"), _who(said), word(said, "status")
    if key is None or contact is None:
        return
    bought = known(
        total=word(said, "total"),
        currency=word(said, "currency"),
        items=list(_items(said)),
        cart_id=f"wc-{key}",
    )
    changed = _utc(said, "date_modified_gmt") or _utc(said, "date_created_gmt")
    if status in OPEN:
        properties = bought | known(url=word(said, "payment_url"))
        yield event(f"woocommerce:cart:{key}:{changed}", "cart_updated", changed, properties, contact)
    if status in PLACED:
        properties = bought | known(order_id=key, number=word(said, "number"))
        at = _utc(said, "date_created_gmt")
        yield event(f"woocommerce:order:{key}", "order_placed", at, properties, contact)
        yield from _refunds(key, contact, said, changed)
    this = {"order_id": key}
    if status == "completed":
        yield event(f"woocommerce:order:{key}:completed", "order_delivered", changed, this, contact)
    if status in TAKEN_BACK and said.get("date_paid_gmt"):
        yield event(f"woocommerce:order:{key}:{status}", "order_refunded", changed, this, contact)
    elif status in TAKEN_BACK:
        emptied = {"cart_id": bought["cart_id"]}
        yield event(f"woocommerce:cart:{key}:emptied", "cart_emptied", changed, emptied, contact)


def customer(said: Said, _: str) -> Iterator[Row]:
    """Who it is."""
    return person(
        "woocommerce",
        word(said, "id"),
        word(said, "email"),
        _utc(said, "date_modified_gmt") or _utc(said, "date_created_gmt"),
        first_name=word(said, "first_name"),
        last_name=word(said, "last_name"),
        country=word(part(said, "billing"), "country"),
    )


def product(said: Said, _: str) -> Iterator[Row]:
    """A product; in stock by its number where the shop counts, else by yes or no."""
    key, at = word(said, "id"), _utc(said, "date_modified_gmt") or _utc(said, "date_created_gmt")
    if key is None:
        return
    counted = said.get("stock_quantity")
    stock = counted if isinstance(counted, int) else 0 if said.get("stock_status") == "outofstock" else None
    properties = known(
        product_id=key,
        title=word(said, "name"),
        url=word(said, "permalink"),
        image=next((word(one, "src") for one in parts(said, "images")), None),
        category=next((word(one, "name") for one in parts(said, "categories")), None),
        price=word(said, "price"),
        stock=None if stock is None else max(0, stock),
    )
    yield event(f"woocommerce:product:{key}:{at}", "product_updated", at, properties)


WOOCOMMERCE = Storefront(
    "woocommerce",
    "WooCommerce",
    signature="x-wc-webhook-signature",
    topic="x-wc-webhook-topic",
    shop="x-wc-webhook-source",
    topics={
        "order.created": order,
        "order.updated": order,
        "customer.created": customer,
        "customer.updated": customer,
        "product.created": product,
        "product.updated": product,
    },
)


def _who(said: Said) -> Row | None:
    """A guest's customer is 0."""
    key = word(said, "customer_id")
    return who(None if key == "0" else key, word(part(said, "billing"), "email"))


def _utc(said: Said, name: str) -> str | None:
    """Its moments in UTC do not say that they are."""
    found = word(said, name)
    return None if found is None else found.removesuffix("Z") + "Z"


def _items(said: Said) -> Iterator[Row]:
    for line in parts(said, "line_items"):
        price = line.get("price")
        is_number = isinstance(price, int | float) and not isinstance(price, bool)
        yield known(
            product_id=word(line, "product_id"),
            title=word(line, "name"),
            price=str(price) if is_number else word(line, "price"),
            quantity=line.get("quantity"),
            image=word(part(line, "image"), "src"),
        )


def _refunds(order_key: str, contact: Row, said: Said, at: str | None) -> Iterator[Row]:
    """It tells of each what was given back, below nothing, and not when."""
    for refund in parts(said, "refunds"):
        key, amount = word(refund, "id"), (word(refund, "total") or "").lstrip("-")
        if key is not None and amount:
            properties = known(order_id=order_key, amount=amount, currency=word(said, "currency"))
            yield event(f"woocommerce:refund:{key}", "order_refunded", at, properties, contact)
