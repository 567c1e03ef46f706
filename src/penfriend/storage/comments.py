"""What people have written in answer to surveys, for a wall that those see who run the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, literal_column, or_, select

from penfriend.domain.timing import Moment
from penfriend.domain.visits import WrittenComment
from penfriend.storage.tables import answers, contacts, enrollments

_a, _c, _later = answers.c, contacts.c, answers.alias("later")
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


@dataclass(frozen=True, slots=True)
class SurveyComment:
    """A comment of a survey, with whose it is."""

    id: int
    key: str | None
    """Who wrote it: the shop's id, where it gave one,"""
    email_hash: str | None
    """and the hash of the address."""
    campaign: str | None
    """Whose mail had asked; None where that is not known."""
    written: WrittenComment


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which comments are wanted; what is empty chooses none."""

    campaign: str = ""
    """Whose mail had asked."""
    language: str = ""
    """Of the person, such as `en`."""
    is_brands: bool = False
    """It is the brand's, which those have who have none of their own."""


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


def comments_on(
    connection: Connection,
    survey: str,
    scores: Iterable[int | None],
    before: tuple[Moment, int] | None,
    limit: int,
    of: Chosen | None = None,
) -> list[SurveyComment]:
    """The newest comments on a survey with one of these scores, the newest first; behind a moment and an id,
    and of what is chosen, where those are given. For each score the range of an index is read, so that a rare
    score is not looked for among millions."""
    found: list[SurveyComment] = []
    for score in scores:
        chosen = (
            select(_a.id, _a.score, _a.comment, _a.answered_at)
            .add_columns(_c.key, _c.email_hash, enrollments.c.campaign)
            .join(contacts, _c.id == _a.contact_id)
            .outerjoin(enrollments, enrollments.c.id == _a.enrollment_id)
            .where(_a.survey == survey, _a.score == score, _a.comment != literal_column("''"), ~_REPLACED)
            .order_by(_a.answered_at.desc(), _a.id.desc())
            .limit(limit)
        )
        if before is not None:
            chosen = chosen.where(_is_before(*before))
        if of is not None:
            chosen = chosen.where(*_are(of))
        found += [
            SurveyComment(
                row.id,
                row.key,
                row.email_hash,
                row.campaign,
                WrittenComment(survey, row.score, row.comment, Moment(row.answered_at)),
            )
            for row in connection.execute(chosen)
        ]
    found.sort(key=lambda one: (one.written.at, one.id), reverse=True)
    return found[:limit]


def _are(of: Chosen) -> Iterator[ColumnElement[bool]]:
    if of.campaign:
        yield enrollments.c.campaign == of.campaign
    if of.language:
        mine = or_(_c.locale == of.language, _c.locale.startswith(f"{of.language}_", autoescape=True))
        yield or_(mine, _c.locale.is_(None)) if of.is_brands else mine


def _is_before(at: Moment, id_: int) -> ColumnElement[bool]:
    return or_(_a.answered_at < at, and_(_a.answered_at == at, _a.id < id_))
