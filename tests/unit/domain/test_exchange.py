"""Amounts in another currency get their value in the brand's, and keep what came."""

from decimal import Decimal
from typing import Any

import pytest

from penfriend.domain.errors import EventRefused
from penfriend.domain.exchange import OWN, as_it_came, exchange

RATES = {"EUR": Decimal("0.86"), "TRY": Decimal("0.018")}


def exchanged(name: str = "order_placed", **properties: Any) -> dict[str, Any]:
    exchange(name, properties, "GBP", RATES)
    return properties


def test_amount_gets_its_value_and_what_came_is_kept() -> None:
    kept = exchanged(total=100, currency="EUR")
    assert kept == {"total": 86, "currency": "EUR", OWN: {"total": 100}}
    assert as_it_came(kept) == {"total": 100, "currency": "EUR"}


def test_value_has_four_places_at_most() -> None:
    assert exchanged(total=1, currency="TRY")["total"] == 0.018
    assert exchanged(total=0.01, currency="TRY")["total"] == 0.0002


@pytest.mark.parametrize("currency", ["GBP", "gbp", None])
def test_amount_in_the_brands_currency_or_without_one_is_as_it_came(currency: str | None) -> None:
    given: dict[str, Any] = {"total": 12.5} | ({"currency": currency} if currency else {})
    assert exchanged(**given) == given


def test_items_get_values_each_in_its_own_currency() -> None:
    items = [{"product_id": "a", "price": 10}, {"price": 10, "currency": "TRY"}, {"product_id": "c"}]
    kept = exchanged("cart_updated", currency="EUR", items=items)
    assert [entry.get("price") for entry in kept["items"]] == [8.6, 0.18, None]
    assert as_it_came(kept)["items"] == items


@pytest.mark.parametrize(
    "given", [{"total": 1, "currency": "USD"}, {"items": [{"price": 1, "currency": "USD"}]}]
)
def test_currency_without_a_rate_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(EventRefused, match="currency: there is no exchange rate from USD to GBP"):
        exchanged(**given)


def test_nobody_outside_says_what_came() -> None:
    assert OWN not in exchanged("order_placed", **{"total": 5, OWN: {"total": 9}})
    assert OWN not in exchanged("something_else", **{OWN: 1})


def test_currency_of_the_shops_own_events_is_a_property_like_others() -> None:
    assert exchanged("viewed", price=5, currency="USD") == {"price": 5, "currency": "USD"}
