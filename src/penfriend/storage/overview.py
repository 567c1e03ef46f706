"""Counts for `status`, `messages` and the table of the demo."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, union_all, update

from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.errors import NotFound
from penfriend.domain.message import Status
from penfriend.domain.overview import CampaignCounts, MessageLine, Overview
from penfriend.domain.timing import Moment
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.call_tries import calls_not_done
from penfriend.storage.database import Database
from penfriend.storage.destinations import resting_destinations
from penfriend.storage.forgetting import passes
from penfriend.storage.mail_events import note_sent
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.message_log import wake
from penfriend.storage.outgoing import tell_of_messages
from penfriend.storage.pausing import stopped
from penfriend.storage.routes import paused_routes
from penfriend.storage.tables import (
    attempts,
    contacts,
    decisions,
    enrollments,
    members,
    messages,
    outgoing_calls,
    refusals,
    suppressions,
    webhook_calls,
)

_m, _e = messages.c, enrollments.c
_CONTACTS = select(func.count()).select_from(contacts).where(contacts.c.erased_at.is_(None))
_OF_TRY = ("server", "stage", "outcome")


class Reports:
    """Read-only questions of people about one store, and the settling of doubts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def overview(self, now: Moment, trigger_segments: dict[str, str]) -> Overview:
        """All counts. `trigger_segments` gives campaign -> segment, to tell who was noted at activation."""
        with self._db.read() as connection:
            due = IS_DUE & (_m.due_at < now)
            oldest = connection.execute(select(func.min(_m.due_at)).where(due)).scalar()
            found = connection.execute(
                select(suppressions.c.reason, func.count()).group_by(suppressions.c.reason)
            )
            return Overview(
                at=now,
                contacts=connection.execute(_CONTACTS).scalar_one(),
                campaigns=_campaigns(connection, trigger_segments),
                overdue=connection.execute(
                    select(func.count()).select_from(messages).where(due)
                ).scalar_one(),
                lag=0 if oldest is None else now - oldest,
                routes=paused_routes(connection, now),
                destinations=resting_destinations(connection, now),
                suppressions={row[0]: row[1] for row in found},
                webhooks=calls_not_done(connection, webhook_calls.c.webhook),
                outgoing=calls_not_done(connection, outgoing_calls.c.target),
                forgotten=passes(connection),
                stopped=stopped(connection),
            )

    def list_messages(
        self,
        statuses: Collection[str] = (),
        contact: int | None = None,
        campaign: str | None = None,
        limit: int = 100,
    ) -> list[MessageLine]:
        """The newest messages first, with what is known of their last attempt."""
        chosen = _lines(_m.id.in_(newest_ids(statuses, contact, campaign, limit))).limit(limit)
        with self._db.read() as connection:
            return [_line(row) for row in connection.execute(chosen)]

    def message(self, name: str) -> MessageLine | None:
        """The message with that number of ours, or that Message-ID."""
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 19 else -1
        called = (name, f"<{name}>", name.strip("<>"))
        if "\x00" in name:  # what PostgreSQL takes in no text
            return None
        with self._db.read() as connection:
            row = connection.execute(_lines((_m.id == number) | _m.message_id.in_(called))).first()
        return None if row is None else _line(row)

    def resolve(self, message: int, as_sent: bool, now: Moment, by: Actor | None = None) -> None:
        """Settle a doubt: it was delivered, or it is to be sent again with the same Message-ID and bytes.
        Raises NotFound."""
        with self._db.write() as connection:
            values = (
                {"status": Status.SENT.value, "sent_at": func.coalesce(_m.sent_at, _m.over_at)}
                if as_sent
                else {"status": Status.DUE.value, "due_at": now, "over_at": None}
            )
            moved = connection.execute(
                update(messages).where(_m.id == message, _m.status == Status.UNKNOWN.value).values(**values)
            )
            if not moved.rowcount:
                status = connection.execute(select(_m.status).where(_m.id == message)).scalar()
                raise NotFound(
                    f"there is no message {message}"
                    if status is None
                    else f"message {message} is {status}, not unknown"
                )
            if as_sent:
                tell_of_messages(connection, [message], now)
                over_at = connection.execute(select(_m.over_at).where(_m.id == message)).scalar()
                note_sent(connection, {message: now if over_at is None else Moment(over_at)})
            if by is not None:
                settled = {"as": "sent" if as_sent else "resend"}
                write_entry(connection, Entry(now, by, Deed.MESSAGE_SETTLED, f"message {message}", settled))
            chosen = select(_m.enrollment_id).where(_m.id == message)
            wake(connection, list(connection.execute(chosen).scalars()))


