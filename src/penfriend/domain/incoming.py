"""Checks an event that comes in: its name, its id, whose it is, when it was, and what it says.

A refusal is one sentence that begins with the place: `total: "abc" is not an amount, e.g. 12.50`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from penfriend.domain.coercion import READERS, line, shown, text, tidy
from penfriend.domain.coercion import place as place_of
from penfriend.domain.consent import EVERY_TOPIC, Change
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import (
    BUILT_IN,
    FROM_INSIDE,
    MAX_PROPERTIES_BYTES,
    WITHOUT_CONTACT,
    EventIn,
    Json,
)
from penfriend.domain.exchange import exchange
from penfriend.domain.fields import FieldType
from penfriend.domain.incoming_contact import check_contact_fields
from penfriend.domain.ingestion import CheckedEvent, Own
from penfriend.domain.problems import did_you_mean
from penfriend.domain.timing import DAY, Moment

CheckAddress = Callable[[str], str]
"""Gives an address in its normal form. Raises EventRefused for what is none."""

OLDEST = Moment(-2_208_988_800_000_000)
"""1900-01-01: what is older was not meant."""
_LONG = frozenset({"comment", "proof"})
"""Texts of people: any length, any number of lines."""
_ITEM_TEXTS = ("title", "url", "image", "category")
_NUMERIC = re.compile(r"-?\d+(\.\d+)?")
_CONSENT = {
    "subscribed": Change.SUBSCRIBED,
    "subscription_requested": Change.REQUESTED,
    "unsubscribed": Change.UNSUBSCRIBED,
}


class EventCheck:
    """Checks events against one revision's definitions."""

    def __init__(self, definitions: Definitions, check_address: CheckAddress) -> None:
        self._zone = definitions.brand.zone
        self._currency, self._rates = definitions.brand.currency, definitions.exchange_rates
        self._topics = definitions.topics
        self._surveys = definitions.surveys
        self._contact_types = definitions.data.contact
        self._event_types = definitions.data.events
        self._check_address = check_address

    def check(
        self, event: EventIn, now: Moment, *, source: str | None = None, own: Own | None = None
    ) -> CheckedEvent:
        """The event as it is kept. Raises EventRefused."""
        place = "name"
        try:
            name = _required(line(event.name))
            place = "id"
            key = _required(line(event.id))
            place = "contact"
            contact = line(event.contact) or None if event.contact is not None else None
            email = self._check_address(event.email) if event.email else None
        except EventRefused as error:
            raise EventRefused(f"{place}: {error}") from None
        if name in FROM_INSIDE and own is None:
            raise EventRefused(f"name: {name} is made by Penfriend itself and not taken from outside")
        if contact is None and email is None and own is None and name not in WITHOUT_CONTACT:
            raise EventRefused("contact: is missing; give the shop's id, an email address, or both")
        given: Json = event.properties
        if not isinstance(given, Mapping):
            raise EventRefused(f"properties: {shown(given)} is not a mapping of names to values")
        properties = self._properties(name, given)
        order_key = _key(properties, "order_id")
        checked = CheckedEvent(
            name=name,
            key=key,
            body_hash=body_hash(event),
            contact=contact,
            email=email,
            at=_moment(event.at, now),
            properties=properties,
            # what carries an order_id, cart_id or product_id is about that order, cart or product
            cart_key=_key(properties, "cart_id"),
            order_key=key if order_key is None and name == "order_placed" else order_key,
            product_key=_key(properties, "product_id"),
            source=source,
            own=own,
        )
        return self._consent(checked) if name in _CONSENT else checked

    def _properties(self, name: str, given: Mapping[str, Json]) -> dict[str, Json]:
        if name == "contact_updated":
            kept = dict(check_contact_fields(given, self._contact_types, self._zone, self._check_address))
        else:
            kept = self._typed(name, given)
        if _may_be_long(kept):
            size = len(json.dumps(kept, ensure_ascii=False).encode())
            if size > MAX_PROPERTIES_BYTES:
                raise EventRefused(
                    f"properties: {size:,} bytes are too many; at most {MAX_PROPERTIES_BYTES:,}"
                )
        self._check_built_in(name, kept)
        return kept

    def _typed(self, name: str, given: Mapping[str, Json]) -> dict[str, Json]:
        known = BUILT_IN.get(name, {})
        declared = self._event_types.get(name, {})
        kept: dict[str, Json] = {}
        for property_name, value in given.items():
            if value is None:
                continue
            try:
                place = _name(property_name)
                if place in known:
                    kept[place] = self._built_in(place, known[place].type, value)
                elif place in declared:
                    kept[place] = READERS[declared[place]](value, self._zone)
                else:
                    kept[place] = tidy(value)
            except EventRefused as error:
                raise EventRefused(f"{place_of(property_name)}: {error}") from None
        for place, property_ in known.items() if known else ():
            if property_.required and kept.get(place, "") == "":
                raise EventRefused(f"{place}: is missing; {name} needs it")
        return kept

    def _built_in(self, place: str, type_: FieldType, value: Json) -> Json:
        if place == "items":
            return [check_item(entry, number) for number, entry in enumerate(_list(value), 1)]
        if place == "attributes":
            return check_mapping(value)
        if type_ is FieldType.TEXT and place not in _LONG:
            if place in _ITEM_TEXTS and isinstance(value, str):
                return " ".join(text(value).split())
            return line(value)
        return READERS[type_](value, self._zone)

    def _check_built_in(self, name: str, kept: dict[str, Json]) -> None:
        if name not in BUILT_IN:
            return
        exchange(name, kept, self._currency, self._rates)
        if name == "survey_answered" and kept["survey"] in self._surveys and "score" in kept:
            scores = self._surveys[kept["survey"]].scores
            if kept["score"] not in scores:
                raise EventRefused(f"score: {kept['score']} is not on the scale {scores[0]} to {scores[-1]}")

    def _consent(self, event: CheckedEvent) -> CheckedEvent:
        topic = event.properties.get("topic")
        if topic is None:
            return event._replace(change=Change.UNSUBSCRIBED)
        if self._topics and topic not in self._topics and topic != EVERY_TOPIC:
            raise EventRefused(f"topic: there is no topic {shown(topic)}.{did_you_mean(topic, self._topics)}")
        change = _CONSENT[event.name]
        if change is Change.SUBSCRIBED and topic in self._topics and self._topics[topic].double_opt_in:
            if "proof" not in event.properties:  # asked for, and to be confirmed by a click
                return event._replace(name="subscription_requested", change=Change.REQUESTED)
            change = Change.CONFIRMED
        return event._replace(change=change)


