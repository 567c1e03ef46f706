"""The members of one segment: who joins, who leaves, and the full SELECT that fills and mends them.

All of it set statements over the compiled condition; each is compiled once for a revision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import (
    BigInteger,
    Connection,
    Delete,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import InSegment, Segment, walk
from penfriend.domain.timing import Moment, local_date
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.looks_tables import look_candidates, look_joins, look_passed, look_touched, write
from penfriend.storage.passed_moments import PassedMoments
from penfriend.storage.segment_moves import count_moves
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_moments import LookBinder
from penfriend.storage.segment_sql_scope import SUBJECT_COLUMNS, there_is

_JOINED = ["contact_id", "occurrence", *SUBJECT_COLUMNS]


@dataclass(frozen=True, slots=True)
class Found:
    """The SELECT of a segment: its columns and what must hold; `contact` and `thing` are the tables in it."""

    contact_id: Expr
    occurrence: Expr
    subject: tuple[Expr, ...]
    holds: Expr
    query: Select[tuple[object, ...]]
    """Selects contact id, occurrence and subject of all members."""


class SegmentMembers:
    """One segment of one revision."""

    def __init__(self, segment: Segment, definitions: Definitions) -> None:
        self.segment = segment
        self._definitions = definitions
        self.binder = LookBinder(definitions.brand.zone)
        self.passed = PassedMoments(segment, definitions)

    @cached_property
    def digest(self) -> str:
        """Changes whenever the segment may have other members for the same facts."""
        trees = [self.segment, *_named(self.segment, self._definitions)]
        brand = self._definitions.brand
        return hashlib.sha256(
            repr([_without_place(one) for one in trees] + [brand.timezone]).encode()
        ).hexdigest()

    def found(self, contacts: Select[tuple[int]] | None = None) -> Found:
        """The members now; among the contacts with these ids where they are given."""
        contact = t.contacts.alias("contact")
        holds, things = Compiler(self._definitions, self.binder).members(self.segment, contact)
        if contacts is not None:
            holds = and_(contact.c.id.in_(contacts), holds)
        occurrence: Expr = literal("", TEXT)
        subject: dict[str, Expr] = {}
        if things is None:
            rows = select(contact.c.id).select_from(contact)
        else:
            occurrence, subject = things.occurrence, dict(things.subject)
            rows = select(contact.c.id).select_from(contact.join(things.row, and_(*things.of(contact))))
        about = tuple(_subject(subject, name) for name in SUBJECT_COLUMNS)
        query = rows.with_only_columns(contact.c.id, occurrence, *about).where(holds)
        return Found(contact.c.id, occurrence, about, holds, query)

    def join(self, connection: Connection, last: Moment, now: Moment) -> int:
        """Who of the candidates is a member now and was none goes into `look_joins` and becomes one. How
        many."""
        joined = self._run(connection, self._joins, now, now=now, floor=last if last < now else 0)
        if joined:
            connection.execute(_KEEP_JOINS, {"segment": self.segment.name})
            count_moves(connection, self.segment.name, self._day(now), joined=joined)
        return joined

    def leave(self, connection: Connection, now: Moment) -> int:
        """Who of the candidates is a member no more is taken out. How many."""
        left = self._run(connection, self._leaves, now)
        count_moves(connection, self.segment.name, self._day(now), left=left)
        return left

    def count(self, connection: Connection, low: int, high: int, now: Moment) -> int:
        """How many there are among the contacts with ids in (low, high], whatever is kept of them."""
        found = self.found()
        rows = found.query.with_only_columns(func.count()).where(_in_range(found.contact_id))
        values = {**self.binder_values(now), "low": low, "high": high}
        return int(connection.execute(rows, values).scalar_one())

    def fill(self, connection: Connection, low: int, high: int, now: Moment) -> int:
        """All members among the contacts with ids in (low, high] who are not noted yet; how many."""
        filled = self._run(connection, self._fill, now, low=low, high=high, now=now)
        count_moves(connection, self.segment.name, self._day(now), redefined=filled)
        return filled

    def clear(self, connection: Connection, low: int, high: int, now: Moment) -> int:
        """Take out who is no member among the contacts with ids in (low, high]; how many."""
        cleared = self._run(connection, self._clear, now, low=low, high=high)
        count_moves(connection, self.segment.name, self._day(now), redefined=-cleared)
        return cleared

    def mend(self, connection: Connection, low: int, high: int, at: Moment) -> int:
        """Compare with the full SELECT as of the last look, without those whose touch waits for the next;
        mended faults."""
        left = self._run(connection, self._clear.where(_UNTOUCHED_MEMBER), at, low=low, high=high)
        joined = self._run(connection, self._mend, at, low=low, high=high, now=at)
        count_moves(connection, self.segment.name, self._day(at), joined=joined, left=left)
        return left + joined

    def binder_values(self, now: Moment) -> dict[str, int | str | None]:
        """The moments of the statements that were compiled so far, at `now`."""
        return self.binder.values(now)

    def _day(self, moment: Moment) -> str:
        """The date of the brand's calendar."""
        return local_date(moment, self._definitions.brand.zone).isoformat()

    def _run(
        self, connection: Connection, statement: Insert | Delete, moment: Moment, /, **values: int
    ) -> int:
        """Execute one of the statements as of a moment; how many rows it wrote."""
        return write(
            connection, statement, {**self.binder_values(moment), **values, "segment": self.segment.name}
        )

    @cached_property
    def _joins(self) -> Insert:
        found = self.found(select(look_candidates.c.contact_id))
        query = found.query.add_columns(_since(found)).where(self._is_new(found))
        return insert(look_joins).from_select([*_JOINED, "since"], query)

    @cached_property
    def _leaves(self) -> Delete:
        return self._gone(t.members.c.contact_id.in_(select(look_candidates.c.contact_id)))

    @cached_property
    def _clear(self) -> Delete:
        return self._gone(_in_range(t.members.c.contact_id))

    @cached_property
    def _fill(self) -> Insert:
        return self._filled(noted=1)

    @cached_property
    def _mend(self) -> Insert:
        return self._filled(noted=0, untouched=True)

    def _filled(self, noted: int, untouched: bool = False) -> Insert:
        found = self.found()
        more: list[Expr] = [
            bindparam("segment", type_=TEXT),
            bindparam("now", type_=BIG),
            literal(noted, BigInteger()),
        ]
        query = found.query.add_columns(*more).where(_in_range(found.contact_id), self._is_new(found))
        if untouched:
            query = query.where(~exists().where(t.touched.c.contact_id == found.contact_id))
        return insert(t.members).from_select([*_JOINED, "segment", "since", "noted"], query)

    def _is_new(self, found: Found) -> Expr:
        member = t.members.alias()
        same = [member.c.contact_id == found.contact_id, member.c.occurrence == found.occurrence]
        return ~there_is(member, where=[member.c.segment == bindparam("segment", type_=TEXT), *same])

    def _gone(self, whom: Expr) -> Delete:
        found = self.found()
        same = [found.contact_id == t.members.c.contact_id, found.occurrence == t.members.c.occurrence]
        still: Select[tuple[object]] = (
            found.query.with_only_columns(literal_column("1")).where(*same).limit(literal_column("1"))
        )
        mine = t.members.c.segment == bindparam("segment", type_=TEXT)
        return delete(t.members).where(mine, whom, still.correlate(t.members).scalar_subquery().is_(None))


