"""Conditions in words of a shop, in the reader's language: `Last order: at least 90 days ago`.

Each test is the name of a field and what is wanted of it, with a colon between, so that the words fit in
every language whatever the number, gender or case. Groups keep the form of the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from markupsafe import Markup, escape

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At, Entry, FromNow, MomentExpr, OfEntry, OfField, Weekday, Window
from penfriend.domain.segment import All, AnyOf, Condition, InSegment, Narrow, Not, Op, Scalar, Test
from penfriend.domain.timing import Duration
from penfriend.rendering.pages import Words
from penfriend.rendering.reader import Reader

_IS = Markup("<bdi>{}</bdi>: <bdi>{}</bdi>")
"""What is tested, and what is wanted of it."""
_MONDAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A condition: its words, and for a group what is in it."""

    text: Markup
    parts: tuple[Spoken, ...] = ()


class Speaker:
    """Says conditions for one reader."""

    def __init__(self, words: Words, reader: Reader) -> None:
        self._words, self._reader = words, reader

    def __call__(self, condition: Condition) -> Spoken:
        """The condition. A group with one part is said as that part."""
        match condition:
            case All((one,)) | AnyOf((one,)):
                return self(one)
            case All(of):
                return Spoken(self._words("condition_all"), tuple(self(part) for part in _flat(of)))
            case AnyOf(of):
                return Spoken(self._words("condition_any"), tuple(self(part) for part in of))
            case Not(AnyOf((_, _, *_) as several)):
                return Spoken(self._words("condition_none"), tuple(self(part) for part in several))
            case Not(of):
                said = self(of)
                if said.parts:
                    return Spoken(self._words("condition_not"), (said,))
                return Spoken(self._words("condition_not_one", what=said.text))
            case InSegment(name):
                return Spoken(self._words("condition_segment", name=name))
            case Test() as test:
                return self._test(test)

    def _test(self, test: Test) -> Spoken:
        said = [self._wanted(test)]
        parts: tuple[Spoken, ...] = ()
        if test.narrow is not None:
            said += self._narrow(test.narrow)
            if test.narrow.where is not None:
                said.append(self._words("condition_where"))
                where = self(test.narrow.where)
                parts = where.parts if isinstance(test.narrow.where, All) and where.parts else (where,)
        wanted = Markup(", ").join(said)
        return Spoken(_IS.format(self.field(test.field), wanted), parts)

    def field(self, field: Field) -> Markup:
        """A field as a shop calls it; one that has no such name, as it is written."""
        if field.group == "topic":
            return self._words("field_topic", name=field.key)
        if "attributes" in field.subject or (field.subject not in ("", "items") and field.group == "event"):
            return escape(field.key)
        group = "items" if field.subject == "items" else field.group
        key = f"field_{group}_{field.key.replace('.', '_')}" if field.group != "waited" else "field_waited"
        if not field.subject and f"{key}_own" in self._words:
            return self._words(f"{key}_own")
        if key not in self._words:
            return Markup("<code>{}</code>").format(field.name)
        return self._words(key, name=field.subject)

    def _wanted(self, test: Test) -> Markup:
        key, value = f"condition_op_{test.op.value}", test.value
        if test.op is Op.EXISTS:
            return self._words(key if value else f"{key}_not")
        if test.op in (Op.BEFORE, Op.AFTER) and isinstance(value, FromNow) and value.sign < 0:
            return self._words(f"condition_{test.op.value}_ago", duration=self._duration(value.duration))
        said = self._value(test.field, value)
        return escape(said) if test.op in (Op.EQUAL, Op.WITHIN) else self._words(key, value=said)

    def _narrow(self, narrow: Narrow) -> list[Markup]:
        said = []
        if narrow.within is not None:
            said.append(self._words("condition_counted", window=self.moment(narrow.within)))
        for op, moment in ((Op.BEFORE, narrow.before), (Op.AFTER, narrow.after)):
            if moment is not None:
                window = self._words(f"condition_op_{op.value}", value=self.moment(moment))
                said.append(self._words("condition_counted", window=window))
        for own, other in narrow.match:
            said.append(self._words("condition_match", one=self.field(own), other=self.field(other)))
        return said

    def _value(self, field: Field, value: object) -> Markup | str:
        if isinstance(value, tuple):
            return Markup(", ").join(Markup("<bdi>{}</bdi>").format(self._value(field, one)) for one in value)
        if isinstance(value, Field):
            return self.field(value)
        if isinstance(value, str | int | float):
            return self._scalar(field, value)
        return self.moment(value)  # type: ignore[arg-type]  # what is left of `Value`

    def _scalar(self, field: Field, value: Scalar) -> Markup | str:
        if isinstance(value, bool):
            return self._words("condition_yes" if value else "condition_no")
        if isinstance(value, str):
            if field.type is FieldType.DATE:
                return self._reader.day(date.fromisoformat(value), "long")
            return escape(value)
        return self._reader.money(value) if field.type is FieldType.AMOUNT else self._reader.number(value)

    def _duration(self, duration: Duration) -> str:
        return self._reader.duration(duration)

    def moment(self, moment: MomentExpr | Window) -> Markup | str:
        """A moment of the campaign language, or a span of time."""
        words = self._words
        match moment:
            case Window(duration, sign):
                key = "condition_last" if sign < 0 else "condition_next"
                return words(key, duration=self._duration(duration))
            case FromNow(duration, sign):
                return words(
                    "condition_ago" if sign < 0 else "condition_in", duration=self._duration(duration)
                )
            case Weekday(day):
                return words("condition_weekday", day=self._reader.day(_MONDAY + timedelta(days=day), "EEEE"))
            case At(day, at, zone):
                return self._written(day, at, zone)
            case Entry():
                return words("condition_entry")
            case OfEntry(offset, sign):
                return self._offset(offset, sign, words("condition_entry"))
            case OfField(field, offset, sign):
                name = self.field(field)
                return name if offset is None else self._offset(offset, sign, name)

    def _offset(self, offset: Duration, sign: int, what: Markup) -> Markup:
        key = "condition_before_of" if sign < 0 else "condition_after_of"
        return self._words(key, duration=self._duration(offset), what=what)

    def _written(self, day: date, at: time | None, zone: str | None) -> str:
        told = [self._reader.day(day, "long")]
        if at is not None:
            told.append(self._reader.time_of(datetime.combine(day, at)))
        return " ".join([*told, *([zone] if zone else [])])


def _flat(of: tuple[Condition, ...]) -> Iterator[Condition]:
    """The parts of an `all`, those of an `all` inside it among them: two tests of one field are one."""
    for part in of:
        if isinstance(part, All) and part.of:
            yield from _flat(part.of)
        else:
            yield part
