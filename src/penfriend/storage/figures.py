"""The figures of a store for monitoring. Each question is a range of an index that holds what is not over
yet, or a table of a few rows, and none grows with the mails that were sent.

The one exception is the list of suppressed addresses, whose index is read as a whole: see
`penfriend.bootstrap.figure_book`, which asks the less often the longer an answer takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, literal, select

from penfriend.domain.figures import MOST_COUNTED, Figures, Queue
from penfriend.domain.message import Status
from penfriend.domain.timing import Moment
from penfriend.domain.workers import count_workers
from penfriend.storage.call_tries import is_due
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.notes import read_note
from penfriend.storage.pausing import stopped
from penfriend.storage.revisions import live_number
from penfriend.storage.routes import paused_routes
from penfriend.storage.send_counts import sends
from penfriend.storage.source_states import read_states
from penfriend.storage.tables import (
    coupon_codes,
    destinations,
    enrollments,
    messages,
    outgoing_calls,
    suppressions,
    webhook_calls,
)
from penfriend.storage.worker_book import workers_of

NOT_OVER = (Status.DUE, Status.CLAIMED, Status.SENDING, Status.UNKNOWN)


def figures(connection: Connection, now: Moment, coupons: Collection[str], not_applied: str) -> Figures:
    """All of them at `now`: of `coupons` the codes that are left; `not_applied` is the note that says why
    files are not live."""
    sources = read_states(connection)
    return Figures(
        at=now,
        revision=live_number(connection),
        files_refused=read_note(connection, not_applied) is not None,
        sends=sends(connection),
        messages={status.value: _at_most(connection, _of_status(status)) for status in NOT_OVER},
        queues={
            "messages": _queue(connection, now, [(messages, IS_DUE)]),
            "enrollments": _queue(connection, now, [(enrollments, _LASTS)]),
            "calls": _queue(connection, now, [(table, is_due(table)) for table in _CALLS]),
        },
        suppressions={row[0]: row[1] for row in connection.execute(_SUPPRESSED)},
        resting_routes=frozenset(paused_routes(connection, now)),
        resting_destinations={row[0]: row[1] for row in connection.execute(_resting(now))},
        stopped=frozenset(stopped(connection)),
        failing_sources=frozenset(
            name for name, state in sources.items() if state.error is not None or state.stopped is not None
        ),
        coupons={name: _at_most(connection, _codes_left(name)) for name in sorted(coupons)},
        workers=count_workers(workers_of(connection), now),
    )


_CALLS: tuple[Table, ...] = (webhook_calls, outgoing_calls)
# in the statements' text, so that the partial indexes are used
_LASTS = enrollments.c.status == literal("active", literal_execute=True)
_SUPPRESSED = select(suppressions.c.reason, func.count()).group_by(suppressions.c.reason)


def _at_most(connection: Connection, rows: Select[int]) -> int:
    """So many are there, MOST_COUNTED at most."""
    counted = select(func.count()).select_from(rows.limit(MOST_COUNTED).subquery())
    return connection.execute(counted).scalar_one()


def _queue(connection: Connection, now: Moment, parts: Iterable[tuple[Table, ColumnElement[bool]]]) -> Queue:
    overdue, first = 0, now
    for table, waits in parts:
        due_at: Column[int] = table.c.due_at
        overdue += _at_most(connection, select(due_at).where(waits, due_at < now))
        oldest = select(due_at).where(waits, due_at < now).order_by(due_at).limit(1)
        first = min(first, Moment(connection.execute(oldest).scalar() or first))
    return Queue(min(overdue, MOST_COUNTED), now - first)


def _of_status(status: Status) -> Select[int]:
    return select(messages.c.id).where(messages.c.status == literal(status.value, literal_execute=True))


def _codes_left(coupon: str) -> Select[int]:
    c = coupon_codes.c
    return select(c.id).where(c.coupon == coupon, c.enrollment_id.is_(None))


def _resting(now: Moment) -> Select[str, int]:
    c = destinations.c
    return select(c.route, func.count()).where(c.resting_until > now).group_by(c.route)
