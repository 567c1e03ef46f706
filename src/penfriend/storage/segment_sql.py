"""The compiler of conditions: a tree becomes one SQL expression with bound values.

Counting, preview, entering, leaving, branching and explaining all use it. Inside, a missing value makes NULL,
and NULL counts as no: `sure` makes it so wherever it could be seen, under a `not` and in a column of a
result.

    segment_sql           conditions and segments
    segment_sql_compare   one value against another
    segment_sql_fields    fields -> values;  segment_sql_lists, segment_sql_counts, segment_sql_things: lists,
        narrowed counts, things
    segment_sql_scope     whose fields
    segment_sql_moments   moments reckoned in Python;  segment_sql_time: dates and moments of rows
    segment_sql_json      values in JSON
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import FromClause, and_, false, func, not_, or_, true

from penfriend.domain.campaign import EventHappening
from penfriend.domain.definitions import Definitions
from penfriend.domain.events import OWN
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import Entry, FromNow, MomentExpr, OfEntry, OfField, Weekday, Window
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
    Value,
)
from penfriend.storage import tables as t
from penfriend.storage.segment_sql_compare import (
    OPPOSITE,
    alike,
    bound_value,
    compare,
    contains,
    starts_with,
    sure,
)
from penfriend.storage.segment_sql_counts import CountedRows, narrowed
from penfriend.storage.segment_sql_fields import value_of
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_lists import entries_of, is_list
from penfriend.storage.segment_sql_moments import NOW, Binder, Bound, Reckonable, Shape
from penfriend.storage.segment_sql_scope import Scope, there_is
from penfriend.storage.segment_sql_things import ThingRows, event_key, row_prefix, thing_rows
from penfriend.storage.segment_sql_time import midnight_of, shift_day, shift_moment

_DAY_SHAPES = {Op.AT_LEAST: Shape.DAY_TO_BEGIN, Op.LESS_THAN: Shape.DAY_TO_BEGIN}
"""A date counts as its midnight; for the other tests the day that has begun is the one to compare with."""
_TIMES = (FieldType.MOMENT, FieldType.DATE)


class Compiler:
    """Compiles conditions of one revision with one way of binding moments."""

    def __init__(self, definitions: Definitions, binder: Binder) -> None:
        self._definitions = definitions
        self._binder = binder
        self._zone = definitions.brand.zone

    def holds(self, condition: Condition, scope: Scope) -> Expr:
        """The condition as an expression that is true where it holds, else false or NULL."""
        match condition:
            case All(of):
                return and_(true(), *(self.holds(part, scope) for part in of))
            case AnyOf(of):
                return or_(false(), *(self.holds(part, scope) for part in of))
            case Not(of):
                return not_(sure(self.holds(of, scope)))
            case InSegment(name):
                return self.in_segment(self._definitions.segments[name], scope)
            case Test():
                return self._test(condition, scope)

    def in_segment(self, segment: Segment, scope: Scope) -> Expr:
        """The contact is in the segment, or has such a thing; the very thing that it is about, where it is
        about one of the kind."""
        if segment.of is Things.CONTACTS:
            return self.holds(segment.where, scope.about_nothing())
        things = thing_rows(segment)
        inner = self.holds(segment.where, things.scope(scope.contact, scope.frozen))
        same = self._same_thing(segment, things, scope)
        return there_is(things.row, where=[*things.of(scope.contact), same, inner])

    def members(self, segment: Segment, contact: FromClause) -> tuple[Expr, ThingRows | None]:
        """What must hold of a contact's row, or of it and a thing's row beside it, to be a member."""
        alive = contact.c.erased_at.is_(None)
        if segment.of is Things.CONTACTS:
            return and_(alive, self.holds(segment.where, Scope(contact))), None
        things = thing_rows(segment)
        return and_(alive, self.holds(segment.where, things.scope(contact))), things

    def still_in(self, name: str, scope: Scope) -> Expr:
        """Like `in_segment`, but time alone takes nobody out."""
        return self.in_segment(self._definitions.segments[name], replace(scope, frozen=True))

    def happened(self, happening: EventHappening, scope: Scope) -> tuple[FromClause, Expr]:
        """The rows of `events` that are such a happening: this enrollment's own for mail and surveys."""
        row = t.events.alias()
        where = [row.c.contact_id == scope.contact.c.id, row.c.name == happening.event]
        if happening.event in OWN and scope.enrollment is not None:
            where.append(row.c.enrollment_id == scope.enrollment)
        if happening.where is not None:
            where.append(self.holds(happening.where, scope.with_row("event", row)))
        where += [self._matches(own, other, "event", row, scope) for own, other in happening.match]
        return row, and_(*where)

    def value(self, test: Test, scope: Scope) -> Expr:
        """What the test's field holds, narrowed where the test narrows."""
        narrow = test.narrow
        if narrow is None or narrow == Narrow():
            return value_of(test.field, scope)
        return self.narrowed(test.field, narrow, scope)

    def narrowed(self, field: Field, narrow: Narrow, scope: Scope) -> Expr:
        """A count, sum or average of the rows that `narrow` lets through."""
        return narrowed(field, scope, lambda rows: self._narrow(narrow, rows, scope))

    def moment(self, expr: MomentExpr, scope: Scope) -> tuple[Expr, FieldType]:
        """A moment as an expression, and whether it is a moment or a date."""
        if not isinstance(expr, OfField):
            return self._bound(expr, Shape.MOMENT, scope), FieldType.MOMENT
        value, type_ = value_of(expr.field, scope), expr.field.type
        if expr.offset is None:
            return value, type_
        if type_ is FieldType.DATE:
            if not expr.offset.is_elapsed:
                return shift_day(value, expr.offset, expr.sign), type_
            value = midnight_of(value, self._zone)
        return shift_moment(value, expr.offset, expr.sign, self._zone), FieldType.MOMENT

    def _same_thing(self, segment: Segment, things: ThingRows, scope: Scope) -> Expr:
        about = scope.about(things.about)
        if about is None:
            return true()
        if segment.of is Things.ROWS:  # about a row of another segment is about none of this one
            prefix = row_prefix(segment.name)
            ours = func.substr(about, 1, len(prefix)) == prefix
            return or_(about.is_(None), not_(ours), things.subject[things.about] == about)
        if segment.of is not Things.EVENTS:
            return or_(about.is_(None), things.subject[things.about] == about)
        own = t.events.alias()
        its = [own.c.id == about, own.c.name == segment.event]
        equal = event_key(own, segment.key) == things.occurrence
        return or_(about.is_(None), not_(there_is(own, where=its)), there_is(own, where=[*its, equal]))

    def _test(self, test: Test, scope: Scope) -> Expr:
        if is_list(test.field) and test.narrow is None:
            return self._list_test(test, scope)
        left = self.value(test, scope)
        return self._value_test(left, test, scope)

    def _list_test(self, test: Test, scope: Scope) -> Expr:
        """One entry passes; a list without entries is a missing value."""
        entries, value = entries_of(test.field, scope), test.value
        if test.field.type is FieldType.LIST and test.op is Op.CONTAINS:
            test = replace(test, op=Op.EQUAL)
        if test.op is Op.EXISTS and test.field.type is FieldType.LIST:  # also of things without an id
            return not_(entries.none()) if value else entries.none()
        sample = value[0] if isinstance(value, tuple) and value else value
        passes = entries.any_(lambda entry: self._value_test(entry, test, scope), sample)
        passes_empty = test.op in OPPOSITE or (test.op is Op.EXISTS and value is False)
        return or_(passes, entries.none()) if passes_empty else passes

    def _value_test(self, left: Expr, test: Test, scope: Scope) -> Expr:
        op, value = test.op, test.value
        if op in OPPOSITE:
            return not_(sure(self._value_test(left, replace(test, op=OPPOSITE[op]), scope)))
        if op is Op.EXISTS:
            return left.is_not(None) if value else left.is_(None)
        if op is Op.WITHIN and isinstance(value, Window):
            return self._within(left, test.field.type, value, scope)
        if isinstance(value, tuple):
            return or_(false(), *(self._against(left, test.field, Op.EQUAL, one, scope) for one in value))
        return self._against(left, test.field, op, value, scope)

    def _against(self, left: Expr, field: Field, op: Op, value: Value, scope: Scope) -> Expr:
        if isinstance(value, Field) and value.type in _TIMES and field.type in _TIMES:
            value = OfField(value)
        if isinstance(value, Field):
            pair = alike(left, field.type, value_of(value, scope), value.type)
            return false() if pair is None else self._compared(pair[0], op, pair[1])
        if isinstance(value, str | int | float):
            return self._compared(left, op, bound_value(value))
        if isinstance(value, Window | tuple):
            raise TypeError(f"{field.name}: {op} cannot be tested against {value}")
        return self._against_moment(left, field.type, op, value, scope)

    @staticmethod
    def _compared(left: Expr, op: Op, right: Expr) -> Expr:
        if op is Op.CONTAINS:
            return contains(left, right)
        if op is Op.STARTS_WITH:
            return starts_with(left, right)
        return compare(left, op, right)

    def _against_moment(self, left: Expr, type_: FieldType, op: Op, expr: MomentExpr, scope: Scope) -> Expr:
        if not isinstance(expr, OfField):
            shape = Shape.MOMENT if type_ is FieldType.MOMENT else _DAY_SHAPES.get(op, Shape.DAY_BEGUN)
            return compare(left, op, self._bound(expr, shape, scope))
        right, right_type = self.moment(expr, scope)
        if type_ is FieldType.DATE and right_type is FieldType.MOMENT:
            left = midnight_of(left, self._zone)
        if type_ is FieldType.MOMENT and right_type is FieldType.DATE:
            right = midnight_of(right, self._zone)
        return compare(left, op, right)

    def _within(self, left: Expr, type_: FieldType, window: Window, scope: Scope) -> Expr:
        """Both ends included. What has come since entry is inside a `last` window when time alone must
        take nobody out."""
        far = FromNow(window.duration, window.sign)
        begin, end = (far, NOW) if window.sign < 0 else (NOW, far)
        since = self._against_moment(left, type_, Op.AT_LEAST, begin, scope)
        if scope.frozen and window.sign < 0:
            return since
        return and_(since, self._against_moment(left, type_, Op.AT_MOST, end, scope))

    def _narrow(self, narrow: Narrow, rows: CountedRows, scope: Scope) -> list[Expr]:
        parts = []
        if narrow.within is not None:
            parts.append(self._within(rows.at, FieldType.MOMENT, narrow.within, scope))
        if narrow.before is not None:
            parts.append(self._against_moment(rows.at, FieldType.MOMENT, Op.BEFORE, narrow.before, scope))
        if narrow.after is not None:
            parts.append(self._against_moment(rows.at, FieldType.MOMENT, Op.AFTER, narrow.after, scope))
        if narrow.where is not None:
            parts.append(self.holds(narrow.where, scope.with_row(rows.group, rows.row)))
        return parts + [self._matches(own, other, rows.group, rows.row, scope) for own, other in narrow.match]

    @staticmethod
    def _matches(own: Field, other: Field, group: str, row: FromClause, scope: Scope) -> Expr:
        pair = alike(value_of(own, scope.with_row(group, row)), own.type, value_of(other, scope), other.type)
        return false() if pair is None else pair[0] == pair[1]

    def _bound(self, expr: Reckonable, shape: Shape, scope: Scope) -> Expr:
        frozen = scope.frozen and isinstance(expr, FromNow | Weekday)
        bound = Bound(expr, shape, frozen)
        if isinstance(expr, Entry | OfEntry) and not scope.entry:
            raise ValueError("`entry` has no meaning outside an enrollment")
        return self._binder.bound(bound)
