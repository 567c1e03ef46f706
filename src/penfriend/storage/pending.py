"""What the ticks would find to do, in one look: for a rehearsal, which leaves out ticks that would find
nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from penfriend.domain.timing import Moment
from penfriend.storage.call_log import CALL_IS_DUE
from penfriend.storage.call_tries import is_due
from penfriend.storage.database import Database
from penfriend.storage.enrollment_claim import IS_ACTIVE, IS_WOKEN
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.outgoing_log import COMES_FIRST
from penfriend.storage.tables import enrollments, messages, outgoing_calls, touched, webhook_calls

_PENDING = select(
    select(touched.c.id).limit(1).scalar_subquery().is_not(None),
    select(enrollments.c.id).where(IS_WOKEN).limit(1).scalar_subquery().is_not(None),
    select(func.min(enrollments.c.due_at)).where(IS_ACTIVE).scalar_subquery(),
    select(func.min(messages.c.due_at)).where(IS_DUE).scalar_subquery(),
    select(func.min(webhook_calls.c.due_at)).where(CALL_IS_DUE).scalar_subquery(),
    select(func.min(outgoing_calls.c.due_at)).where(is_due(outgoing_calls), COMES_FIRST).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class Pending:
    """What is there to be done."""

    touched: bool
    """Somebody's facts have changed since the last look."""
    woken: bool
    """An enrollment is to be looked at."""
    enrollment_due: Moment | None
    message_due: Moment | None
    call_due: Moment | None


def pending(db: Database) -> Pending:
    """What is there now."""
    with db.read() as connection:
        is_touched, woken, enrollment, message, *calls = connection.execute(_PENDING).one()
    call = min((due for due in calls if due is not None), default=None)
    return Pending(bool(is_touched), bool(woken), enrollment, message, call)
