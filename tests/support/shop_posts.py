"""What Shopify and WooCommerce post, in the form of their documentation; ids and addresses are made up.

https://shopify.dev/docs/api/webhooks, https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

SECRET = "the secret of the shop's webhooks"

CUSTOMER = {
    "id": 706405506930370084,
    "email": "bob@biller.example",
    "created_at": "2026-02-01T10:00:00-05:00",
    "updated_at": "2026-03-01T10:00:00-05:00",
    "first_name": "Bob",
    "last_name": "Biller",
    "state": "disabled",
    "verified_email": True,
    "tags": "",
    "currency": "USD",
    "accepts_marketing": False,
    "default_address": {"id": 1, "city": "Brooklyn", "country": "United States", "country_code": "US"},
}
LINES = [
    {
        "id": 866550311766439020,
        "variant_id": 808950810,
        "title": "IPod Nano - 8GB",
        "quantity": 2,
        "sku": "IPOD2008PINK",
        "product_id": 632910392,
        "price": "199.00",
        "total_discount": "0.00",
    },
    {"id": 2, "variant_id": None, "title": "Wrapping", "quantity": 1, "product_id": None, "price": "5.00"},
]
SHOPIFY_ORDER: dict[str, Any] = {
    "id": 820982911946154508,
    "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
    "email": "bob@biller.example",
    "contact_email": "bob@biller.example",
    "created_at": "2026-03-01T12:00:00-05:00",
    "processed_at": "2026-03-01T12:00:00-05:00",
    "updated_at": "2026-03-01T12:05:00-05:00",
    "cancelled_at": None,
    "name": "#9999",
    "order_number": 1234,
    "checkout_token": "b1946ac92492d2347c6235b4d2611184",
    "cart_token": "68778783ad298f1c80c3bafcddeea02f",
    "total_price": "403.00",
    "currency": "USD",
    "financial_status": "paid",
    "fulfillment_status": None,
    "customer": CUSTOMER,
    "line_items": LINES,
    "refunds": [],
}
SHOPIFY_REFUND: dict[str, Any] = {
    "id": 890088186047892319,
    "order_id": SHOPIFY_ORDER["id"],
    "created_at": "2026-03-01T18:00:00-05:00",
    "processed_at": "2026-03-01T18:00:00-05:00",
    "refund_line_items": [{"id": 1, "quantity": 1, "subtotal": "199.00"}],
    "transactions": [
        {"id": 1, "kind": "refund", "status": "success", "amount": "199.00", "currency": "USD"},
        {"id": 2, "kind": "refund", "status": "failure", "amount": "7.00", "currency": "USD"},
    ],
}
SHOPIFY_CHECKOUT: dict[str, Any] = {
    "id": 981820079255243537,
    "token": "b1946ac92492d2347c6235b4d2611184",
    "cart_token": "68778783ad298f1c80c3bafcddeea02f",
    "email": "bob@biller.example",
    "created_at": "2026-03-01T11:40:00-05:00",
    "updated_at": "2026-03-01T11:50:00-05:00",
    "completed_at": None,
    "currency": "USD",
    "presentment_currency": "USD",
    "total_price": "403.00",
    "abandoned_checkout_url": "https://acorn.example/548380009/checkouts/b1946/recover?key=9d4e",
    "line_items": LINES,
    "customer": CUSTOMER,
}
SHOPIFY_PRODUCT: dict[str, Any] = {
    "id": 788032119674292922,
    "title": "Example T-Shirt",
    "handle": "example-t-shirt",
    "product_type": "Shirts",
    "updated_at": "2026-03-01T12:00:00-05:00",
    "created_at": None,
    "image": {"src": "https://cdn.shop.example/shirt.png"},
    "variants": [
        {"id": 1, "price": "19.99", "inventory_quantity": 75},
        {"id": 2, "price": "21.99", "inventory_quantity": -3},
    ],
}
SHOPIFY_FULFILLMENT: dict[str, Any] = {
    "id": 123456,
    "order_id": SHOPIFY_ORDER["id"],
    "status": "success",
    "created_at": "2026-03-01T13:00:00-05:00",
    "updated_at": "2026-03-01T16:00:00-05:00",
    "shipment_status": "delivered",
    "email": "bob@biller.example",
}
WOO_ORDER: dict[str, Any] = {
    "id": 727,
    "parent_id": 0,
    "number": "727",
    "status": "processing",
    "currency": "USD",
    "date_created": "2026-03-01T18:02:19",
    "date_created_gmt": "2026-03-01T17:02:19",
    "date_modified": "2026-03-01T18:03:00",
    "date_modified_gmt": "2026-03-01T17:03:00",
    "date_paid_gmt": "2026-03-01T17:02:30",
    "total": "29.35",
    "customer_id": 26,
    "billing": {"first_name": "John", "last_name": "Doe", "country": "US", "email": "john@doe.example"},
    "payment_url": "https://acorn.example/checkout/order-pay/727/?pay_for_order=true&key=wc_order_58d2",
    "line_items": [
        {
            "id": 315,
            "name": "Woo Single #1",
            "product_id": 93,
            "variation_id": 0,
            "quantity": 2,
            "total": "6.00",
            "price": 3,
            "image": {"id": 1, "src": "https://acorn.example/woo.jpg"},
        }
    ],
    "refunds": [],
}
WOO_CUSTOMER: dict[str, Any] = {
    "id": 25,
    "date_created_gmt": "2026-02-21T16:09:28",
    "date_modified_gmt": "2026-02-21T16:09:30",
    "email": "john@doe.example",
    "first_name": "John",
    "last_name": "Doe",
    "billing": {"country": "US"},
}
WOO_PRODUCT: dict[str, Any] = {
    "id": 794,
    "name": "Premium Quality",
    "permalink": "https://acorn.example/product/premium-quality/",
    "date_created_gmt": "2026-02-23T20:01:14",
    "date_modified_gmt": "2026-02-23T20:01:14",
    "price": "21.99",
    "stock_quantity": None,
    "stock_status": "outofstock",
    "categories": [{"id": 9, "name": "Clothing", "slug": "clothing"}],
    "images": [{"id": 792, "src": "https://acorn.example/T_2_front.jpg"}],
}
DOCUMENTED: list[tuple[str, str, dict[str, Any]]] = [
    ("shopify", "orders/create", SHOPIFY_ORDER),
    ("shopify", "orders/updated", SHOPIFY_ORDER),
    ("shopify", "orders/cancelled", {**SHOPIFY_ORDER, "cancelled_at": "2026-03-01T19:00:00-05:00"}),
    ("shopify", "fulfillments/update", SHOPIFY_FULFILLMENT),
    ("shopify", "checkouts/create", SHOPIFY_CHECKOUT),
    ("shopify", "checkouts/update", SHOPIFY_CHECKOUT),
    ("shopify", "customers/create", CUSTOMER),
    ("shopify", "customers/update", CUSTOMER),
    ("shopify", "products/create", SHOPIFY_PRODUCT),
    ("shopify", "products/update", SHOPIFY_PRODUCT),
    ("woocommerce", "order.created", WOO_ORDER),
    ("woocommerce", "order.updated", {**WOO_ORDER, "status": "completed"}),
    ("woocommerce", "customer.created", WOO_CUSTOMER),
    ("woocommerce", "customer.updated", WOO_CUSTOMER),
    ("woocommerce", "product.created", WOO_PRODUCT),
    ("woocommerce", "product.updated", WOO_PRODUCT),
]
"""Every topic that is mapped, with what is documented of it."""


def signed(shop: str, topic: str, said: object, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a post."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    names = {
        "shopify": ("x-shopify-hmac-sha256", "x-shopify-topic"),
        "woocommerce": ("x-wc-webhook-signature", "x-wc-webhook-topic"),
    }
    signature, about = names[shop]
    headers = {signature: digest, about: topic, "content-type": "application/json"}
    return body, headers | ({"x-shopify-shop-domain": "acorn.example"} if shop == "shopify" else {})
