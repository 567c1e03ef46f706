"""Which mails of a span of time conversions are credited to (`penfriend.domain.results.attribution`).

A conversion is an event that was the goal of enrollments of one person: all that were fulfilled at its moment
by an event of its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, or_, select

from penfriend.domain.reasons import End
from penfriend.domain.results import Candidate, Credit, credited
from penfriend.domain.timing import Moment
from penfriend.storage.mail_events import MAIL_CLICKED, MAIL_OPENED
from penfriend.storage.results.mails import IN_SPAN, SENT, MailGroup, campaigns
from penfriend.storage.results.worth import GOAL_EVENT, ORDERED, worth_of
from penfriend.storage.tables import enrollments, events, messages

AT_ONCE = 500
"""The conversions of so many people are looked at together."""

_m, _e, _v = messages.c, enrollments.c, events.c


_Row = Any
"""A mail as it was read."""


class Conversion(NamedTuple):
    """An event that was somebody's goal."""

    contact: int
    at: Moment
    event: str


@dataclass(slots=True)
class Earned:
    """What is credited to the mails of a group."""

    converted: int = 0
    revenue: int = 0


@dataclass(slots=True)
class _Mails:
    """The candidates of each conversion, and to which group each mail belongs."""

    of: dict[Conversion, list[int]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[int, _Row] = field(default_factory=dict)


def earned(
    connection: Connection, begin: Moment, end: Moment, rule: Sequence[Credit]
) -> dict[MailGroup, Earned]:
    """What is credited to the mails that went out in the span, by their group."""
    found: dict[MailGroup, Earned] = defaultdict(Earned)
    everybody = sorted(_people(connection, begin, end))
    for start in range(0, len(everybody), AT_ONCE):
        people = everybody[start : start + AT_ONCE]
        mails = _candidates(connection, people)
        hits = _hits(connection, people, mails)
        chosen: dict[Conversion, int] = {}
        for conversion, candidates in mails.of.items():
            mail = credited((_candidate(mails.rows[one], hits) for one in candidates), conversion.at, rule)
            if mail is not None and begin <= mails.rows[mail].over_at < end:
                chosen[conversion] = mail
        worth = worth_of(connection, people) if chosen else {}
        for conversion, mail in chosen.items():
            one = found[_group(mails.rows[mail])]
            one.converted += 1
            if conversion.event == ORDERED:
                one.revenue += worth.get((conversion.contact, conversion.at), 0)
    return found


def _people(connection: Connection, begin: Moment, end: Moment) -> set[int]:
    """Who has reached a goal after a mail of the span."""
    return {
        contact
        for campaign in campaigns(connection)
        for contact in connection.execute(
            _PEOPLE, {"of_campaign": campaign, "begin": begin, "end": end}
        ).scalars()
    }


def _candidates(connection: Connection, people: Iterable[int]) -> _Mails:
    mails = _Mails()
    for row in connection.execute(_CANDIDATES, {"people": list(people)}):
        mails.rows[row.id] = row
        mails.of[Conversion(row.contact_id, Moment(row.converted_at), row.goal_event)].append(row.id)
    return mails


def _hits(
    connection: Connection, people: Iterable[int], mails: _Mails
) -> Mapping[str, Mapping[int, Sequence[Moment]]]:
    """When these mails were opened and clicked, beside the first time, which stands on them."""
    found: dict[str, dict[int, list[Moment]]] = {
        MAIL_OPENED: defaultdict(list),
        MAIL_CLICKED: defaultdict(list),
    }
    if any(len(candidates) > 1 for candidates in mails.of.values()):  # else the answer is known
        for row in connection.execute(_HITS, {"people": list(people)}):
            found[row.name][row.message_id].append(Moment(row.at))
    return found


def _candidate(row: _Row, hits: Mapping[str, Mapping[int, Sequence[Moment]]]) -> Candidate:
    return Candidate(
        row.id,
        Moment(row.sent_at),
        tuple(_moments(row.opened_at, hits[MAIL_OPENED].get(row.id, ()))),
        tuple(_moments(row.clicked_at, hits[MAIL_CLICKED].get(row.id, ()))),
    )


def _moments(first: int | None, all_of_them: Iterable[Moment]) -> Iterator[Moment]:
    """The first stays on the mail when events are forgotten."""
    if first is not None:
        yield Moment(first)
    yield from all_of_them


def _group(row: _Row) -> MailGroup:
    return MailGroup(row.campaign, row.step, row.template, row.locale or "", row.route or "")


TREATED: ColumnElement[bool] = or_(_e.end_reason.is_(None), _e.end_reason != End.HOLDOUT.value)
_IDS: BindParameter[Sequence[int]] = bindparam("people", expanding=True)
_PEOPLE = (
    select(_e.contact_id)
    .distinct()
    .select_from(messages)
    .join(enrollments, _e.id == _m.enrollment_id)
    .where(IN_SPAN, SENT, _e.converted_at >= _m.sent_at, TREATED)
)
_CANDIDATES = (
    select(
        *(_m.id, _m.campaign, _m.step, _m.template, _m.locale, _m.route, _m.over_at),
        *(_m.sent_at, _m.opened_at, _m.clicked_at, _e.contact_id, _e.converted_at),
        GOAL_EVENT.label("goal_event"),
    )
    .select_from(enrollments)
    .join(messages, _m.enrollment_id == _e.id)
    .where(
        _e.contact_id.in_(_IDS), _e.converted_at.is_not(None), TREATED, SENT, _m.sent_at <= _e.converted_at
    )
)
_HITS = select(_v.message_id, _v.name, _v.at).where(
    _v.contact_id.in_(_IDS), _v.name.in_((MAIL_OPENED, MAIL_CLICKED)), _v.message_id.is_not(None)
)