def body_hash(event: EventIn) -> str:
    """What two events have in common that say the same; 12.50 in a file and 12.5 in JSON are the same."""
    body = (event.name, event.contact, event.email, event.at, _plain(event.properties))
    # ASCII, and the same in every version of Python; half the time of JSON (measured)
    return hashlib.blake2b(ascii(body).encode(), digest_size=16).hexdigest()


def _may_be_long(kept: Mapping[str, Json]) -> bool:
    """A cheap look: texts are measured, and what is nested is written out."""
    if not kept:
        return False
    size = 0
    for value in kept.values():
        kind = type(value)
        size += len(value) if kind is str else len(str(value)) if kind is list or kind is dict else 8
    return size + sum(map(len, kept)) > MAX_PROPERTIES_BYTES // 8


@lru_cache(maxsize=4096, typed=True)
def _name(given: Json) -> str:
    """The name of a property; there are few, and each comes often."""
    return line(given)


def check_item(entry: Json, number: int) -> dict[str, Json]:
    """One entry of `items`. Raises EventRefused."""
    if not isinstance(entry, Mapping):
        raise EventRefused(f"entry {number}: {shown(entry)} is not a mapping such as {{product_id: p-1}}")
    kept: dict[str, Json] = {}
    for name, value in entry.items():
        if value is None:
            continue
        try:
            kept[line(name)] = _item_value(name, value)
        except EventRefused as error:
            raise EventRefused(f"entry {number}, {place_of(name)}: {error}") from None
    return kept


def _item_value(name: str, value: Json) -> Json:
    if name == "product_id":
        return line(value)
    if name in _ITEM_TEXTS and isinstance(value, str):
        return " ".join(tidy(value).split())
    if name == "price":
        return READERS[FieldType.AMOUNT](value, _NO_ZONE)
    if name == "quantity":
        return READERS[FieldType.COUNT](value, _NO_ZONE)
    return tidy(value)


def check_mapping(value: Json) -> dict[str, Json]:
    """`attributes` of a product. A CSV file holds them as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise EventRefused(f"{shown(value)} is not a mapping in JSON") from None
    if not isinstance(value, Mapping):
        raise EventRefused(f"{shown(value)} is not a mapping of names to values")
    return {line(name): tidy(part) for name, part in value.items()}


_NO_ZONE: Any = None


def _list(value: Json) -> list[Json]:
    found = READERS[FieldType.LIST](value, _NO_ZONE)
    return list(found)


def _required(found: str) -> str:
    if not found:
        raise EventRefused("is missing")
    return found


def _moment(given: Moment, now: Moment) -> Moment:
    if given > now + DAY:
        raise EventRefused("at: is more than a day ahead")
    if given < OLDEST:
        raise EventRefused("at: is before 1900")
    return min(given, now)


def _key(properties: Mapping[str, Json], name: str) -> str | None:
    """An id among the properties, also of an event that is not built in; what cannot be an id is none."""
    value = properties.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _plain(value: Json) -> Json:
    """A value in the form in which a CSV file and JSON are alike."""
    if isinstance(value, str):
        first = value[:1]
        if (first.isdigit() or first == "-") and _NUMERIC.fullmatch(value):
            return _without_zeros(value)
        return value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _without_zeros(repr(value))
    if isinstance(value, Mapping):
        # a tuple, where a list is a list
        return tuple(
            sorted(
                ((str(name), _plain(part)) for name, part in value.items() if part is not None),
                key=itemgetter(0),
            )
        )
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _without_zeros(written: str) -> str:
    return written.rstrip("0").rstrip(".") if "." in written else written
