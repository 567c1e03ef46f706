"""Triggers: who enters a campaign, and when."""

from __future__ import annotations

from penfriend.domain.campaign import EventTrigger, SegmentTrigger, Trigger
from penfriend.domain.fields import FieldType
from penfriend.domain.segment import Things
from penfriend.language import keys
from penfriend.language.conditions import read_if, read_where
from penfriend.language.field_names import event_field
from penfriend.language.happenings import read_event
from penfriend.language.nodes import Entry, MappingNode, kind_of
from penfriend.language.quoting import quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.scope import UNKNOWN_SCOPE, Own, Scope, Stage
from penfriend.language.words import WordError


def read_trigger(entry: Entry, reading: Reading) -> tuple[Trigger | None, Scope]:
    """The trigger, and the scope of what stands in the campaign; None where it cannot be had."""
    if not isinstance(entry.value, MappingNode):
        reading.error(
            entry.value, f"a trigger is {{segment: NAME}} or {{event: NAME}}, not {kind_of(entry.value)}."
        )
        return None, UNKNOWN_SCOPE
    found = reading.table(entry.value, keys.TRIGGER)
    if "event" in found:
        return _event_trigger(found, reading)
    if "segment" in found:
        return _segment_trigger(found, reading)
    if not found.meant and not any(
        key.later for name, key in keys.TRIGGER.keys.items() if name in entry.value.entries
    ):
        reading.error(entry.value, 'a trigger needs "segment" or "event".')
    return None, UNKNOWN_SCOPE


def _segment_trigger(found: dict[str, Entry], reading: Reading) -> tuple[Trigger | None, Scope]:
    for word in ("where", "key"):
        if word in found:
            reading.error(
                found[word].key, f"{quote(word)} goes with an event, and this trigger is a segment."
            )
    segment, about = _segment(found, reading)
    scope = Scope(about=about, event="", stage=Stage.INSIDE)
    condition = read_if(found.get("if"), Scope(about, "", Stage.ENTERING), reading)
    return None if segment is None else SegmentTrigger(segment, condition), scope


def _segment(found: dict[str, Entry], reading: Reading) -> tuple[str | None, Things | None]:
    """The segment's name, and what it is made of."""
    if "segment" not in found:
        return None, Things.CONTACTS
    name = reading.reference(found["segment"], "segment", reading.names.segments, "segments")
    return name, None if name is None else reading.names.segments.get(name)


def _event_trigger(found: dict[str, Entry], reading: Reading) -> tuple[Trigger | None, Scope]:
    segment, about = _segment(found, reading)
    event = read_event(found["event"].value, '"event"', reading)
    scope = Scope(about=about, event=event, stage=Stage.INSIDE)
    entering = Scope(about, event, Stage.ENTERING)
    condition = read_if(found.get("if"), entering, reading)
    if event is None:
        return None, scope
    where = read_where(found.get("where"), Own("event", event), entering, reading)
    return EventTrigger(event, where, _key(found.get("key"), event, reading), condition, segment), scope


def _key(entry: Entry | None, event: str, reading: Reading) -> str:
    """The property whose value is the occurrence."""
    name = None if entry is None else reading.text(entry.value, '"key"')
    if entry is None or name is None:
        return ""
    try:
        field = event_field(name, name, event, reading)
    except AlreadyReportedError:
        return ""
    except WordError as error:
        reading.error(entry.value, str(error))
        return ""
    if field.type is FieldType.LIST or name == "at":
        reading.error(
            entry.value,
            f"{quote(name)} cannot be the occurrence: it has to be one value that names a thing, such as"
            " order_id.",
        )
    return name
