"""What became of tries, by route and outcome: for monitoring, which must not count millions of rows.

Counted in the transaction that puts the outcome on record, so that no crash lets the counts and the tries
differ, however many processes send.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.storage.tables import send_counts

_c = send_counts.c


def count_sends(connection: Connection, news: Mapping[tuple[str, str], int]) -> None:
    """So many tries more have had that outcome, by route and outcome. In one order, so that no two writers
    wait for each other."""
    for (route, outcome), number in sorted(news.items()):
        values = {"route": route, "outcome": outcome, "number": number}
        connection.execute(_add(connection.dialect.name), values)


def sends(connection: Connection) -> dict[tuple[str, str], int]:
    """How many tries have had which outcome, by route and outcome."""
    return {(row.route, row.outcome): row.number for row in connection.execute(select(send_counts))}


@cache
def _add(dialect: str) -> sqlite.Insert | postgresql.Insert:
    if dialect == "postgresql":
        insert = postgresql.insert(send_counts)
        more = _c.number + insert.excluded.number
        return insert.on_conflict_do_update(index_elements=[_c.route, _c.outcome], set_={"number": more})
    of_sqlite = sqlite.insert(send_counts)
    more = _c.number + of_sqlite.excluded.number
    return of_sqlite.on_conflict_do_update(index_elements=[_c.route, _c.outcome], set_={"number": more})
