"""The step `update`: which attributes it sets and which topics it takes the contact out of."""

from __future__ import annotations

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At
from penfriend.domain.segment import Scalar
from penfriend.domain.timing import at_wall_clock, midnight, zone_of
from penfriend.language.comparisons import TYPE_NAMES
from penfriend.language.field_names import resolve
from penfriend.language.nodes import Entry, MappingNode, is_null, kind_of
from penfriend.language.quoting import quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.scope import Scope
from penfriend.language.shapes import YES_NO
from penfriend.language.values import LITERALS
from penfriend.language.words import WordError, parse_moment

Changes = tuple[tuple[tuple[Field, Scalar], ...], tuple[str, ...]]
"""Attributes with their values, and the topics to leave."""

_SETS = "update sets contact.attributes.NAME, or topic.NAME: no"


def read_changes(entry: Entry, scope: Scope, reading: Reading) -> Changes | None:
    """What an update step changes."""
    if not isinstance(entry.value, MappingNode) or not entry.value.entries:
        found = "nothing" if isinstance(entry.value, MappingNode) else kind_of(entry.value)
        reading.error(entry.value, f"{_SETS}, not {found}.")
        return None
    attributes: list[tuple[Field, Scalar]] = []
    leave: list[str] = []
    for part in entry.value.entries.values():
        field = _field(part, scope, reading)
        if field is None:
            continue
        if field.group == "topic":
            leave.extend(_left(part, field, reading))
        else:
            value = _value(part, field, reading)
            attributes.extend([] if value is None else [(field, value)])
    return tuple(attributes), tuple(leave)


def _field(part: Entry, scope: Scope, reading: Reading) -> Field | None:
    try:
        field = resolve(part.key.text, scope, reading)
    except AlreadyReportedError:
        return None
    except WordError as error:
        reading.error(part.key, str(error))
        return None
    if field.group == "topic" or (field.group, field.subject) == ("contact", "attributes"):
        return field
    reading.error(part.key, f"{quote(field.name)} cannot be set here: {_SETS}.")
    return None


def _left(part: Entry, field: Field, reading: Reading) -> list[str]:
    subscribed = reading.word(part, YES_NO)
    if subscribed:
        reading.error(part.value, f"a campaign subscribes nobody; only {field.name}: no can be set.")
    return [field.key] if subscribed is False else []


def _value(part: Entry, field: Field, reading: Reading) -> Scalar | None:
    if field.type is FieldType.LIST:
        reading.error(
            part.key, f"{quote(field.name)} is {TYPE_NAMES[field.type]}; update sets single values."
        )
        return None
    if is_null(part.value):
        reading.error(part.value, f"{quote(field.name)} has no value; an attribute cannot be taken away.")
        return None
    text = reading.text(part.value, quote(field.name))
    try:
        return None if text is None else _literal(field, text, reading)
    except WordError as error:
        reading.error(part.value, str(error))
        return None


def _literal(field: Field, text: str, reading: Reading) -> Scalar:
    """A value as attributes are kept: a moment in microseconds UTC, by the brand's clock where it has no
    zone."""
    if field.type is not FieldType.MOMENT:
        return LITERALS[field.type](text)
    moment = parse_moment(text)
    if not isinstance(moment, At):
        raise WordError(
            f"{quote(text)} is no moment that can be kept. Write it out, such as 2026-12-24 09:00."
        )
    zone = zone_of(moment.zone or reading.names.timezone)
    return midnight(moment.day, zone) if moment.at is None else at_wall_clock(moment.day, moment.at, zone)
