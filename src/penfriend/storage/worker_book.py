"""Which processes work on a store: a row for each, renewed every few seconds, with what it has counted.

A worker that takes the place of another one (of the same `penfriend run`) takes its row over, and goes on
counting where that one was heard of last. What ends as it was asked to takes its row away; what does not is
shown as silent, until somebody finds that it is gone, or for a day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from penfriend.domain.timing import DAY, Moment
from penfriend.domain.workers import WorkerState
from penfriend.storage.columns import BIG
from penfriend.storage.tables import workers
from penfriend.storage.upsert import insert_or_ignore

_w = workers.c
FORGOTTEN_AFTER = DAY

Counted = Mapping[str, Any]
"""What a worker has counted (`penfriend.engine.measures_elsewhere`)."""


def beat(connection: Connection, state: WorkerState, counted: Counted) -> None:
    """This worker is there. A row of its place, whose ever it was, is its own from now on."""
    row = {
        "name": state.name,
        "host": state.host,
        "process": state.process,
        "version": state.version,
        "revision": state.revision,
        "began_at": state.began_at,
        "seen_at": state.seen_at,
        "measures": dict(counted),
    }
    where = (_w.run == state.run) & (_w.place == state.place)
    if not connection.execute(update(workers).where(where).values(**row)).rowcount:
        new = insert_or_ignore(connection.dialect.name, workers)
        connection.execute(new.values(run=state.run, place=state.place, **row))


def leave(connection: Connection, run: str, place: int) -> None:
    """This worker ends as it was asked to."""
    connection.execute(delete(workers).where(_w.run == run, _w.place == place))


def forget_gone(connection: Connection, names: Collection[str], now: Moment) -> None:
    """These are known to be gone; and whoever was silent for a day is as well."""
    connection.execute(_FORGET, {"names": sorted(names), "before": now - FORGOTTEN_AFTER})


def workers_of(connection: Connection) -> list[WorkerState]:
    """All that are on record, by host, run and place."""
    found = connection.execute(select(*_SHOWN).order_by(_w.host, _w.run, _w.place))
    return [WorkerState(**row) for row in found.mappings()]


def counted_by(connection: Connection, run: str) -> dict[int, Counted]:
    """What the workers of one `penfriend run` had counted when they were heard of last, by place."""
    found = connection.execute(select(_w.place, _w.measures).where(_w.run == run))
    return {row.place: row.measures or {} for row in found}


_SHOWN = [column for column in _w if column.name != "measures"]
_FORGET = delete(workers).where(
    _w.name.in_(bindparam("names", expanding=True)) | (_w.seen_at < bindparam("before", type_=BIG))
)