def _lines(which: ColumnElement[bool]) -> Select[Any]:
    """Messages, the newest first, each with whose it is and with its last try."""
    tries = attempts.alias()
    last = (
        select(func.max(tries.c.id)).where(tries.c.message_id == _m.id).correlate(messages).scalar_subquery()
    )
    return (
        select(messages, contacts.c.key, contacts.c.email, *(attempts.c[name] for name in _OF_TRY))
        .join(contacts, contacts.c.id == _m.contact_id)
        .outerjoin(attempts, attempts.c.id == last)
        .where(which)
        .order_by(_m.id.desc())
    )


def _line(row: Row[Any]) -> MessageLine:
    return MessageLine(
        id=row.id,
        campaign=row.campaign,
        step=row.step,
        contact=row.key or row.email or "",
        status=row.status,
        reason=row.reason,
        wanted_at=row.wanted_at,
        due_at=row.due_at,
        over_at=row.over_at,
        held_by=row.held_by,
        attempts=row.attempts,
        note=row.note,
        message_id=row.message_id,
        address=row.address or row.email,
        server=row.server,
        stage=row.stage,
        outcome=row.outcome,
        delivered_at=row.delivered_at,
        bounced_at=row.bounced_at,
        complained_at=row.complained_at,
    )


def newest_ids(
    statuses: Collection[str], contact: int | None, campaign: str | None, limit: int
) -> Select[int]:
    """The ids among which the newest are: of each status so many, each read from the end of an index."""
    wanted = select(_m.id).order_by(_m.id.desc()).limit(limit)
    if contact is not None:
        wanted = wanted.where(_m.contact_id == contact)
    if campaign is not None:
        wanted = wanted.where(_m.campaign == campaign)
    if not statuses and (campaign is None or contact is not None):
        return select(wanted.subquery().c.id)
    each = [
        select(wanted.where(_m.status == status).subquery().c.id)
        for status in statuses or [one.value for one in Status]
    ]
    return select(union_all(*each).subquery().c.id)


def _campaigns(connection: Connection, trigger_segments: dict[str, str]) -> dict[str, CampaignCounts]:
    counts: dict[str, CampaignCounts] = {name: CampaignCounts() for name in trigger_segments}

    def each(chosen: Select[str, str | None, int]) -> Iterator[tuple[CampaignCounts, str, int]]:
        for campaign, word, number in connection.execute(chosen):
            yield counts.setdefault(campaign, CampaignCounts()), word or "", number

    for one, status, number in each(_ENTERED):
        one.entered += number
        one.waiting += number if status == "active" else 0
    for one, _, number in each(_CONVERTED):
        one.converted = number
    for name, chosen in _COUNTED.items():
        for one, word, number in each(chosen):
            getattr(one, name)[word] = number
    _count_noted(connection, trigger_segments, counts)
    return counts


def _by(campaign: ColumnElement[str], word: ColumnElement[str | None], *which: ColumnElement[bool]) -> Counts:
    return select(campaign, word, func.count()).where(*which).group_by(campaign, word)


Counts = Select[str, str | None, int]
_ENTERED = _by(_e.campaign, _e.status)
_ENDED, _POSTPONED = (literal(word, literal_execute=True) for word in ("ended", "postponed"))
# in the statements' text, so that the partial indexes are used
_CONVERTED = _by(_e.campaign, _e.campaign, _e.converted_at.is_not(None))
_held_up = (
    select(decisions.c.message_id, decisions.c.reason)
    .where(decisions.c.what == _POSTPONED)
    .distinct()
    .subquery()
)
_COUNTED: dict[str, Counts] = {
    "ended": _by(_e.campaign, _e.end_reason, _e.status == _ENDED),
    "steps": _by(_e.campaign, _e.step, _e.status == "active"),
    "not_entered": _by(refusals.c.campaign, refusals.c.reason),
    "messages": _by(_m.campaign, _m.status),
    "skipped": _by(_m.campaign, _m.reason, _m.status == Status.SKIPPED.value),
    "postponed": (
        select(_m.campaign, _held_up.c.reason, func.count())
        .join(messages, _m.id == _held_up.c.message_id)
        .group_by(_m.campaign, _held_up.c.reason)
    ),
}
"""What is counted into which part of `CampaignCounts`."""


def _count_noted(
    connection: Connection, trigger_segments: dict[str, str], counts: dict[str, CampaignCounts]
) -> None:
    """Who was in the segment at activation has no row of refusal: the member says so."""
    noted = select(members.c.segment, func.count()).where(members.c.noted == 1).group_by(members.c.segment)
    by_segment: dict[str, int] = {row[0]: row[1] for row in connection.execute(noted)}
    for campaign, segment in trigger_segments.items():
        if by_segment.get(segment):
            counts[campaign].not_entered["noted"] = by_segment[segment]


def segment_sizes(connection: Connection) -> dict[str, int]:
    """Members by segment, of the segments that triggers use."""
    chosen = select(members.c.segment, func.count()).group_by(members.c.segment)
    return {row[0]: row[1] for row in connection.execute(chosen)}
