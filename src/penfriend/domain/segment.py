"""Conditions as a tree, and segments.

Every test is yes or no: a field without a value fails every test but `not`, `not_in` and `exists: no`, and
`Not` around a condition is
always its opposite. One compiler (`penfriend.storage.segment_sql`) reads the tree for counting, enrolment,
leaving, branching and
explanation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from penfriend.domain.fields import Field
from penfriend.domain.moments import MomentExpr, Window
from penfriend.domain.problems import Place
from penfriend.domain.sources import SqlSelect


class Op(StrEnum):
    """The tests of the language. A bare value is EQUAL."""

    EQUAL = "equal"
    NOT = "not"
    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    EXISTS = "exists"
    BEFORE = "before"
    """That moment included."""
    AFTER = "after"
    """That moment not included."""
    WITHIN = "within"
    """Both ends of the window included."""


Scalar = str | int | float | bool
"""A typed literal. Text is NFC; an amount is an int of ten-thousandths; a number is an int or a float; a yes
or no is a bool;
a date that a field equals is its ISO text."""

Value = Scalar | tuple[Scalar, ...] | Field | MomentExpr | Window
"""What a field is tested against."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What narrows a count, sum or average: all that is given must hold of a row for it to count."""

    within: Window | None = None
    before: MomentExpr | None = None
    after: MomentExpr | None = None
    where: Condition | None = None
    """Names the row's own fields: group `event` for events, `order` for orders, `points` moves have none."""
    match: tuple[tuple[Field, Field], ...] = ()
    """Pairs: the row's own field, and a field of the person or of what the enrollment is about; equal where
    both have a value."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one field."""

    field: Field
    op: Op
    value: Value
    narrow: Narrow | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every one must hold; an empty one holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one must hold; an empty one does not."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: Condition


@dataclass(frozen=True, slots=True)
class InSegment:
    """The contact fulfils that segment's condition now, or has such a thing; the very thing it is about,
    where it is
    about one of the kind."""

    name: str


Condition = All | AnyOf | Not | Test | InSegment

ALWAYS = All(())
"""The condition that everybody fulfils."""


class Things(StrEnum):
    """What a segment is made of."""

    CONTACTS = "contacts"
    CARTS = "carts"
    ORDERS = "orders"
    PURCHASES = "purchases"
    POINTS = "points"
    REWARDS = "rewards"
    EVENTS = "events"
    ROWS = "rows"
    """Rows of the SELECT of a segment with `sql`: the contact, or with an `occurrence` each of its rows."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A set of contacts, or of things of a contact."""

    name: str
    where: Condition = ALWAYS
    of: Things = Things.CONTACTS
    event: str = ""
    """For `of: events.NAME` its NAME."""
    key: str = ""
    """For events: the property of which the latest event each is a thing; empty for the contact's latest
    one."""
    select: SqlSelect | None = None
    """What finds the rows, for `Things.ROWS`."""
    description: str = ""
    was: str | None = None
    """The name that it had in the revision before."""
    place: Place | None = field(default=None, compare=False)


def walk(condition: Condition) -> Iterator[Test | InSegment]:
    """Every leaf of the tree, those inside a `where` included."""
    waiting = [condition]
    while waiting:
        match waiting.pop():
            case All(of) | AnyOf(of):
                waiting.extend(reversed(of))
            case Not(of):
                waiting.append(of)
            case Test(narrow=narrow) as test:
                yield test
                if narrow is not None and narrow.where is not None:
                    waiting.append(narrow.where)
            case InSegment() as named:
                yield named
