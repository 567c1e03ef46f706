"""Who joined and left each segment, by day: counted in the transaction that changes the members, so that the
sum of a segment's rows is its size at every moment. A row for each segment and day on which something
moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.domain.segment_pages import DayMoves
from penfriend.storage.columns import BIG
from penfriend.storage.tables import members, segment_looks, segment_moves, segment_sizes

_COUNTS = ("joined", "left", "redefined")
_c = segment_moves.c


def count_moves(
    connection: Connection, segment: str, day: str, *, joined: int = 0, left: int = 0, redefined: int = 0
) -> None:
    """So many more have joined and left on that day of the brand's clock. `redefined` is by how many a new
    definition, or the end of the last campaign that looks at it, has made the segment larger or smaller:
    nobody moved then."""
    if joined or left or redefined:
        values = {"segment": segment, "day": day, "joined": joined, "left": left, "redefined": redefined}
        connection.execute(_add(connection.dialect.name), values)


def count_gone(connection: Connection, contact_id: int) -> None:
    """The contact's memberships are about to go, since they are erased or joined with another: they leave on
    the last day on which anybody moved."""
    connection.execute(_GONE, {"contact": contact_id})


def looked_at(connection: Connection) -> set[str]:
    """The segments whose members are kept: campaigns begin with them."""
    return set(connection.execute(select(segment_looks.c.segment)).scalars())


def sizes(connection: Connection) -> dict[str, int]:
    """How many members each segment has that is looked at, or was."""
    total = func.sum(_c.joined - _c.left + _c.redefined)
    rows = connection.execute(select(_c.segment, total).group_by(_c.segment))
    return {segment: int(size) for segment, size in rows}


def moves_since(connection: Connection, day: str, segment: str | None = None) -> dict[str, list[DayMoves]]:
    """What moved on that day and later, by segment, the earliest first; of one segment or of all."""
    query = select(segment_moves).where(_c.day >= day).order_by(_c.segment, _c.day)
    if segment is not None:
        query = query.where(_c.segment == segment)
    found: dict[str, list[DayMoves]] = {}
    for row in connection.execute(query):
        moved = DayMoves(date.fromisoformat(row.day), row.joined, row.left, row.redefined)
        found.setdefault(row.segment, []).append(moved)
    return found


def kept_sizes(connection: Connection, segment: str, since: str) -> Mapping[date, int]:
    """How many there were at the beginning of each day from that one on, as far as it was kept."""
    z = segment_sizes.c
    rows = connection.execute(select(z.day, z.members).where(z.segment == segment, z.day >= since))
    return {date.fromisoformat(day): number for day, number in rows}


@cache
def _add(dialect: str) -> sqlite.Insert | postgresql.Insert:
    keys = [_c.segment, _c.day]
    if dialect == "postgresql":
        insert = postgresql.insert(segment_moves)
        more = {name: _c[name] + insert.excluded[name] for name in _COUNTS}
        return insert.on_conflict_do_update(index_elements=keys, set_=more)
    of_sqlite = sqlite.insert(segment_moves)
    more = {name: _c[name] + of_sqlite.excluded[name] for name in _COUNTS}
    return of_sqlite.on_conflict_do_update(index_elements=keys, set_=more)


_contact = bindparam("contact", type_=BIG)
_others = segment_moves.alias("others")
_newest = select(func.max(_others.c.day)).where(_others.c.segment == _c.segment).scalar_subquery()
_theirs = (
    select(func.count())
    .where(members.c.contact_id == _contact, members.c.segment == _c.segment)
    .scalar_subquery()
)
_GONE = (
    update(segment_moves)
    .where(_c.segment.in_(select(members.c.segment).where(members.c.contact_id == _contact)))
    .where(_c.day == _newest)
    .values(left=_c.left + _theirs)
)
