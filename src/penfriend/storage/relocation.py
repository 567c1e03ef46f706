"""Moves enrollments whose step was taken out of their campaign."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from penfriend.domain.message import Status
from penfriend.domain.reasons import End
from penfriend.domain.relocation import Relocation
from penfriend.domain.timing import Moment
from penfriend.storage.message_states import WILL_NOT_BE_SENT
from penfriend.storage.tables import enrollments, messages


def relocate(connection: Connection, moves: Iterable[Relocation], now: Moment) -> None:
    """Each goes on at its new step as from now; behind the last step the enrollment is completed. Mails that
    still wait are skipped."""
    for move in moves:
        here = (enrollments.c.campaign == move.campaign) & (enrollments.c.step == move.step)
        active = here & (enrollments.c.status == "active")
        waiting = select(enrollments.c.id).where(active)
        connection.execute(
            update(messages)
            .where(
                messages.c.enrollment_id.in_(waiting),
                messages.c.step == move.step,
                messages.c.status == Status.DUE.value,
            )
            .values(WILL_NOT_BE_SENT),
            {"why": End.CAMPAIGN_REMOVED.value, "detail": "its step was taken out", "at": now},
        )
        gone = {
            "status": "ended",
            "ended_at": now,
            "end_reason": "completed",
            "due_at": None,
            "due_wall": None,
            "due_zone": None,
        }
        on = {"step": move.to, "began_at": now, "due_at": now, "due_wall": None, "due_zone": None}
        connection.execute(update(enrollments).where(active).values(**(gone if move.to is None else on)))
