"""Checks what is said of a person: the fields of `contact.`, attributes, topics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from penfriend.domain.coercion import READERS, line, place, shown, tidy
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import BUILT_IN, MAX_PROPERTIES_BYTES, Json
from penfriend.domain.fields import FieldType
from penfriend.domain.ingestion import CheckedContact, ContactIn
from penfriend.domain.problems import did_you_mean
from penfriend.domain.timing import Moment, zone_of

CONTACT_FIELDS = tuple(name for name in BUILT_IN["contact_updated"] if name not in {"email", "attributes"})
"""What `contact_updated` and an imported contact can set, beside the address and the attributes."""

_SETTABLE = frozenset(CONTACT_FIELDS)
_LOCALE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
_DATES = frozenset({"birthday", "tier_until"})
FREQUENCIES = ("all", "fewer")
_MOMENTS = frozenset({"paused_until"})
_WORDS = frozenset({"timezone", "locale", "country", "frequency"})


def check_contact_fields(
    given: Mapping[str, Json],
    types: Mapping[str, FieldType],
    zone: ZoneInfo,
    check_address: Callable[[str], str],
) -> dict[str, Json]:
    """The properties of a `contact_updated` as they are kept; None takes a field or an attribute away.

    `types` are the attributes that `data.contact` declares. Raises EventRefused.
    """
    kept: dict[str, Json] = {}
    for name, value in given.items():
        try:
            if name == "attributes":
                kept[name] = check_attributes(value, types, zone)
            elif name == "email":
                kept[name] = None if value is None else check_address(str(value))
            elif name in _SETTABLE:
                kept[name] = None if value is None else check_field(name, value, zone)
            else:
                raise EventRefused(_unknown(name))
        except EventRefused as error:
            raise EventRefused(f"{place(name)}: {error}") from None
    return kept


def check_field(name: str, value: Json, zone: ZoneInfo) -> str | int | None:
    """One field of a contact as it is kept; an empty text is none. Raises EventRefused."""
    if name in _DATES:
        found: str = READERS[FieldType.DATE](value, zone)
        return found
    if name in _MOMENTS:
        return READERS[FieldType.MOMENT](value, zone) if value != "" else None
    text = line(value)
    if not text:
        return None
    return _check_word(name, text) if name in _WORDS else text


@lru_cache(maxsize=4096)
def _check_word(name: str, text: str) -> str:
    """A field that is one of few words, each of which comes often."""
    match name:
        case "timezone":
            return _check_zone(text)
        case "locale":
            if not _LOCALE.fullmatch(text):
                raise EventRefused(f"{shown(text)} is not a locale, e.g. en or tr_TR")
            return text.replace("-", "_")
        case "country":
            if len(text) != 2 or not text.isascii() or not text.isalpha():
                raise EventRefused(f"{shown(text)} is not a country code of two letters, e.g. GB")
            return text.upper()
        case _:
            if text not in FREQUENCIES:
                raise EventRefused(f"{shown(text)} is neither all nor fewer")
            return text


def check_attributes(value: Json, types: Mapping[str, FieldType], zone: ZoneInfo) -> dict[str, Json]:
    """Attributes as they are kept, typed where `data.contact` declares them. Raises EventRefused."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise EventRefused(f"{shown(value)} is not a mapping in JSON") from None
    if not isinstance(value, Mapping):
        raise EventRefused(f"{shown(value)} is not a mapping of names to values")
    kept: dict[str, Json] = {}
    for name, part in value.items() if value else ():
        read = READERS[types[name]] if name in types else lambda part, _: tidy(part)
        try:
            kept[line(name)] = None if part is None else read(part, zone)
        except EventRefused as error:
            raise EventRefused(f"attributes.{place(name)}: {error}") from None
    if kept:
        size = len(json.dumps(kept, ensure_ascii=False).encode())
        if size > MAX_PROPERTIES_BYTES:
            raise EventRefused(f"{size:,} bytes are too many; at most {MAX_PROPERTIES_BYTES:,}")
    return kept


def check_contact(
    contact: ContactIn,
    definitions: Definitions,
    check_address: Callable[[str], str],
    *,
    now: Moment,
    source: str | None = None,
    proof: str | None = None,
) -> CheckedContact:
    """A contact as it is kept. Raises EventRefused."""
    zone = definitions.brand.zone
    place = "id"
    try:
        key = line(contact.id) or None if contact.id is not None else None
        place = "email"
        email = check_address(contact.email) if contact.email else None
        place = "attributes"
        attributes = check_attributes(contact.attributes, definitions.data.contact, zone)
    except EventRefused as error:
        raise EventRefused(f"{place}: {error}") from None
    if key is None and email is None:
        raise EventRefused("id: is missing, and so is email; one of them must be there")
    fields = check_contact_fields(contact.fields, definitions.data.contact, zone, check_address)
    topics = tuple(dict.fromkeys(line(topic) for topic in contact.topics))
    for topic in topics:
        if definitions.topics and topic not in definitions.topics:
            hint = did_you_mean(topic, definitions.topics)
            raise EventRefused(f"topics: there is no topic {shown(topic)}.{hint}")
    if contact.subscribed_at is not None and not topics:
        raise EventRefused("subscribed_at: needs topics beside it, what the contact agreed to")
    return CheckedContact(
        contact=key,
        email=email,
        fields=fields,
        attributes=attributes,
        topics=topics,
        subscribed_at=None if contact.subscribed_at is None else min(contact.subscribed_at, now),
        created_at=None if contact.created_at is None else min(contact.created_at, now),
        source=source,
        proof=proof,
    )


def _check_zone(name: str) -> str:
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a directory of zones
        raise EventRefused(f"{shown(name)} is not a time zone, e.g. Europe/London") from None
    return name


def _unknown(name: str) -> str:
    known = did_you_mean(name, (*CONTACT_FIELDS, "email", "attributes"))
    return f"is no field of a contact; what is the shop's own stands in attributes.{known}"
