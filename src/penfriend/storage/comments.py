"""What people have written in answer to surveys, for a wall that those see who run the shop."""

from __future__ import annotations

from sqlalchemy import Connection, exists, or_, select

from penfriend.domain.timing import Moment
from penfriend.domain.visits import WrittenComment
from penfriend.storage.tables import answers

_a, _later = answers.c, answers.alias("later")
_REPLACED = exists().where(
    _later.c.contact_id == _a.contact_id,
    _later.c.survey == _a.survey,
    or_(
        _later.c.enrollment_id == _a.enrollment_id,
        _later.c.enrollment_id.is_(None) & _a.enrollment_id.is_(None),
    ),
    or_(
        _later.c.answered_at > _a.answered_at,
        (_later.c.answered_at == _a.answered_at) & (_later.c.id > _a.id),
    ),
)
"""The same person has answered the same survey of the same run again."""


def newest_comments(connection: Connection, limit: int = 5) -> list[WrittenComment]:
    """The newest comments of the answers that hold, the newest first. Nobody is named, and those of the
    erased are gone."""
    chosen = (
        select(_a.survey, _a.score, _a.comment, _a.answered_at)
        .where(_a.comment.is_not(None), _a.comment != "", ~_REPLACED)
        .order_by(_a.answered_at.desc(), _a.id.desc())
        .limit(limit)
    )
    return [
        WrittenComment(row.survey, row.score, row.comment, Moment(row.answered_at))
        for row in connection.execute(chosen)
    ]
