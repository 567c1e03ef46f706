"""Amounts in other currencies: an event keeps them as they came, and beside them their value in the brand's
currency at the rate of the moment when it came.

The properties hold the values, by which everything is counted and compared; what came stands under `OWN`, for
letters. So a rate that changes later changes nothing that came before.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from penfriend.domain.errors import EventRefused
from penfriend.domain.events import BUILT_IN, Json
from penfriend.domain.fields import FieldType

OWN = "$own"
"""The property that holds amounts and items as they came; nobody outside can give it."""
_PLACES = Decimal("0.0001")


def exchange(name: str, kept: dict[str, Json], currency: str, rates: Mapping[str, Decimal]) -> None:
    """Put values in the brand's `currency` in the place of amounts in another. Raises EventRefused where
    there is no rate."""
    kept.pop(OWN, None)
    known = BUILT_IN.get(name, {})
    if "currency" not in known:
        return
    given = str(kept.get("currency") or currency)
    rate = _rate(given, currency, rates)
    places = [place for place, one in known.items() if one.type is FieldType.AMOUNT and place in kept]
    own = {place: kept[place] for place in places}
    values: dict[str, Json] = {place: _value(kept[place], rate) for place in places}
    if "items" in kept:
        own["items"] = kept["items"]
        values["items"] = [_item(entry, given, currency, rates) for entry in kept["items"]]
    if own != values:
        kept.update(values)
        kept[OWN] = own


def as_it_came(properties: Mapping[str, Json]) -> Mapping[str, Json]:
    """The properties with their amounts in the currency in which they came."""
    own = properties.get(OWN)
    if own is None:
        return properties
    return {**{name: value for name, value in properties.items() if name != OWN}, **own}


def _rate(given: str, currency: str, rates: Mapping[str, Decimal]) -> Decimal:
    if given.upper() == currency.upper():
        return Decimal(1)
    rate = rates.get(given.upper())
    if rate is None:
        raise EventRefused(f"currency: there is no exchange rate from {given} to {currency}")
    return rate


def _value(amount: Json, rate: Decimal) -> Json:
    if rate == 1:
        return amount
    value = (Decimal(str(amount)) * rate).quantize(_PLACES)
    return int(value) if value == value.to_integral_value() else float(value)


def _item(entry: Mapping[str, Json], given: str, currency: str, rates: Mapping[str, Decimal]) -> Json:
    """An entry of `items` may have a currency of its own."""
    if "price" not in entry:
        return entry
    rate = _rate(str(entry.get("currency") or given), currency, rates)
    return {**entry, "price": _value(entry["price"], rate)}