def _named(segment: Segment, definitions: Definitions) -> list[Segment]:
    """The segments that it names, and those that they name."""
    found = []
    for leaf in walk(segment.where):
        if isinstance(leaf, InSegment):
            inner = definitions.segments[leaf.name]
            found += [inner, *_named(inner, definitions)]
    return found


def rests_on(segment: Segment, definitions: Definitions) -> dict[str, str]:
    """The segments with `sql` on which the members depend, itself among them, with the digest of each."""
    every = [segment, *_named(segment, definitions)]
    return {one.name: one.select.digest for one in every if one.select is not None}


def _without_place(segment: Segment) -> tuple[object, ...]:
    told = (segment.where, segment.of, segment.event, segment.key)
    return told if segment.select is None else (*told, segment.select.digest)


def _subject(subject: dict[str, Expr], name: str) -> Expr:
    return subject.get(name, literal(None, BIG if name == "event_id" else TEXT))


def _in_range(contact: Expr) -> Expr:
    return and_(contact > bindparam("low", type_=BIG), contact <= bindparam("high", type_=BIG))


def _since(found: Found) -> Expr:
    """The later of the moment that passed and the arrival of the fact; not before the last look, not after
    this one."""
    arrived = select(_clamped(look_touched.c.at)).where(look_touched.c.contact_id == found.contact_id)
    passed = select(_clamped(look_passed.c.at)).where(
        look_passed.c.contact_id == found.contact_id,
        func.coalesce(look_passed.c.occurrence, found.occurrence) == found.occurrence,
        look_passed.c.turns >= 0,
    )
    both = union_all(arrived.correlate_except(look_touched), passed.correlate_except(look_passed)).subquery(
        "came"
    )
    latest = select(func.max(both.c[0])).scalar_subquery()
    return func.coalesce(latest, bindparam("now", type_=BIG))


def _clamped(at: Expr) -> Expr:
    now, floor = bindparam("now", type_=BIG), bindparam("floor", type_=BIG)
    return case((at > now, now), (at < floor, floor), else_=at).label("at")


_KEEP_JOINS = insert(t.members).from_select(
    ["segment", "since", *_JOINED],
    select(
        bindparam("segment", type_=TEXT), look_joins.c.since, *(look_joins.c[name] for name in _JOINED)
    ).where(true()),
)
_UNTOUCHED_MEMBER = ~exists().where(t.touched.c.contact_id == t.members.c.contact_id)
