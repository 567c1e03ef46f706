"""Who joined and left each segment, by day: counted in the transaction that changes the members, so that what
is counted and who is there never differ. A row for each segment and day on which something moved."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.storage.tables import segment_moves

_COUNTS = ("joined", "left", "redefined")


def count_moves(
    connection: Connection, segment: str, day: str, *, joined: int = 0, left: int = 0, redefined: int = 0
) -> None:
    """So many more have joined and left on that day of the brand's clock. `redefined` is by how many a new
    definition, or the end of the last campaign that looks at it, has made the segment larger or smaller:
    nobody moved then."""
    if joined or left or redefined:
        values = {"segment": segment, "day": day, "joined": joined, "left": left, "redefined": redefined}
        connection.execute(_add(connection.dialect.name), values)


@cache
def _add(dialect: str) -> sqlite.Insert | postgresql.Insert:
    c = segment_moves.c
    keys = [c.segment, c.day]
    if dialect == "postgresql":
        insert = postgresql.insert(segment_moves)
        more = {name: c[name] + insert.excluded[name] for name in _COUNTS}
        return insert.on_conflict_do_update(index_elements=keys, set_=more)
    of_sqlite = sqlite.insert(segment_moves)
    more = {name: c[name] + of_sqlite.excluded[name] for name in _COUNTS}
    return of_sqlite.on_conflict_do_update(index_elements=keys, set_=more)
