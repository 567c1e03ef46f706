"""The sections that are quickly read: brand, data, topics, surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from penfriend.domain.definitions import Brand, DataTypes, Survey, Text, Topic
from penfriend.domain.events import BUILT_IN, FROM_INSIDE
from penfriend.domain.fields import FieldType
from penfriend.domain.utm import Utm
from penfriend.language import section_keys
from penfriend.language.brand_shapes import RETURN_PATH, TRACKING, UTM_VALUE
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar, Sequence
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.renames import Renames
from penfriend.language.shapes import (
    CURRENCY,
    EMAIL,
    LABEL,
    LINE,
    LOCALE,
    MAILBOX,
    NAME,
    NONE,
    POSTAL,
    RATE,
    TYPE,
    URL,
    YES_NO,
    ZONE,
)
from penfriend.language.themes import read_theme

PUBLIC_URL = "PENFRIEND_PUBLIC_URL"
"""Where links point when the file does not say it."""

Types = dict[str, FieldType]
CHOICE = "choice"
MAX_OPTIONS = 20
"""More fit on no screen."""
_SHARED = ("locale", "timezone", "currency")
Untyped = set[tuple[str, str]]


def read_brand(entry: Entry | None, environment: Mapping[str, str], reading: Reading) -> Brand:
    """Who writes. Whether `from` and `address` are needed is the loader's to ask: it knows the campaigns."""
    found = {} if entry is None else reading.table(entry.value, section_keys.BRAND)
    usual = Brand()
    usual = replace(usual, public_url=environment.get(PUBLIC_URL) or usual.public_url)
    return replace(
        _sender(found, usual, reading),
        locale=reading.word(found.get("locale"), LOCALE) or usual.locale,
        timezone=reading.word(found.get("timezone"), ZONE) or usual.timezone,
        currency=reading.word(found.get("currency"), CURRENCY) or usual.currency,
    )


def _sender(found: Mapping[str, Entry], usual: Brand, reading: Reading) -> Brand:
    """Who writes, without the clock and the words that all brands share."""
    return replace(
        usual,
        name=reading.word(found.get("name"), LINE) or usual.name,
        sender=reading.word(found.get("from"), MAILBOX) or usual.sender,
        reply_to=reading.word(found.get("reply_to"), EMAIL) or usual.reply_to,
        return_path=reading.word(found.get("return_path"), RETURN_PATH) or usual.return_path,
        address=reading.word(found.get("address"), POSTAL) or usual.address,
        public_url=reading.word(found.get("public_url"), URL) or usual.public_url,
        utm=_utm(found.get("utm"), usual.utm, reading),
        tracking=reading.word(found.get("tracking"), TRACKING) or usual.tracking,
        theme=read_theme(found.get("theme"), usual.theme, reading),
    )


def _utm(entry: Entry | None, usual: Utm | None, reading: Reading) -> Utm | None:
    """What links carry; what is not said is as in `usual`."""
    if entry is None:
        return usual
    if isinstance(entry.value, Scalar) and not entry.value.is_null:
        reading.word(entry, NONE)
        return None
    found = reading.table(entry.value, section_keys.UTM)
    given = {name: reading.word(one, UTM_VALUE) for name, one in found.items()}
    said = {name: value for name, value in given.items() if value is not None}
    if usual is not None:
        return replace(usual, **said)
    if found.lacks("source"):
        reading.error(entry.key, 'utm needs "source": where the visit comes from, such as newsletter.')
    return Utm(**{"source": "", **said})


def read_more_brands(node: Node | None, usual: Brand, reading: Reading) -> dict[str, Brand]:
    """Further senders; what they do not say is as in `usual`."""
    brands: dict[str, Brand] = {}
    for entry in reading.named(node, "brands", NAME):
        for word in _SHARED:
            if isinstance(entry.value, MappingNode) and word in entry.value.entries:
                key = entry.value.entries[word].key
                reading.error(key, f"{quote(word)} stands in brand alone: all brands share it.")
        given = reading.table(_without(entry.value, _SHARED), section_keys.MORE_BRAND, entry.key)
        brands[entry.key.text] = _sender(given, usual, reading)
    return brands


def _without(node: Node, words: tuple[str, ...]) -> Node:
    """A mapping without some keys, which are reported already."""
    if not isinstance(node, MappingNode):
        return node
    return replace(node, entries={key: entry for key, entry in node.entries.items() if key not in words})


def read_exchange_rates(node: Node | None, currency: str, reading: Reading) -> dict[str, Decimal]:
    """What one unit of each currency is worth in the brand's, `currency`."""
    rates: dict[str, Decimal] = {}
    for entry in reading.named(node, "exchange_rates", CURRENCY):
        rate = reading.word(entry, RATE)
        if entry.key.text == currency:
            reading.error(entry.key, f"{currency} is the brand's own currency; its rate is 1.")
        elif rate is not None:
            rates[entry.key.text] = rate
    return rates


def read_data(node: Node | None, reading: Reading) -> tuple[DataTypes, frozenset[tuple[str, str]]]:
    """The company's own names and their types, and those names whose type is broken."""
    found = {} if node is None else reading.table(node, section_keys.DATA)
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
    renames = Renames("topic", reading)
    for entry in reading.named(node, "topics", NAME):
        found = reading.table(entry.value, section_keys.TOPIC, entry.key)
        title = reading.locale_text(found.get("title"))
        double_opt_in = reading.word(found.get("double_opt_in"), YES_NO)
        was = renames.read(found.get("was"))
        topics[entry.key.text] = Topic(entry.key.text, title or entry.key.text, double_opt_in is True, was)
    renames.check(reading.names.topics)
    return topics


def read_surveys(node: Node | None, reading: Reading) -> dict[str, Survey]:
    """Questions with a scale."""
    surveys: dict[str, Survey] = {}
    for entry in reading.named(node, "surveys", NAME):
        found = reading.table(entry.value, section_keys.SURVEY, entry.key)
        kind = reading.word(found.get("type"), section_keys.SURVEY_TYPE)
        question = reading.locale_text(found.get("question"))
        comment = reading.locale_text(found.get("comment"))
        options = _options(found.get("options"), kind, entry, reading)
        if kind is not None and question is not None:
            surveys[entry.key.text] = Survey(entry.key.text, kind, question, comment, options)
    return surveys


def _options(entry: Entry | None, kind: str | None, survey: Entry, reading: Reading) -> tuple[Text, ...]:
    """What can be chosen: two things or more, where the survey is a choice."""
    if entry is None:
        if kind == CHOICE:
            reading.error(
                survey.key, 'a survey of type choice needs "options": a list of what can be chosen.'
            )
        return ()
    if kind is not None and kind != CHOICE:
        reading.error(entry.key, f'"options" goes with type: choice; {kind} has its own scale.')
    nodes = reading.items(entry.value, '"options"')
    if isinstance(entry.value, Sequence) and not 2 <= len(nodes) <= MAX_OPTIONS:
        reading.error(entry.value, f"a choice has 2 to {MAX_OPTIONS} options, and here are {len(nodes)}.")
    options: list[Text] = []
    for node in nodes:
        option = reading.locale_text_of(node, "an option", node)
        if option is not None and option in options:
            reading.error(node, "this option stands here twice.")
        options.extend([] if option is None else [option])
    return tuple(options)
