"""How many answers each survey had on each day, by score: counted in the transaction that takes them in, so
that the pages need not count answers and nothing can lie between the two.

An answer holds until the same person answers the same survey of the same run again; then only the later one
counts, on its own day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.domain.timing import Moment, local_date
from penfriend.storage.tables import answer_days, answers

NO_SCORE = -1
"""In place of the score where somebody has only written a comment."""
_FEW = 500
_a, _d = answers.c, answer_days.c
Counted = Counter[tuple[str, str, int]]
"""People by survey, day and score."""


@dataclass(frozen=True, slots=True)
class AnswerDay:
    """The answers that a survey had on a day."""

    survey: str
    day: date
    score: int | None
    people: int


def count_answers(connection: Connection, rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> None:
    """These answers are about to be inserted, in this order. Days are of the brand's clock."""
    if not rows:
        return
    before = _holding(connection, sorted({row["contact_id"] for row in rows}))
    after = dict(before)
    for row in rows:
        key = row["contact_id"], row["survey"], row["enrollment_id"]
        if key not in after or row["answered_at"] >= after[key][0]:
            after[key] = row["answered_at"], row["score"]
    news: Counted = Counter()
    for key, answer in after.items():
        if before.get(key) != answer:
            news[_place(key[1], answer, zone)] += 1
            if key in before:
                news[_place(key[1], before[key], zone)] -= 1
    _write(connection, news)


def counted_of(connection: Connection, people: Sequence[int], zone: ZoneInfo) -> Counted:
    """What is counted of the answers of these people."""
    holding = _holding(connection, people)
    return Counter(_place(survey, answer, zone) for (_, survey, _), answer in holding.items())


def count_joined(connection: Connection, before: Counted, target: int, zone: ZoneInfo) -> None:
    """Two people are one by now, `target`: of what was counted of both `before`, answers to the same survey
    that no mail had asked for hold no more, but for the last."""
    news = Counter(counted_of(connection, [target], zone))
    news.subtract(before)
    _write(connection, news)


def _write(connection: Connection, news: Counted) -> None:
    for (survey, day, score), people in sorted(news.items()):  # no two writers wait for each other
        if people:
            values = {"survey": survey, "day": day, "score": score, "people": people}
            connection.execute(_add(connection.dialect.name), values)
        if people < 0:  # a day that nobody has answered on is as if nobody ever had
            place = (_d.survey == survey) & (_d.day == day) & (_d.score == score)
            connection.execute(delete(answer_days).where(place, _d.people == 0))


def answers_by_day(connection: Connection, since: date | None, survey: str | None = None) -> list[AnswerDay]:
    """The answers of each day from `since` on, by survey, day and score."""
    chosen = select(_d.survey, _d.day, _d.score, _d.people).where(_d.people > 0)
    if since is not None:
        chosen = chosen.where(_d.day >= since.isoformat())
    if survey is not None:
        chosen = chosen.where(_d.survey == survey)
    return [
        AnswerDay(
            row.survey,
            date.fromisoformat(row.day),
            None if row.score == NO_SCORE else row.score,
            row.people,
        )
        for row in connection.execute(chosen.order_by(_d.survey, _d.day, _d.score))
    ]


_Key = tuple[int, str, int | None]
_Answer = tuple[int, int | None]
"""When, and the score."""


def _holding(connection: Connection, people: Sequence[int]) -> dict[_Key, _Answer]:
    """The answers of these people that hold by now."""
    found: dict[_Key, _Answer] = {}
    for start in range(0, len(people), _FEW):
        for row in connection.execute(_OF_PEOPLE, {"people": people[start : start + _FEW]}):
            found[row.contact_id, row.survey, row.enrollment_id] = row.answered_at, row.score
    return found


def _place(survey: str, answer: _Answer, zone: ZoneInfo) -> tuple[str, str, int]:
    at, score = answer
    return survey, local_date(Moment(at), zone).isoformat(), NO_SCORE if score is None else score


_OF_PEOPLE = (
    select(_a.contact_id, _a.survey, _a.enrollment_id, _a.answered_at, _a.score)
    .where(_a.contact_id.in_(bindparam("people", expanding=True)))
    .order_by(_a.answered_at, _a.id)
)


@cache
def _add(dialect: str) -> sqlite.Insert | postgresql.Insert:
    key = [_d.survey, _d.day, _d.score]
    if dialect == "postgresql":
        insert = postgresql.insert(answer_days)
        more = {"people": _d.people + insert.excluded.people}
        return insert.on_conflict_do_update(index_elements=key, set_=more)
    of_sqlite = sqlite.insert(answer_days)
    more = {"people": _d.people + of_sqlite.excluded.people}
    return of_sqlite.on_conflict_do_update(index_elements=key, set_=more)
