"""What Shopify and WooCommerce tell, as events of ours."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from penfriend.domain.definitions import Definitions
from penfriend.domain.incoming import EventCheck
from penfriend.domain.incoming_rows import event_of
from penfriend.domain.timing import Moment
from penfriend.engine.ingest import check_address
from penfriend.web.storefronts import STOREFRONTS
from tests.support import shop_posts as posts

NOW = Moment(1_772_700_000_000_000)
"""2026-03-05."""


def mapped(shop: str, topic: str, said: dict[str, Any]) -> list[dict[str, Any]]:
    return list(STOREFRONTS[shop].topics[topic](said, "acorn.example"))


def names(shop: str, topic: str, said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["id"], one["name"]) for one in mapped(shop, topic, said)]


def test_every_topic_has_a_documented_body() -> None:
    known = {(shop, topic) for shop, one in STOREFRONTS.items() for topic in one.topics}
    assert known == {(shop, topic) for shop, topic, _ in posts.DOCUMENTED}


@pytest.mark.parametrize(("shop", "topic", "said"), posts.DOCUMENTED)
def test_what_is_documented_is_taken_whole(shop: str, topic: str, said: dict[str, Any]) -> None:
    check = EventCheck(Definitions(exchange_rates={"USD": Decimal(1)}), check_address)
    rows = mapped(shop, topic, said)
    assert rows
    for row in rows:
        check.check(event_of(row, ZoneInfo("UTC")), NOW)


@pytest.mark.parametrize(("shop", "topic", "said"), posts.DOCUMENTED)
def test_what_is_missing_or_junk_breaks_nothing(shop: str, topic: str, said: dict[str, Any]) -> None:
    kinds: list[Any] = [None, -1, 1e300, "", "\x00", [], {}, [1], {"a": 1}, True, [[]], [{"id": {}}]]
    for name in said:
        for junk in kinds:
            json.dumps(mapped(shop, topic, {**said, name: junk}))
        json.dumps(mapped(shop, topic, {one: value for one, value in said.items() if one != name}))


def test_an_order_of_shopify_has_who_bought_what_and_the_checkout_it_was() -> None:
    (placed,) = mapped("shopify", "orders/create", posts.SHOPIFY_ORDER)
    (cart,) = mapped("shopify", "checkouts/update", posts.SHOPIFY_CHECKOUT)
    bob = {"id": "706405506930370084", "email": "bob@biller.example"}
    assert placed["contact"] == cart["contact"] == bob
    assert placed["properties"]["cart_id"] == cart["properties"]["cart_id"]
    assert placed["properties"]["items"] == [
        {"product_id": "632910392", "title": "IPod Nano - 8GB", "price": "199.00", "quantity": 2},
        {"title": "Wrapping", "price": "5.00", "quantity": 1},
    ]
    assert (placed["at"], placed["properties"]["total"]) == ("2026-03-01T12:00:00-05:00", "403.00")
    assert cart["properties"]["url"].startswith("https://acorn.example/")


def test_an_order_is_one_event_however_often_it_is_told_and_a_refund_another() -> None:
    changed = {**posts.SHOPIFY_ORDER, "updated_at": "2026-03-02", "refunds": [posts.SHOPIFY_REFUND]}
    (first,) = mapped("shopify", "orders/create", posts.SHOPIFY_ORDER)
    again, refund = mapped("shopify", "orders/updated", changed)
    assert again == first
    assert (refund["id"], refund["properties"]) == (
        "shopify:refund:890088186047892319",
        {"order_id": "820982911946154508", "amount": "199.00", "currency": "USD"},
    )


def test_a_checkout_that_is_bought_or_nobodys_is_no_cart() -> None:
    bought = {**posts.SHOPIFY_CHECKOUT, "completed_at": "2026-03-01T12:00:00-05:00"}
    nobody = {**posts.SHOPIFY_CHECKOUT, "email": None, "customer": None}
    assert (
        mapped("shopify", "checkouts/update", bought) == mapped("shopify", "checkouts/update", nobody) == []
    )


def test_a_parcel_on_its_way_has_not_arrived() -> None:
    on_its_way = {**posts.SHOPIFY_FULFILLMENT, "shipment_status": "in_transit"}
    assert mapped("shopify", "fulfillments/update", on_its_way) == []


def test_a_product_of_shopify_has_its_page_and_what_is_left_of_it() -> None:
    (row,) = mapped("shopify", "products/update", posts.SHOPIFY_PRODUCT)
    said = row["properties"]
    assert (said["url"], said["price"], said["stock"]) == (
        "https://acorn.example/products/example-t-shirt",
        "19.99",
        72,
    )


@pytest.mark.parametrize(
    ("status", "paid", "expected"),
    [
        ("pending", None, [("woocommerce:cart:727:2026-03-01T17:03:00Z", "cart_updated")]),
        ("checkout-draft", None, [("woocommerce:cart:727:2026-03-01T17:03:00Z", "cart_updated")]),
        ("failed", None, [("woocommerce:cart:727:2026-03-01T17:03:00Z", "cart_updated")]),
        ("processing", "x", [("woocommerce:order:727", "order_placed")]),
        ("on-hold", None, [("woocommerce:order:727", "order_placed")]),
        (
            "completed",
            "x",
            [
                ("woocommerce:order:727", "order_placed"),
                ("woocommerce:order:727:completed", "order_delivered"),
            ],
        ),
        ("cancelled", None, [("woocommerce:cart:727:emptied", "cart_emptied")]),
        ("cancelled", "x", [("woocommerce:order:727:cancelled", "order_refunded")]),
        ("refunded", "x", [("woocommerce:order:727:refunded", "order_refunded")]),
        ("trash", "x", []),
    ],
)
def test_an_order_of_woocommerce_is_what_its_status_says(
    status: str, paid: str | None, expected: list[tuple[str, str]]
) -> None:
    said = {**posts.WOO_ORDER, "status": status, "date_paid_gmt": paid}
    assert names("woocommerce", "order.updated", said) == expected


def test_a_guest_of_woocommerce_is_known_by_the_address_alone() -> None:
    (row,) = mapped("woocommerce", "order.created", {**posts.WOO_ORDER, "customer_id": 0})
    assert row["contact"] == {"email": "john@doe.example"}
    assert row["at"] == "2026-03-01T17:02:19Z"


def test_what_woocommerce_gave_back_is_an_amount() -> None:
    said = {**posts.WOO_ORDER, "refunds": [{"id": 726, "reason": "", "total": "-10.00"}]}
    refund = mapped("woocommerce", "order.updated", said)[1]
    assert (refund["id"], refund["properties"]["amount"]) == ("woocommerce:refund:726", "10.00")


def test_a_product_of_woocommerce_that_is_sold_out_has_none_left() -> None:
    (row,) = mapped("woocommerce", "product.updated", posts.WOO_PRODUCT)
    assert (row["properties"]["stock"], row["properties"]["category"]) == (0, "Clothing")
