"""Keeps the scores of orders, `contact.rfm.`: once a day, for all who have ordered
(`penfriend.domain.scores`).

The values that part the fifths are found by the database, in a read; then the scores that have become others
are written few at a time. Whose score is another is touched where a segment or somebody's wait asks for
scores, so that looks see it; nobody else is. A crash in between leaves some scores of yesterday, and the next
call writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from penfriend.domain.scores import FIFTHS, Scores, places
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.tables import contacts
from penfriend.storage.touches import touch

SCORED = "scored"
"""The note that says when the scores were last worked out."""
CHUNK = 20_000
"""Contacts in one reading."""
BATCH = 1_000
"""Contacts in one writing: other writers wait for it."""

_c = contacts.c
_SCORED = {
    _c.rfm_recency: _c.orders_last_at,
    _c.rfm_frequency: _c.orders_count,
    _c.rfm_monetary: _c.orders_total,
}
"""Each score with what it is a score of."""
_HAS_ORDERED = and_(_c.orders_count >= 1, _c.orders_last_at.is_not(None))

New = dict[str, ColumnElement[Any]]


def renew_scores(database: Database, now: Moment, *, watched: bool) -> int:
    """Work out all scores anew; whose have changed. `watched` says that what people are in can depend on
    them (`penfriend.domain.watched.reads_scores`)."""
    with database.read() as connection:
        new = _new_scores(connection)
        newest = connection.execute(select(func.max(_c.id))).scalar() or 0
    changed = 0
    for low in range(0, newest, CHUNK):
        with database.read() as connection:
            ids = _changed(connection, new, low)
        for first in range(0, len(ids), BATCH):
            database.run(_write(new, ids[first : first + BATCH], now, watched))
        changed += len(ids)
    with database.write() as connection:
        write_note(connection, SCORED, str(now))
    return changed


def renew_scores_once(database: Database, now: Moment) -> int:
    """The same where it was never done: before people are noted in a segment that asks for scores."""
    with database.read() as connection:
        known = read_note(connection, SCORED)
    return renew_scores(database, now, watched=False) if known is None else 0


def set_scores(connection: Connection, contact_id: int, given: Scores, at: Moment) -> None:
    """Give one contact these scores: what a test of a campaign begins with."""
    columns = {"rfm_recency": given.recency, "rfm_frequency": given.frequency, "rfm_monetary": given.monetary}
    connection.execute(update(contacts).where(_c.id == contact_id).values(columns))
    touch(connection, [(contact_id, None)], at)


def _new_scores(connection: Connection) -> New:
    """Each column with its score as an expression, by today's fifths."""
    people = connection.execute(select(func.count()).select_from(contacts).where(_HAS_ORDERED)).scalar() or 0
    at = places(people)
    return {
        column.name: _expression(value, _cuts(connection, value, at)) for column, value in _SCORED.items()
    }


def _cuts(connection: Connection, value: ColumnElement[Any], at: Sequence[int]) -> Sequence[int]:
    """The values at these places, that part the fifths."""
    place = func.row_number().over(order_by=value).label("place")
    ranked = select(value.label("value"), place).where(_HAS_ORDERED).subquery("ranked")
    found = {
        row.place: int(row.value)
        for row in connection.execute(select(ranked).where(ranked.c.place.in_(set(at))))
    }
    return [found[one] for one in at]


def _expression(value: ColumnElement[Any], cuts: Sequence[int]) -> ColumnElement[Any]:
    """As `penfriend.domain.scores.score` has it: the first fifth whose last value is not less."""
    fifths = [(value <= cut, literal(number, BigInteger())) for number, cut in enumerate(cuts, start=1)]
    return case((~_HAS_ORDERED, cast(null(), BigInteger)), *fifths, else_=literal(FIFTHS, BigInteger()))


def _changed(connection: Connection, new: New, low: int) -> Sequence[int]:
    """Who among the next contacts has another score than is kept."""
    others = or_(*(_c[name].is_distinct_from(score) for name, score in new.items()))
    chosen = select(_c.id).where(_c.id > low, _c.id <= low + CHUNK, others).order_by(_c.id)
    return connection.execute(chosen).scalars().all()


def _write(new: New, some: Sequence[int], now: Moment, watched: bool) -> Callable[[Connection], None]:
    # worked out where it is written: orders may have come since it was read
    renew = update(contacts).where(_c.id.in_(bindparam("ids", expanding=True))).values(new)

    def work(connection: Connection) -> None:
        connection.execute(renew, {"ids": list(some)})
        if watched:
            touch(connection, [(one, None) for one in some], now)

    return work
