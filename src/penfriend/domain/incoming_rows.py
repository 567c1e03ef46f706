"""Reads a row of a file, or an object of JSON, as an event, a contact or a consent.

A CSV file knows only texts: an empty cell is nothing given. In JSON a null in a contact takes a field away.
Raises EventRefused for a row that cannot be one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from zoneinfo import ZoneInfo

from penfriend.domain.coercion import moment, shown
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn, Json
from penfriend.domain.incoming_contact import CONTACT_FIELDS
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.problems import did_you_mean
from penfriend.domain.timing import Moment

Row = Mapping[str, Json]

ATTRIBUTE = "attributes."
"""A column `attributes.NAME` is the contact's own attribute NAME."""
_PROPERTY = "properties."
_EVENT = frozenset({"id", "name", "contact", "email", "at", "properties"})
_CONSENT = ("id", "contact", "email", "topic", "at", "source", "proof", "text_version", "change")
_OF_CONSENT = ("topic", "source", "proof", "text_version")
CONSENT_WORDS = {
    "subscribed": "subscribed",
    "unsubscribed": "unsubscribed",
    "onay": "subscribed",  # the words of IYS, the registry of Turkiye
    "ret": "unsubscribed",
}
"""What stands in the column `change`, in small letters, and the event that it is."""
_CONTACT = ("id", "contact", "email", *CONTACT_FIELDS, "topics", "subscribed_at", "created_at", "attributes")
_KNOWN = frozenset(_CONTACT)
_TOPICS = re.compile(r"[;,\s]+")


class RowKind(StrEnum):
    """What the rows of a file are."""

    CONTACTS = "contacts"
    EVENTS = "events"
    CONSENTS = "consents"


def check_columns(
    kind: RowKind, columns: Collection[str], *, name: str | None, declared: Collection[str]
) -> None:
    """Refuse columns that mean nothing, and a file that lacks what every row needs.

    `declared` are the names of `data.contact`.
    """
    who = {"id", "contact", "email"} if kind is RowKind.CONTACTS else {"contact", "email"}
    if who.isdisjoint(columns):
        wanted = "id" if kind is RowKind.CONTACTS else "contact"
        raise EventRefused(_missing(f'"{wanted}" or "email"', wanted, columns))
    consents = ("at",) if "change" in columns else ("topic", "at")  # a refusal may be of all topics
    needed = {RowKind.EVENTS: ("at",), RowKind.CONSENTS: consents, RowKind.CONTACTS: ()}[kind]
    for column in needed:
        if column not in columns:
            raise EventRefused(_missing(f'"{column}"', column, columns))
    if kind is RowKind.EVENTS and name is None and "name" not in columns:
        raise EventRefused('there is no column "name"; say what happened with --name EVENT')
    for column in columns:
        if not _is_known(kind, column, declared):
            raise EventRefused(f'unknown column "{column}".{_advice(kind, column, declared)}')


def event_of(row: Row, zone: ZoneInfo, *, name: str | None = None) -> EventIn:
    """The event that a row is. What is no part of an event's own shape is a property."""
    contact, email = _who(row)
    properties: dict[str, Json] = {}
    given = row.get("properties")
    if isinstance(given, Mapping):
        properties.update(given)
    elif given not in (None, ""):
        raise EventRefused(f"properties: {shown(given)} is not a mapping of names to values")
    for column, value in row.items():
        if column not in _EVENT and value is not None and value != "":
            properties[column.removeprefix(_PROPERTY)] = value
    what = row.get("name") or name
    if not what:
        raise EventRefused("name: is missing")
    return EventIn(
        name=what, contact=contact, email=email, at=_at(row, zone), properties=properties, id=_text(row, "id")
    )


def consent_of(row: Row, zone: ZoneInfo, *, proof: str) -> EventIn:
    """What a row says of consent: given, or with the change `unsubscribed` refused, of all topics where it
    names none."""
    contact, email = _who(row)
    properties = {name: row[name] for name in _OF_CONSENT if row.get(name)}
    said = _text(row, "change") or "subscribed"
    name = CONSENT_WORDS.get(said.strip().lower())
    if name is None:
        raise EventRefused(f"change: {shown(said)} is neither subscribed nor unsubscribed")
    return EventIn(
        name=name,
        contact=contact,
        email=email,
        at=_at(row, zone),
        properties={"proof": proof} | properties,
        id=_text(row, "id"),
    )


def contact_of(row: Row, zone: ZoneInfo, *, declared: Collection[str], is_text: bool) -> ContactIn:
    """The contact that a row is; what `data.contact` declares is an attribute; an empty cell says nothing."""
    said = {name: value for name, value in row.items() if not (is_text and value == "")}
    attributes: dict[str, Json] = {}
    given = said.get("attributes")
    if isinstance(given, Mapping):
        attributes.update(given)
    elif given is not None:
        raise EventRefused(f"attributes: {shown(given)} is not a mapping; name columns attributes.NAME")
    for column, value in said.items():
        if column in _KNOWN:
            continue
        if column.startswith(ATTRIBUTE):
            attributes[column.removeprefix(ATTRIBUTE)] = value
        elif column in declared:
            attributes[column] = value
        else:
            raise EventRefused(f'unknown field "{column}"; what is your own stands in attributes')
    topics = said.get("topics") or ()
    contact, email = _who(said)
    return ContactIn(
        id=_text(said, "id") or contact,
        email=email,
        fields={name: said[name] for name in CONTACT_FIELDS if name in said},
        attributes=attributes,
        topics=[part for part in _TOPICS.split(topics) if part] if isinstance(topics, str) else topics,
        subscribed_at=_moment(said, "subscribed_at", zone),
        created_at=_moment(said, "created_at", zone),
    )


def _who(row: Row) -> tuple[str | None, str | None]:
    """The shop's id and the address: `contact` is the id, an address in a mapping, or both."""
    contact, email = row.get("contact"), _text(row, "email")
    if isinstance(contact, Mapping):
        unknown = contact.keys() - {"id", "email"}
        if unknown:
            raise EventRefused(f"contact: {shown(min(unknown))} is neither id nor email")
        return _text(contact, "id"), _text(contact, "email") or email
    return _text(row, "contact"), email


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise EventRefused(f"{name}: {shown(value)} is not a text")


def _at(row: Row, zone: ZoneInfo) -> Moment:
    found = _moment(row, "at", zone)
    if found is None:
        raise EventRefused("at: is missing")
    return found


def _moment(row: Row, name: str, zone: ZoneInfo) -> Moment | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        return moment(value, zone)
    except EventRefused as error:
        raise EventRefused(f"{name}: {error}") from None


def _is_known(kind: RowKind, column: str, declared: Collection[str]) -> bool:
    if kind is RowKind.EVENTS:
        return True
    if kind is RowKind.CONSENTS:
        return column in _CONSENT
    return column in _CONTACT or column in declared or column.startswith(ATTRIBUTE)


def _advice(kind: RowKind, column: str, declared: Collection[str]) -> str:
    meant = did_you_mean(column, _CONSENT if kind is RowKind.CONSENTS else (*_CONTACT, *declared))
    if kind is RowKind.CONTACTS:
        attribute = f"--map {column}={ATTRIBUTE}{column} takes it as an attribute"
        return f"{meant} {attribute}, --map {column}= leaves it out."
    return f"{meant} --map {column}= leaves it out."


def _missing(what: str, wanted: str, columns: Collection[str]) -> str:
    there = ", ".join(columns)
    return f"there is no column {what}, only {there}; say which it is with --map COLUMN={wanted}"
