"""Lines of a person's story: the rows of `decisions`."""

from __future__ import annotations

from sqlalchemy import RowMapping

from penfriend.domain.enrollment import Moved
from penfriend.domain.outbox import DueMessage, Finished
from penfriend.domain.send_policy import PostponeIt, SkipIt
from penfriend.domain.standing import Decided, Ending
from penfriend.domain.timing import Moment

Line = dict[str, object]
"""The values of one row."""


def lines_of(move: Moved) -> list[Line]:
    """What an enrollment's steps did, and its end."""
    decided = list(move.decided)
    if move.ending is not None and move.row.active:
        end = move.ending
        decided.append(
            Decided(
                "ended", move.standing.step or "", end.at, reason=end.reason.value, detail=end.word or None
            )
        )
    return [
        {
            "contact_id": move.row.contact,
            "enrollment_id": move.row.id,
            "step": line.step,
            "at": line.at,
            "what": line.what,
            "reason": line.reason,
            "until": line.until,
            "detail": line.detail,
        }
        for line in decided
    ]


def verdict_line(message: DueMessage, decision: SkipIt | PostponeIt, now: Moment) -> Line:
    """A mail was skipped or postponed at `now`."""
    skipped = isinstance(decision, SkipIt)
    return {
        "contact_id": message.contact,
        "enrollment_id": message.enrollment,
        "message_id": message.id,
        "step": message.step,
        "at": now,
        "what": "skipped" if skipped else "postponed",
        "reason": decision.reason if isinstance(decision, SkipIt) else decision.reason.value,
        "until": None if isinstance(decision, SkipIt) else decision.until,
        "detail": decision.detail or None,
    }


def waits_line(message: RowMapping, done: Finished) -> Line:
    """A try has failed for a reason that holds others up as well: the message waits for that; `message` is
    its row."""
    held_by = done.consequence.held_by
    return {
        "contact_id": message["contact_id"],
        "enrollment_id": message["enrollment_id"],
        "message_id": message["id"],
        "step": message["step"],
        "at": done.at,
        "what": "postponed",
        "reason": held_by and held_by.value,
        "until": done.consequence.due_at,
        "detail": done.result.text or None,
    }


def ending_line(message: DueMessage, end: Ending) -> Line:
    """The enrollment ended as its mail came up."""
    return {
        "contact_id": message.contact,
        "enrollment_id": message.enrollment,
        "step": message.step,
        "at": end.at,
        "what": "ended",
        "reason": end.reason.value,
        "detail": end.word or None,
    }
