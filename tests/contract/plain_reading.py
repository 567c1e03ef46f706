"""Conditions read by plain Python over plain rows, written from LANGUAGE.md: what the SQL is compared
with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import FromNow, MomentExpr, OfField, Weekday, Window, reckon
from penfriend.domain.segment import (
    All,
    AnyOf,
    Condition,
    InSegment,
    Narrow,
    Not,
    Op,
    Segment,
    Test,
    Things,
)
from penfriend.domain.timing import Moment, local_date, midnight, shift
from tests.contract.plain_fields import Person, PlainFields, Value
from tests.contract.shop_world import Row, World

_KEYS = {
    Things.CARTS: ("carts", "key"),
    Things.ORDERS: ("orders", "key"),
    Things.PURCHASES: ("purchases", "product_key"),
    Things.POINTS: ("expiries", "expires_on"),
    Things.REWARDS: ("rewards", "key"),
}


class PlainReading(PlainFields):
    """Reads conditions at one moment."""

    def __init__(self, world: World, definitions: Definitions, now: int) -> None:
        super().__init__(world)
        self.definitions, self.now = definitions, now
        self.zone = definitions.brand.zone

    def members(self, segment: Segment) -> set[tuple[int, str]]:
        """The members of a segment: contact and occurrence."""
        return {
            (contact["id"], occurrence)
            for contact in self.world.contacts
            for occurrence, about in self.things(segment, contact["id"])
            if self.holds(segment.where, Person(contact, about))
        }

    def things(self, segment: Segment, contact: int) -> list[tuple[str, dict[str, Row]]]:
        """The contact's things of the segment's kind, each with what it is about."""
        if segment.of is Things.CONTACTS:
            return [("", {})]
        if segment.of is Things.EVENTS:
            return self._events(segment, contact)
        kind, key = _KEYS[segment.of]
        rows = self.world.purchases(contact) if kind == "purchases" else self.world.of(kind, contact)
        if segment.of is Things.ORDERS:
            rows = self.world.counted_orders(contact)
        if segment.of is Things.POINTS:
            rows = [row for row in rows if row["remaining"] > 0]
        return [(row[key], self._about(segment.of, row)) for row in rows]

    def _events(self, segment: Segment, contact: int) -> list[tuple[str, dict[str, Row]]]:
        latest: dict[str, Row] = {}
        for row in sorted(self.world.of("events", contact), key=lambda row: (row["at"], row["key"])):
            key = row["properties"].get(segment.key) if segment.key else ""
            if (
                row["name"] == segment.event
                and isinstance(key, str | int | float)
                and not isinstance(key, bool)
            ):
                latest[str(key)] = row
        return [(key, self._about(Things.EVENTS, row)) for key, row in latest.items()]

    def _about(self, things: Things, row: Row) -> dict[str, Row]:
        group = {
            Things.CARTS: "cart",
            Things.ORDERS: "order",
            Things.PURCHASES: "purchase",
            Things.POINTS: "points",
            Things.REWARDS: "reward",
            Things.EVENTS: "event",
        }[things]
        return {group: row}

    def holds(self, condition: Condition, person: Person) -> bool:
        """Yes or no."""
        match condition:
            case All(of):
                return all(self.holds(part, person) for part in of)
            case AnyOf(of):
                return any(self.holds(part, person) for part in of)
            case Not(of):
                return not self.holds(of, person)
            case InSegment(name):
                return self._in_segment(self.definitions.segments[name], person)
            case Test():
                return self._test(condition, person)

    def _in_segment(self, segment: Segment, person: Person) -> bool:
        own = self.things(segment, person.contact["id"])
        if segment.of is not Things.CONTACTS:
            key = self._key_about(segment, person)
            own = [(occurrence, about) for occurrence, about in own if key in (None, occurrence)]
        inner = replace(person, entry=None) if person.frozen is False else person
        return any(self.holds(segment.where, replace(inner, about=about)) for _, about in own)

    def _key_about(self, segment: Segment, person: Person) -> str | None:
        """Which thing of the segment's kind the person is asked about; None where it is about none."""
        if segment.of is Things.CARTS:
            return self.cart_key(person)
        if segment.of is Things.ORDERS:
            return person.about["order"]["key"] if "order" in person.about else None
        if segment.of is Things.POINTS:
            return person.about["points"]["expires_on"] if "points" in person.about else None
        if segment.of is Things.PURCHASES:
            return self.product_key(person)
        if segment.of is Things.EVENTS and "event" in person.about:
            row = person.about["event"]
            if row["name"] == segment.event:
                return str(row["properties"].get(segment.key)) if segment.key else ""
        return None

    def _test(self, test: Test, person: Person) -> bool:
        listed = (
            test.field.type is FieldType.LIST
            or test.field.subject.startswith("items")
            or test.field.group == "items"
        )
        if not listed:
            return self._passes(self._value(test, person), test, person)
        entries = self.entries(test.field, person)
        if test.field.type is FieldType.LIST and test.op is Op.CONTAINS:
            test = replace(test, op=Op.EQUAL)
        if test.op is Op.EXISTS and test.field.type is FieldType.LIST:
            return bool(entries) is bool(test.value)
        if not entries:
            return self._passes(None, test, person)
        return any(self._passes(entry, test, person) for entry in entries)

    def _passes(self, found: Value, test: Test, person: Person) -> bool:
        if test.op is Op.EXISTS:
            return (found is not None) is bool(test.value)
        if test.op is Op.NOT:
            return not self._compare(found, test.field, Op.EQUAL, test.value, person)
        if test.op is Op.NOT_IN:
            return not self._any_equal(found, test, person)
        if test.op is Op.IN:
            return self._any_equal(found, test, person)
        return self._compare(found, test.field, test.op, test.value, person)

    def _any_equal(self, found: Value, test: Test, person: Person) -> bool:
        assert isinstance(test.value, tuple)
        return any(self._compare(found, test.field, Op.EQUAL, one, person) for one in test.value)

    def _compare(self, found: Value, tested: Field, op: Op, wanted: object, person: Person) -> bool:
        if found is None:
            return False
        if isinstance(wanted, Window):
            return self._inside(self._instant(found), wanted, person)
        if isinstance(wanted, Field) and wanted.type in (FieldType.MOMENT, FieldType.DATE):
            wanted = OfField(wanted)
        if isinstance(wanted, Field):
            wanted, found = self._alike(found, tested, wanted, person)
        elif not isinstance(wanted, str | int | float | bool):
            return self._compare_moment(found, op, wanted, person)  # type: ignore[arg-type]  # the rest are moments
        if wanted is None or _kind(found) != _kind(wanted):
            return False
        return _OPERATIONS[op](found, wanted)

    def _alike(self, found: Value, tested: Field, wanted: Field, person: Person) -> tuple[Value, Value]:
        other = self.field_value(wanted, person)
        if other is not None and tested.type is FieldType.AMOUNT and wanted.type is not FieldType.AMOUNT:
            other *= 10_000
        if tested.type is not FieldType.AMOUNT and wanted.type is FieldType.AMOUNT:
            found *= 10_000
        return other, found

    def _compare_moment(self, found: Value, op: Op, expr: MomentExpr, person: Person) -> bool:
        base = person.entry if person.frozen and isinstance(expr, FromNow | Weekday) else self.now
        wanted = reckon(
            expr,
            now=Moment(base if base is not None else self.now),
            zone=self.zone,
            entry=None if person.entry is None else Moment(person.entry),
            read=lambda of: _date_or_moment(self.field_value(of, person)),
        )
        if wanted is None:
            return False
        if isinstance(found, str) and op is Op.EQUAL and not isinstance(expr, OfField):
            return found == local_date(wanted, self.zone).isoformat()
        return _OPERATIONS[op](self._instant(found), wanted)

    def _instant(self, value: Value) -> int:
        """A date is its midnight by the brand's clock."""
        return midnight(date.fromisoformat(value), self.zone) if isinstance(value, str) else int(value)

    def _inside(self, at: int, window: Window, person: Person) -> bool:
        base = Moment(person.entry) if person.frozen and person.entry is not None else Moment(self.now)
        far = shift(base, window.duration, self.zone, window.sign)
        if window.sign > 0:
            return base <= at <= far
        return far <= at and (person.frozen or at <= base)

    def _value(self, test: Test, person: Person) -> Value:
        return (
            self.field_value(test.field, person)
            if test.narrow is None
            else self._narrowed(test.field, test.narrow, person)
        )

    def _narrowed(self, of: Field, narrow: Narrow, person: Person) -> Value:
        group, rows = self._counted(of, person.contact["id"])
        kept = [row for row in rows if self._kept(row, group, narrow, person)]
        if of.key == "count":
            return len(kept)
        if of.key in ("earned", "spent"):
            return sum(row["amount"] for row in kept)
        total = sum(row["net"] for row in kept)
        return total if of.key == "total" else total // len(kept) if kept else None

    def _counted(self, of: Field, contact: int) -> tuple[str, list[Row]]:
        if of.group == "orders":
            return "order", [row | {"when": row["placed_at"]} for row in self.world.counted_orders(contact)]
        if of.group == "events":
            rows = [row for row in self.world.of("events", contact) if row["name"] == of.subject]
            return "event", [row | {"when": row["at"]} for row in rows]
        rows = [row for row in self.world.of("point_moves", contact) if row["kind"] == of.key]
        return "points", [row | {"when": row["at"]} for row in rows]

    def _kept(self, row: Row, group: str, narrow: Narrow, person: Person) -> bool:
        own = replace(person, about={**person.about, group: row})
        if narrow.within is not None and not self._inside(row["when"], narrow.within, person):
            return False
        if narrow.before is not None and not self._compare_moment(
            row["when"], Op.BEFORE, narrow.before, person
        ):
            return False
        if narrow.after is not None and not self._compare_moment(row["when"], Op.AFTER, narrow.after, person):
            return False
        if narrow.where is not None and not self.holds(narrow.where, own):
            return False
        pairs = [
            (self.field_value(mine, own), self.field_value(other, person)) for mine, other in narrow.match
        ]
        return all(mine is not None and mine == other for mine, other in pairs)


_OPERATIONS: dict[Op, Callable[[Value, Value], bool]] = {
    Op.EQUAL: lambda found, wanted: found == wanted,
    Op.AT_LEAST: lambda found, wanted: found >= wanted,
    Op.AT_MOST: lambda found, wanted: found <= wanted,
    Op.MORE_THAN: lambda found, wanted: found > wanted,
    Op.LESS_THAN: lambda found, wanted: found < wanted,
    Op.BEFORE: lambda found, wanted: found <= wanted,
    Op.AFTER: lambda found, wanted: found > wanted,
    Op.CONTAINS: lambda found, wanted: wanted in found,
    Op.STARTS_WITH: lambda found, wanted: found.startswith(wanted),
}


def _kind(value: Value) -> str:
    return "text" if isinstance(value, str) else "yes_no" if isinstance(value, bool) else "number"


def _date_or_moment(value: Value) -> Moment | date | None:
    if value is None:
        return None
    return date.fromisoformat(value) if isinstance(value, str) else Moment(value)
