"""Moves enrollments whose step was taken out of their campaign, or became one of another kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, insert, literal, null, select, update

from penfriend.domain.message import Status
from penfriend.domain.reasons import End
from penfriend.domain.relocation import OtherLetter, Relocation
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.message_states import NEVER_TRIED, WILL_NOT_BE_SENT
from penfriend.storage.outgoing import (
    ending_enrollments,
    ending_messages,
    tell_of_ends,
    tell_of_messages,
)
from penfriend.storage.tables import decisions, enrollments, messages

_e, _m = enrollments.c, messages.c


def relocate(connection: Connection, moves: Iterable[Relocation], now: Moment) -> None:
    """Each goes on at its new step as from now; behind the last step the enrollment is completed. Mails that
    still wait are skipped."""
    for move in moves:
        active = (_e.campaign == move.campaign) & (_e.step == move.step) & (_e.status == "active")
        if not move.begins:
            if move.waits_anew:
                connection.execute(update(enrollments).where(active).values(waited=null()))
            continue
        waiting = select(_e.id).where(active)
        due = (_m.enrollment_id.in_(waiting), _m.step == move.step, _m.status == Status.DUE.value)
        skipped = ending_messages(connection, *due)
        connection.execute(
            update(messages).where(*due).values(WILL_NOT_BE_SENT),
            {"why": End.CAMPAIGN_REMOVED.value, "detail": "its step was taken out", "at": now},
        )
        tell_of_messages(connection, skipped, now)
        told = {"step": move.step, "now": now, "to": move.to}
        if move.to is None:
            connection.execute(_TELL.from_select(_TOLD, _told(active, "ended", End.COMPLETED.value)), told)
            ended = ending_enrollments(connection, active)
            connection.execute(update(enrollments).where(active).values(_GONE), {"now": now})
            tell_of_ends(connection, ended, now)
        else:
            connection.execute(_TELL.from_select(_TOLD, _told(active, "moved", None)), told)
            again = {"waited": null()} if move.waits_anew else {}
            connection.execute(update(enrollments).where(active).values(**_ON, **again), told)


def change_letters(connection: Connection, letters: Iterable[OtherLetter]) -> None:
    """Mails that wait are made of the new template; those that may have been delivered keep theirs."""
    for one in letters:
        connection.execute(
            update(messages)
            .where(
                _m.campaign == one.campaign, _m.step == one.step, _m.status == Status.DUE.value, NEVER_TRIED
            )
            .values(template=one.template)
        )


def _told(active: ColumnElement[bool], what: str, reason: str | None) -> Select[Any]:
    return select(
        _e.contact_id,
        _e.id,
        bindparam("step", type_=TEXT),
        bindparam("now", type_=BIG),
        literal(what, TEXT),
        literal(reason, TEXT),
        bindparam("to", type_=TEXT),
    ).where(active)


_TOLD = ["contact_id", "enrollment_id", "step", "at", "what", "reason", "detail"]
_TELL = insert(decisions)
_NOW = bindparam("now", type_=BIG)
_NO_DUE_TIME = {"due_wall": null(), "due_zone": null(), "held_due_at": null()}
_GONE = {
    "status": "ended",
    "ended_at": _NOW,
    "end_reason": End.COMPLETED.value,
    "due_at": null(),
    **_NO_DUE_TIME,
}
_ON = {"step": bindparam("to", type_=TEXT), "began_at": _NOW, "due_at": _NOW, **_NO_DUE_TIME}
