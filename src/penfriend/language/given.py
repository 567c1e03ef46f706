"""What a test of a campaign begins with: a contact, and the events that happen to it."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from penfriend.domain.campaign_test import GivenEvent
from penfriend.domain.coercion import READERS
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import BUILT_IN, FROM_INSIDE
from penfriend.domain.fields import FieldType
from penfriend.domain.incoming_contact import CONTACT_FIELDS, check_field
from penfriend.domain.moments import At
from penfriend.domain.timing import zone_of
from penfriend.language.field_names import known_event, properties_of
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar, Sequence, is_null, kind_of
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.shapes import EMAIL, WRITTEN
from penfriend.language.words import WordError

_MOMENTS = ("subscribed_at", "created_at")
SCORES = ("recency", "frequency", "monetary")
CONTACT_KEYS = ("id", "email", *CONTACT_FIELDS, *_MOMENTS, "topics", "attributes", "rfm")
"""What a test can say of its contact."""
_BY_PEOPLE = frozenset({"mail_opened", "mail_clicked"})
"""What people do with a mail, of the events of the service's own."""
_WITH_ATTRIBUTES = frozenset(name for name, properties in BUILT_IN.items() if "attributes" in properties)


def plain(node: Node) -> object:
    """A piece of the file as it would come in: texts, lists and mappings; nothing written is None."""
    match node:
        case MappingNode(entries=entries):
            return {name: plain(entry.value) for name, entry in entries.items()}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Scalar(is_null=False, text=text):
            return unicodedata.normalize("NFC", text)
        case _:
            return None


def read_contact(entry: Entry | None, reading: Reading) -> dict[str, object]:
    """The contact's fields; its moments as they are written."""
    found: dict[str, object] = {}
    for part in () if entry is None else reading.pairs(entry.value, '"contact"'):
        name = part.key.text
        if name in _MOMENTS:
            found[name] = reading.word(part, WRITTEN)
        elif name == "topics":
            found[name] = _topics(part, reading)
        elif name == "attributes":
            found[name] = dict(_attributes(part, reading.names.data.contact, reading))
        elif name == "rfm":
            found[name] = _scores(part, reading)
        elif name == "email":
            found[name] = reading.word(part, EMAIL)
        elif name in CONTACT_KEYS:
            found[name] = _field(part, reading)
        else:
            hint = " What data declares stands in attributes." if name in reading.names.data.contact else ""
            guess = "" if hint else reading.report.suggest(name, CONTACT_KEYS)
            reading.error(
                part.key, f"unknown field {quote(name)}.{guess}{hint} A contact has: {listing(CONTACT_KEYS)}."
            )
    return {name: value for name, value in found.items() if value is not None}


def _topics(entry: Entry, reading: Reading) -> list[str]:
    topics: list[str] = []
    for node in reading.items(entry.value, '"topics"', or_one=True):
        topic = reading.text(node, '"topics"')
        if topic is None:
            continue
        if topic not in reading.names.topics:
            reading.unknown(node, "topic", topic, reading.names.topics, "Defined in topics")
        topics.append(topic)
    return topics


def _scores(entry: Entry, reading: Reading) -> dict[str, int]:
    """The scores of orders, `contact.rfm.`: a test has nobody to compare its contact with."""
    found: dict[str, int] = {}
    for part in reading.pairs(entry.value, '"rfm"'):
        name = part.key.text
        text = reading.text(part.value, quote(name))
        if name not in SCORES:
            guess = reading.report.suggest(name, SCORES)
            reading.error(
                part.key, f"unknown score {quote(name)}.{guess} A score is one of: {listing(SCORES)}."
            )
        elif text is not None and text not in ("1", "2", "3", "4", "5"):
            reading.error(part.value, f"{quote(name)} is a score, from 1 to 5, not {quote(text)}.")
        elif text is not None:
            found[name] = int(text)
    return found


def _attributes(
    entry: Entry, types: Mapping[str, FieldType], reading: Reading
) -> Iterator[tuple[str, object]]:
    """The names and values of a mapping of attributes; what `data` declares of them is checked."""
    for part in reading.pairs(entry.value, '"attributes"'):
        name = part.key.text
        guess = "" if name in types else reading.report.suggest(name, types)
        if guess:
            reading.error(
                part.key, f"unknown attribute {quote(name)}.{guess} data declares: {listing(types)}."
            )
        value = plain(part.value)
        if value is not None and name in types:
            _check(part.value, quote(name), types[name], value, reading)
        yield name, value


