"""Which days are to be counted anew, by what has come in since the last look.

Events, feedback and entries are only ever added to and tell it by their ids; that somebody was held out or
has reached a goal stands in `result_news`, written in the transaction that found it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    null,
    or_,
    select,
)

from penfriend.domain.enrollment import Moved
from penfriend.domain.reasons import End
from penfriend.domain.shop import ORDER_EVENTS
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.mail_events import MAIL_BOUNCED, MAIL_CLICKED, MAIL_OPENED, MAIL_SENT
from penfriend.storage.results.worth import ORDERED
from penfriend.storage.tables import enrollments, events, feedback, messages, result_news

AT_ONCE = 20_000
"""So many rows of a table are looked through together."""
WATCHED: Mapping[str, Table] = {"events": events, "feedback": feedback, "entries": enrollments}
"""Tables whose new rows are looked through, by the name under which it is noted how far."""

_v, _f, _e, _m, _n = events.c, feedback.c, enrollments.c, messages.c, result_news.c


def tell_results(connection: Connection, moves: Iterable[Moved]) -> None:
    """Whom these moves hold out, or let reach their goal, is news; in the transaction that writes them,
    before it does."""
    new = [
        move.row.id
        for move in moves
        if move.converted_at is not None or (move.ending is not None and move.ending.reason is End.HOLDOUT)
    ]
    if new:
        connection.execute(_TELL, {"ids": new})


@dataclass(slots=True)
class News:
    """Of which moments something is new: when mails went out, and when people entered."""

    mails: set[Moment] = field(default_factory=set)
    entries: set[Moment] = field(default_factory=set)
    told: list[int] = field(default_factory=list)
    """Rows of `result_news` that are in it."""

    def add(self, rows: Iterable[Sequence[int | None]]) -> None:
        """Pairs of when somebody entered and when a mail of theirs went out."""
        for entered_at, over_at in rows:
            if entered_at is not None:
                self.entries.add(Moment(entered_at))
            if over_at is not None:
                self.mails.add(Moment(over_at))


def newest(connection: Connection) -> dict[str, int]:
    """The last id of each watched table."""
    return {
        name: connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        for name, table in WATCHED.items()
    }


def news_of_rows(connection: Connection, name: str, after: int, until: int) -> News:
    """What the rows of a watched table with these ids are about."""
    news = News()
    for statement in _OF_ROWS[name]:
        news.add(connection.execute(statement, {"after": after, "until": until}))
    return news


def news_of_people(connection: Connection) -> News:
    """Of whom was told that they were held out or have reached a goal, AT_ONCE at most."""
    told = list(connection.execute(_TOLD).scalars())
    news = News(told=told)
    for start in range(0, len(told), _FEW):
        news.add(connection.execute(_OF_PEOPLE, {"ids": told[start : start + _FEW]}))
    return news


def forget_news(connection: Connection, told: Collection[int]) -> None:
    """These rows of `result_news` were seen."""
    ids = sorted(told)
    for start in range(0, len(ids), _FEW):
        connection.execute(_FORGET, {"ids": ids[start : start + _FEW]})


_FEW = 500
_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
_TELL = insert(result_news).from_select(
    ["enrollment_id"],
    select(_e.id).where(
        _e.id.in_(_IDS), _e.converted_at.is_(None), or_(_e.end_reason.is_(None), _e.end_reason != "holdout")
    ),
)
_TOLD = select(_n.id).order_by(_n.id).limit(AT_ONCE)
_FORGET = delete(result_news).where(_n.id.in_(_IDS))
_others = enrollments.alias()
_OF_PEOPLE = (
    # the mail of another enrollment with the same goal may lose what it was credited with
    select(_others.c.entered_at, _m.over_at)
    .distinct()
    .select_from(result_news)
    .join(enrollments, _e.id == _n.enrollment_id)
    .join(
        _others,
        and_(
            _others.c.contact_id == _e.contact_id,
            or_(_others.c.id == _e.id, _others.c.converted_at == _e.converted_at),
        ),
    )
    .outerjoin(messages, _m.enrollment_id == _others.c.id)
    .where(_n.id.in_(_IDS))
)


def _in_range(table: Table) -> tuple[ColumnElement[bool], ...]:
    return table.c.id > bindparam("after", type_=BIG), table.c.id <= bindparam("until", type_=BIG)


_ABOUT_MAILS = (MAIL_SENT, MAIL_OPENED, MAIL_CLICKED, MAIL_BOUNCED, "unsubscribed", "survey_answered")
_placed = events.alias()
_of_events: tuple[Select[Any], ...] = (
    select(null(), _m.over_at)
    .distinct()
    .select_from(events)
    .join(messages, _m.id == _v.message_id)
    .where(*_in_range(events), _v.name.in_(_ABOUT_MAILS)),
    # what came later than a goal that it may have led to moves what that one is credited to
    select(null(), _m.over_at)
    .distinct()
    .select_from(events)
    .join(enrollments, _e.contact_id == _v.contact_id)
    .join(messages, _m.enrollment_id == _e.id)
    .where(
        *_in_range(events),
        _v.name.in_((MAIL_SENT, MAIL_OPENED, MAIL_CLICKED)),
        _v.message_id.is_not(None),
        _e.converted_at >= _v.at,
    ),
    # an order that was refunded, or said again, is worth another sum
    select(_e.entered_at, _m.over_at)
    .distinct()
    .select_from(events)
    .join(_placed, and_(_placed.c.order_key == _v.order_key, _placed.c.name == ORDERED))
    .join(
        enrollments,
        and_(_e.contact_id == _placed.c.contact_id, _e.converted_at == _placed.c.at),
    )
    .outerjoin(messages, _m.enrollment_id == _e.id)
    .where(*_in_range(events), _v.name.in_(sorted(ORDER_EVENTS))),
)
_OF_ROWS: Mapping[str, tuple[Select[Any], ...]] = {
    "events": _of_events,
    "feedback": (
        select(null(), _m.over_at)
        .distinct()
        .select_from(feedback)
        .join(messages, _m.id == _f.message_id)
        .where(*_in_range(feedback)),
    ),
    "entries": (select(_e.entered_at, null()).distinct().where(*_in_range(enrollments)),),
}
