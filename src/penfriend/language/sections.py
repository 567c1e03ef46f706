"""The sections that are quickly read: brand, data, topics, surveys."""

from __future__ import annotations

from collections.abc import Mapping

from penfriend.domain.definitions import Brand, DataTypes, Survey, Topic
from penfriend.domain.events import BUILT_IN, FROM_INSIDE
from penfriend.domain.fields import FieldType
from penfriend.language import keys
from penfriend.language.nodes import Entry, MappingNode, Node
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.shapes import (
    CURRENCY,
    EMAIL,
    LABEL,
    LINE,
    LOCALE,
    MAILBOX,
    NAME,
    POSTAL,
    TYPE,
    URL,
    YES_NO,
    ZONE,
)

PUBLIC_URL = "PENFRIEND_PUBLIC_URL"
"""Where links point when the file does not say it."""

Types = dict[str, FieldType]
Untyped = set[tuple[str, str]]


def read_brand(entry: Entry | None, environment: Mapping[str, str], reading: Reading) -> Brand:
    """Who writes. Whether `from` and `address` are needed is the loader's to ask: it knows the campaigns."""
    found = {} if entry is None else reading.table(entry.value, keys.BRAND)
    usual = Brand()
    return Brand(
        name=reading.word(found.get("name"), LINE) or usual.name,
        sender=reading.word(found.get("from"), MAILBOX) or usual.sender,
        reply_to=reading.word(found.get("reply_to"), EMAIL),
        address=reading.word(found.get("address"), POSTAL),
        public_url=reading.word(found.get("public_url"), URL)
        or environment.get(PUBLIC_URL)
        or usual.public_url,
        locale=reading.word(found.get("locale"), LOCALE) or usual.locale,
        timezone=reading.word(found.get("timezone"), ZONE) or usual.timezone,
        currency=reading.word(found.get("currency"), CURRENCY) or usual.currency,
    )


def read_data(node: Node | None, reading: Reading) -> tuple[DataTypes, frozenset[tuple[str, str]]]:
    """The company's own names and their types, and those names whose type is broken."""
    found = {} if node is None else reading.table(node, keys.DATA)
    untyped: Untyped = set()
    contact = _types(found.get("contact"), "contact", untyped, reading)
    product = _types(found.get("product"), "product", untyped, reading)
    events: dict[str, Types] = {}
    for event in reading.named(found["events"].value if "events" in found else None, '"events"', LABEL):
        name = event.key.text
        if name in FROM_INSIDE:
            reading.error(event.key, f"{quote(name)} is the service's own event; nothing can be added to it.")
        events[name] = _types(event, name, untyped, reading)
        _refuse_other_types(event, events[name], reading)
    return DataTypes(contact=contact, events=events, product=product), frozenset(untyped)


def _types(entry: Entry | None, owner: str, untyped: Untyped, reading: Reading) -> Types:
    types: Types = {}
    if entry is None:
        return types
    for part in reading.named(entry.value, quote(entry.key.text), LABEL):
        found = reading.word(part, TYPE)
        if found is None:
            untyped.add((owner, part.key.text))
        else:
            types[part.key.text] = found
    return types


def _refuse_other_types(event: Entry, types: Types, reading: Reading) -> None:
    built_in = BUILT_IN.get(event.key.text, {})
    written = event.value.entries if isinstance(event.value, MappingNode) else {}
    for name, declared in types.items():
        key = written[name].key
        if name == "at":
            reading.error(key, f'{quote(event.key.text)} has "at" already: the moment at which it happened.')
        elif name in built_in and built_in[name].type is not declared:
            kind = built_in[name].type
            reading.error(
                key, f"{quote(event.key.text)} is built in, and its {quote(name)} is {kind}, not {declared}."
            )


def read_topics(node: Node | None, reading: Reading) -> dict[str, Topic]:
    """What people subscribe to."""
    topics: dict[str, Topic] = {}
    for entry in reading.named(node, "topics", NAME):
        found = reading.table(entry.value, keys.TOPIC, entry.key)
        title = reading.locale_text(found.get("title"))
        double_opt_in = reading.word(found.get("double_opt_in"), YES_NO)
        topics[entry.key.text] = Topic(entry.key.text, title or entry.key.text, double_opt_in is True)
    return topics


def read_surveys(node: Node | None, reading: Reading) -> dict[str, Survey]:
    """Questions with a scale."""
    surveys: dict[str, Survey] = {}
    for entry in reading.named(node, "surveys", NAME):
        found = reading.table(entry.value, keys.SURVEY, entry.key)
        kind = reading.word(found.get("type"), keys.SURVEY_TYPE)
        question = reading.locale_text(found.get("question"))
        comment = reading.locale_text(found.get("comment"))
        if kind is not None and question is not None:
            surveys[entry.key.text] = Survey(entry.key.text, kind, question, comment)
    return surveys