def _field(entry: Entry, reading: Reading) -> str | None:
    text = reading.text(entry.value, quote(entry.key.text))
    if text is None:
        return None
    try:
        found = text if entry.key.text == "id" else check_field(entry.key.text, text, _zone(reading))
        return text if isinstance(found, int) else found  # a moment is read again, when it comes in
    except EventRefused as error:
        reading.error(entry.value, f"{quote(entry.key.text)}: {error}.")
        return None


def _zone(reading: Reading) -> ZoneInfo:
    return zone_of(reading.names.timezone)


def _check(node: Node, what: str, kind: FieldType, value: object, reading: Reading) -> None:
    try:
        READERS[kind](value, _zone(reading))
    except EventRefused as error:
        reading.error(node, f"{what}: {error}.")


def read_events(entry: Entry | None, reading: Reading) -> tuple[GivenEvent, ...]:
    """The events: a list of moments, each with one event or several."""
    if entry is None:
        return ()
    events: list[GivenEvent] = []
    for item in reading.items(entry.value, '"events"'):
        if not isinstance(item, MappingNode):
            reading.error(item, f"{_GIVEN}, not {kind_of(item)}.")
            continue
        for part in item.entries.values():
            at = reading.value(part.key, WRITTEN, "an event")
            nodes = part.value.items if isinstance(part.value, Sequence) else (part.value,)
            for node in nodes:
                events.extend(_at_moment(node, at, reading))
    return tuple(events)


def _at_moment(node: Node, at: At | None, reading: Reading) -> Iterator[GivenEvent]:
    """The events of a mapping from names to properties, or the one that is just named."""
    if isinstance(node, Scalar) and not node.is_null:
        parts = [Entry(node, Scalar(node.file, node.line, node.column, "", is_null=True))]
    elif isinstance(node, MappingNode):
        parts = list(node.entries.values())
    else:
        reading.error(node, f"{_GIVEN}, not {kind_of(node)}.")
        return
    for part in parts:
        name = _event(part.key, reading)
        properties = plain(part.value) if isinstance(part.value, MappingNode) else {}
        if not isinstance(part.value, MappingNode) and not is_null(part.value):
            reading.error(
                part.value, f"{quote(part.key.text)} wants its properties, not {kind_of(part.value)}."
            )
        if name is not None:
            _look_at(name, part, reading)
            if at is not None and isinstance(properties, dict):
                yield GivenEvent(at, name, properties, part.key.place)


def _event(key: Scalar, reading: Reading) -> str | None:
    try:
        name = known_event(key.text, reading)
    except AlreadyReportedError:
        return None
    except WordError as error:
        reading.error(key, str(error))
        return None
    if name in FROM_INSIDE - _BY_PEOPLE:
        reading.error(key, f"{quote(name)} is the service's own; a test cannot let it happen.")
        return None
    return name


def _look_at(name: str, event: Entry, reading: Reading) -> None:
    """Reports properties of a wrong type or a name that is nearly one, and what is missing but for ids."""
    types = properties_of(name, reading)
    written = event.value.entries if isinstance(event.value, MappingNode) else {}
    for part in written.values():
        prop = part.key.text
        if prop not in types:
            guess = reading.report.suggest(prop, types)
            if guess:
                reading.error(
                    part.key, f"the event {name} has no {quote(prop)}.{guess} It has: {listing(types)}."
                )
        elif prop == "attributes" and name in _WITH_ATTRIBUTES:
            data = reading.names.data
            deque(_attributes(part, data.product if name == "product_updated" else data.contact, reading), 0)
        elif not is_null(part.value):
            _check(part.value, quote(prop), types[prop], plain(part.value), reading)
    for prop, known in BUILT_IN.get(name, {}).items():
        if known.required and not prop.endswith("_id") and prop not in written:
            reading.error(event.key, f"the event {name} needs {quote(prop)}.")


_GIVEN = "an event stands behind its moment, such as 2026-03-03 12:00: {order_placed: {total: 40.00}}"
