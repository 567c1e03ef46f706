"""Amounts in other currencies over real stores: compared in the brand's, shown in their own, at the rate of
the day they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from penfriend.domain.ingestion import Refused
from penfriend.engine.ingest import Ingester
from tests.contract.store_cases import DEFINITIONS, Shop

DAY_1, DAY_2 = "2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z"


@pytest.fixture
def shop(store_url: str) -> Iterator[Shop]:
    opened = Shop(store_url)
    with opened.db:
        rate(opened, "0.86")
        yield opened


def rate(shop: Shop, eur: str) -> None:
    """From now on a euro is worth so much."""
    definitions = replace(DEFINITIONS, exchange_rates={"EUR": Decimal(eur)})
    shop.ingester = Ingester(shop.store, definitions, shop.clock)


def order(shop: Shop) -> tuple[object, ...]:
    row = shop.row("SELECT * FROM orders")
    return row["total"], row["currency"], row["value"], row["net"], row["refunded"]


def test_order_is_counted_in_the_brands_currency_and_keeps_its_own(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=100, currency="EUR")
    shop.happen("order_placed", DAY_2, order_id="o-2", total=10)
    assert shop.contact()["orders_total"] == 960_000
    row = shop.row("SELECT * FROM orders WHERE key = 'o-1'")
    assert (row["total"], row["currency"], row["value"], row["net"]) == (
        1_000_000,
        "EUR",
        860_000,
        860_000,
    )


def test_changed_rate_changes_nothing_that_came_before(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=100, currency="EUR")
    rate(shop, "0.5")
    shop.happen("order_delivered", DAY_2, order_id="o-1")  # the order is made anew
    assert order(shop) == (1_000_000, "EUR", 860_000, 860_000, 0)


def test_refund_counts_at_the_rate_of_its_own_day(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=100, currency="EUR")
    rate(shop, "0.5")
    shop.happen("order_refunded", DAY_2, order_id="o-1", amount=40, currency="EUR")
    assert order(shop) == (1_000_000, "EUR", 860_000, 660_000, 0)


@pytest.mark.parametrize("later", ["0.5", "2"])
def test_refund_of_all_is_the_whole_order_whatever_the_rate_is_by_then(shop: Shop, later: str) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=100, currency="EUR")
    rate(shop, later)
    shop.happen("order_refunded", DAY_2, order_id="o-1", amount=100, currency="EUR")
    assert order(shop) == (1_000_000, "EUR", 860_000, 0, 1)


def test_part_at_a_higher_rate_is_not_the_whole_order(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=100, currency="EUR")
    rate(shop, "2")
    shop.happen("order_refunded", DAY_2, order_id="o-1", amount=60, currency="EUR")
    assert order(shop) == (1_000_000, "EUR", 860_000, 0, 0)


def test_cart_has_its_own_amounts_and_items_have_values_for_conditions(shop: Shop) -> None:
    items = [{"product_id": "p-1", "price": 10, "quantity": 2}]
    shop.happen("cart_updated", DAY_1, cart_id="k-1", currency="EUR", items=items)
    row = shop.row("SELECT * FROM carts")
    assert (row["total"], row["currency"], row["value"]) == (200_000, "EUR", 172_000)
    assert shop.row("SELECT price FROM items")["price"] == 86_000
    assert shop.row("SELECT price FROM items WHERE product_key = 'p-1'")["price"] == 86_000


def test_product_has_its_price_and_the_value(shop: Shop) -> None:
    shop.happen("product_updated", DAY_1, None, product_id="p-1", price=10, currency="EUR")
    row = shop.row("SELECT * FROM products")
    assert (row["price"], row["currency"], row["value"]) == (100_000, "EUR", 86_000)


def test_currency_without_a_rate_is_refused(shop: Shop) -> None:
    answer = shop.happen("order_placed", DAY_1, order_id="o-1", total=100, currency="USD")
    assert answer == Refused("currency: there is no exchange rate from USD to GBP")


def test_same_event_again_is_the_same_also_after_the_rate_changed(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, id="e-1", order_id="o-1", total=100, currency="EUR")
    rate(shop, "0.5")
    shop.happen("order_placed", DAY_1, id="e-1", order_id="o-1", total=100, currency="EUR")
    assert order(shop) == (1_000_000, "EUR", 860_000, 860_000, 0)
