"""Whose moment a date or schedule trigger finds come: first their ids, from an index, then the rows that
come to the campaign's door.

A unit is a moment for those who come at once: people of one zone, or of several whose clocks show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    Integer,
    Select,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
)

from penfriend.domain.fields import FieldType
from penfriend.domain.timing import Moment
from penfriend.domain.triggers import DateTrigger
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.date_values import Span
from penfriend.storage.entering_arrivals import Came, Coming
from penfriend.storage.looks_tables import empty, look_dated, look_days, look_spans, write
from penfriend.storage.passed_moments_rows import Source
from penfriend.storage.segment_sql_fields import value_of
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_scope import Scope, there_is


@dataclass(frozen=True, slots=True)
class Unit:
    """`zones` stand so in the contacts' rows; a unit of those who have none is `(None,)`."""

    at: Moment
    occurrence: str
    zones: tuple[str | None, ...]
    spans: tuple[Span, ...] = ()
    """What the date field holds of those whose date it is; nothing for a schedule."""

    @property
    def has_zone(self) -> bool:
        """Whether its people have a zone of their own."""
        return self.zones != (None,)

    def values(self, number: int) -> dict[str, object]:
        """The parameters of the statements for the unit."""
        return {
            "unit": number,
            "came_at": self.at,
            "about": self.occurrence,
            "zones": [zone for zone in self.zones if zone is not None],
        }


def coming_at(trigger: object, has_zone: bool) -> tuple[Coming, Came | None]:
    """The contacts of a unit, as they come to the door, and what says whether the date of a thing has come.

    Who was not known yet at the moment does not come.
    """
    contact = t.contacts.alias("contact")
    at = cast(bindparam("came_at", type_=BIG), BigInteger)
    mine = select(look_dated.c.contact_id).where(look_dated.c.unit == bindparam("unit", type_=Integer()))
    where = [contact.c.id.in_(mine), contact.c.created_at <= at, _in_zone(contact.c.timezone, has_zone)]
    coming = Coming(
        rows=contact,
        contact=contact,
        occurrence=cast(bindparam("about", type_=TEXT), TEXT),
        at=at,
        subject={},
        where=tuple(where),
    )
    return coming, _came(trigger) if isinstance(trigger, DateTrigger) else None


def _came(trigger: DateTrigger) -> Came:
    def came(scope: Scope) -> Expr:
        spans = look_days if trigger.field.type is FieldType.DATE else look_spans
        value, row = value_of(trigger.field, scope), spans.alias()
        mine = row.c.unit == bindparam("unit", type_=Integer())
        return there_is(row, where=[mine, row.c.low <= value, value <= row.c.high])

    return came


def gather(
    connection: Connection, units: list[Unit], sources: tuple[Source, ...] | None, after: int, most: int
) -> tuple[int, int | None]:
    """Put into `look_dated` who has an id above `after`, about `most` of them: how many, and up to which id
    these are all. None where there are no more."""
    newest = connection.execute(_NEWEST).scalar() or 0
    for number, unit in enumerate(units):
        _note_spans(connection, number, unit)
        if sources is None:
            _gather_zones(connection, number, unit, after, newest, most)
        for source in sources or ():
            _gather_values(connection, number, unit, source, after, most)
    found = int(connection.execute(_FOUND).scalar() or 0)
    if found <= most:
        return found, None
    cut = int(connection.execute(_NTH, {"place": most}).scalar_one())
    connection.execute(_BEYOND, {"cut": cut})
    return most, cut


def forget(connection: Connection) -> None:
    """Empty the tables that `gather` has filled."""
    empty(connection, look_dated, look_days, look_spans)


def _note_spans(connection: Connection, number: int, unit: Unit) -> None:
    for table, kind in ((look_days, str), (look_spans, int)):
        rows = [
            {"unit": number, "low": low, "high": high} for low, high in unit.spans if isinstance(low, kind)
        ]
        if rows:
            connection.execute(insert(table), rows)


def _gather_zones(
    connection: Connection, number: int, unit: Unit, after: int, newest: int, most: int
) -> None:
    """Range after range of ids, each twice as wide, until there are enough: never many more, never many
    ranges."""
    values, found, width = unit.values(number), 0, most
    while found <= most and after < newest:
        values |= {"low": after, "high": after + width}
        found += write(connection, _of_zones(unit.has_zone), values)
        after, width = after + width, 2 * width


def _gather_values(
    connection: Connection, number: int, unit: Unit, source: Source, after: int, most: int
) -> None:
    """Of each span the lowest ids: more of one than `most` are beyond the cut."""
    for low, high in unit.spans:
        values = {"unit": number, "low": low, "high": high, "after": after, "most": most + 1}
        write(connection, _of_values(source), values)


@lru_cache(maxsize=2)
def _of_zones(has_zone: bool) -> Insert:
    id_ = t.contacts.c.id
    found: Select[int, Any] = select(cast(bindparam("unit", type_=Integer()), Integer), id_).where(
        _in_zone(t.contacts.c.timezone, has_zone),
        id_ > bindparam("low", type_=BIG),
        id_ <= bindparam("high", type_=BIG),
    )
    return insert(look_dated).from_select(["unit", "contact_id"], found)


@lru_cache(maxsize=1024)
def _of_values(source: Source) -> Insert:
    type_ = TEXT if source.is_date else BIG
    id_ = source.contact + 0  # the index on the values is to be read, not the one on the ids
    found: Select[int, Any] = (
        select(cast(bindparam("unit", type_=Integer()), Integer), source.contact)
        .select_from(source.table if source.joined is None else source.joined)
        .where(*source.where, source.value >= bindparam("low", type_=type_))
        .where(source.value <= bindparam("high", type_=type_), id_ > bindparam("after", type_=BIG))
        .order_by(id_)
        .limit(bindparam("most", type_=Integer()))
    )
    return insert(look_dated).from_select(["unit", "contact_id"], found)


def _in_zone(zone: Expr, has_zone: bool) -> Expr:
    return zone.in_(bindparam("zones", type_=TEXT, expanding=True)) if has_zone else zone.is_(None)


def numbered(units: list[Unit]) -> Iterator[tuple[Unit, dict[str, object]]]:
    """Each unit with the parameters of its statements."""
    for number, unit in enumerate(units):
        yield unit, unit.values(number)


_NEWEST = select(func.max(t.contacts.c.id))
_FOUND = select(func.count()).select_from(look_dated)
_NTH = (
    select(look_dated.c.contact_id)
    .order_by(look_dated.c.contact_id)
    .offset(bindparam("place", type_=Integer()) - 1)
    .limit(1)
)
_BEYOND = delete(look_dated).where(look_dated.c.contact_id > bindparam("cut", type_=BIG))
