"""Triggers: who enters a campaign, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from penfriend.domain.campaign import (
    DateTrigger,
    EventTrigger,
    Every,
    ScheduleTrigger,
    SegmentTrigger,
    Trigger,
)
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At
from penfriend.domain.segment import Condition
from penfriend.domain.timing import at_wall_clock, zone_of
from penfriend.language import keys
from penfriend.language.comparisons import TYPE_NAMES
from penfriend.language.conditions import read_if, read_where
from penfriend.language.field_names import read_key
from penfriend.language.happenings import read_event
from penfriend.language.nodes import Entry, MappingNode, kind_of
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.schedules import OFFSET, SCHEDULE
from penfriend.language.scope import UNKNOWN_SCOPE, MadeOf, Own, Scope, Stage
from penfriend.language.shapes import DAY_OF_MONTH, TIME
from penfriend.language.values import Values

_KINDS = ("event", "date", "schedule")
"""What says when somebody enters; without any of them it is joining the segment."""

_GOES_WITH = {
    **dict.fromkeys(("where", "key"), "event"),
    **dict.fromkeys(("every", "offset", "day", "at"), "date"),
}

LAST_ZONE = "Etc/GMT+12"
"""Where a day ends last: what is past there is past everywhere."""


def read_trigger(entry: Entry, reading: Reading) -> tuple[Trigger | None, Scope]:
    """The trigger, and the scope of what stands in the campaign; None where it cannot be had."""
    if not isinstance(entry.value, MappingNode):
        reading.error(
            entry.value,
            f"a trigger is {{segment: NAME}}, {{event: NAME}}, {{date: FIELD}} or {{schedule: MOMENT}}, not"
            f" {kind_of(entry.value)}.",
        )
        return None, UNKNOWN_SCOPE
    found = reading.table(entry.value, keys.TRIGGER)
    kinds = [kind for kind in _KINDS if kind in found]
    if not kinds and "segment" not in found:
        if not found.meant:
            reading.error(entry.value, 'a trigger needs one of "segment", "event", "date" and "schedule".')
        return None, UNKNOWN_SCOPE
    if len(kinds) > 1:
        both = f"{quote(kinds[0])} and {quote(kinds[1])}"
        reading.error(found[kinds[1]].key, f"{both} in one trigger. Make them two campaigns.")
        return None, UNKNOWN_SCOPE
    kind = kinds[0] if kinds else "segment"
    _refuse_others(kind, found, reading)
    return _Triggers(found, reading).read(kind)


def _refuse_others(kind: str, found: dict[str, Entry], reading: Reading) -> None:
    """Reports each key that goes with another kind of trigger."""
    for word, other in _GOES_WITH.items():
        if word in found and other != kind:
            article = "an" if other == "event" else "a"
            reading.error(
                found[word].key,
                f"{quote(word)} goes with {article} {other}, and this trigger is a {kind}."
                if kind != "event"
                else f"{quote(word)} goes with a date, and this trigger is an event.",
            )


@dataclass(frozen=True, slots=True)
class _Triggers:
    """Reads one trigger of a known kind."""

    found: dict[str, Entry]
    reading: Reading

    def read(self, kind: str) -> tuple[Trigger | None, Scope]:
        """The trigger and the scope of the campaign."""
        segment, made = self._segment()
        scope = UNKNOWN_SCOPE if made is None else Scope(made.things, made.event, Stage.INSIDE)
        if kind == "event":
            event = read_event(self.found["event"].value, '"event"', self.reading)
            scope = replace(scope, event=event)
            return self._event(event, segment, replace(scope, stage=Stage.ENTERING)), scope
        entering = replace(scope, stage=Stage.ENTERING)
        condition = read_if(self.found.get("if"), entering, self.reading)
        if kind == "date":
            return self._date(segment, condition, entering), scope
        if kind == "schedule":
            return self._schedule(segment, condition), scope
        return None if segment is None else SegmentTrigger(segment, condition), scope

    def _segment(self) -> tuple[str | None, MadeOf | None]:
        """The segment's name, and what it is made of."""
        known = self.reading.names.segments
        if "segment" not in self.found:
            return None, MadeOf()
        name = self.reading.reference(self.found["segment"], "segment", known, "segments")
        return name, None if name is None else known.get(name)

    def _event(self, event: str | None, segment: str | None, entering: Scope) -> EventTrigger | None:
        condition = read_if(self.found.get("if"), entering, self.reading)
        if event is None:
            return None
        where = read_where(self.found.get("where"), Own("event", event), entering, self.reading)
        key = read_key(self.found.get("key"), event, self.reading)
        if event == "mail_sent" and where is None:
            self.reading.report.warning(
                self.found["event"].value,
                "each mail of this campaign is a mail_sent too and lets the person in again; say with where"
                " which mails are meant.",
            )
        return EventTrigger(event, where, key, condition, segment)

    def _date(self, segment: str | None, condition: Condition | None, entering: Scope) -> DateTrigger | None:
        found, reading = self.found, self.reading
        field = self._date_field(entering)
        every = reading.word(found.get("every"), keys.EVERY)
        offset, sign = reading.word(found.get("offset"), OFFSET) or (None, 1)
        day = reading.word(found.get("day"), DAY_OF_MONTH)
        at = reading.word(found.get("at"), TIME)
        if "day" in found and "offset" in found:
            reading.error(
                found["offset"].key,
                '"day" and "offset" both move the date; give one of them.',
            )
        if field is None:
            return None
        moved = DateTrigger(
            field=field,
            every=None if every is None else Every(every),
            offset=offset,
            sign=sign,
            day=day,
            condition=condition,
            segment=segment,
        )
        return moved if at is None else replace(moved, at=at)

    def _date_field(self, entering: Scope) -> Field | None:
        node = self.found["date"].value
        field = Values(self.reading, entering).field(node, '"date"')
        if field is None or field.type in (FieldType.DATE, FieldType.MOMENT):
            return field
        self.reading.error(
            node, f"{quote(field.name)} is {TYPE_NAMES[field.type]}; a date or a moment is wanted."
        )
        return None

    def _schedule(self, segment: str | None, condition: Condition | None) -> ScheduleTrigger | None:
        when = self.reading.word(self.found["schedule"], SCHEDULE)
        if when is None:
            return None
        if isinstance(when, At):
            self._warn_of_past(when)
            return ScheduleTrigger(moment=when, condition=condition, segment=segment)
        return ScheduleTrigger(cron=when, condition=condition, segment=segment)

    def _warn_of_past(self, when: At) -> None:
        now = self.reading.now
        if now is None:
            return
        zone = zone_of(when.zone or LAST_ZONE)
        moment = (
            at_wall_clock(when.day, when.at, zone)
            if when.at
            else at_wall_clock(when.day, TIME.parse("00:00"), zone)
        )
        if moment < now:
            self.reading.report.warning(
                self.found["schedule"].value, "that moment is past; nobody enters by it any more."
            )
