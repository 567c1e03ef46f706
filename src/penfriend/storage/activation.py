"""Activation: the members of a new or changed segment are found by one full SELECT, in chunks, and noted.

Who is in a segment at its activation is not mailed (`backfill: none`), or enters now (`backfill: all`). A
segment's new definition treats those whom it brings in the same way. Dates and schedules begin: what is past
lets nobody in. A removed campaign ends its enrollments
and skips what they still wanted to send. Everything is safe to repeat: a crash in between leaves the segment
or campaign as not yet activated.

A segment that rests on a SELECT in the company's own database waits for its first reading, whose members are
treated in the same way; until then looks pass it over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select, update

from penfriend.domain.campaign import SegmentTrigger
from penfriend.domain.definitions import Definitions
from penfriend.domain.message import Status
from penfriend.domain.reasons import End
from penfriend.domain.segment import Segment
from penfriend.domain.timing import Moment
from penfriend.domain.watched import reads_scores
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.database import Database
from penfriend.storage.entering import Entered
from penfriend.storage.looks import Looks, active_since
from penfriend.storage.looks_tables import make_room
from penfriend.storage.members import SegmentMembers, rests_on
from penfriend.storage.message_states import WILL_NOT_BE_SENT
from penfriend.storage.outgoing import (
    ending_enrollments,
    ending_messages,
    tell_of_ends,
    tell_of_messages,
)
from penfriend.storage.passed_moments import make_indexes
from penfriend.storage.scores import renew_scores_once
from penfriend.storage.source_rows import forget_segments
from penfriend.storage.source_states import read_states

CHUNK = 20_000
"""Contacts in one transaction: other writers wait for it (FACTS 13: with 20,000 ids they stall 13-16 ms)."""


@dataclass(slots=True)
class ActivationReport:
    """What an activation did: members noted, people who entered by `backfill: all`, enrollments that
    ended."""

    noted: int = 0
    entered: int = 0
    ended: int = 0


def activate(
    database: Database,
    looks: Looks,
    now: Moment,
    moved: Collection[str] = (),
    read: Collection[str] = (),
) -> ActivationReport:
    """Make the store fit the revision of `looks`: what is new is activated, what is gone ends.

    A running campaign whose trigger has another segment than before (`moved`) treats those who are in it as
    at an activation. `read` are the segments that were just read from their sources for the first time.
    """
    report = ActivationReport()
    if reads_scores(looks.definitions):
        renew_scores_once(database, now)
    for members in looks.segments.values():
        with database.read() as connection:
            known = _known(connection, members)
            waiting = known != members.digest and _unread(connection, members.segment, looks.definitions)
        if known == members.digest or (waiting and not waiting <= set(read)):
            continue
        with database.write() as connection:
            make_indexes(connection, members.segment, looks.definitions)
        report.noted += _fill(database, members, now)
        with database.write() as connection:
            _set_looked(connection, members, now)
            _backfill(connection, looks, members, now, report, known is not None or bool(waiting))
    with database.write() as connection:
        looks.dates.make_indexes(connection)
    database.run(lambda connection: _set_campaigns(connection, looks, now, moved, report))
    return report


def refresh_members(database: Database, looks: Looks, now: Moment) -> int:
    """Find all members anew and mend what the looks had wrong; how many faults. Once a day, by
    `housekeeping`."""
    faults = 0
    for members in looks.segments.values():
        with database.read() as connection:
            row = connection.execute(_LOOKED_AT, {"name": members.segment.name}).first()
        if row is None or row.definition != members.digest or row.looked_at > now:
            continue
        for low, high in _chunks(database):
            with database.write() as connection:
                # another look may have come between two chunks: the members are those of the last one
                at = connection.execute(_LOOKED_AT, {"name": members.segment.name}).one().looked_at
                faults += members.mend(connection, low, high, Moment(at))
    return faults


def _known(connection: Connection, members: SegmentMembers) -> str | None:
    row = connection.execute(_LOOKED_AT, {"name": members.segment.name}).first()
    return None if row is None else str(row.definition)


def _unread(connection: Connection, segment: Segment, definitions: Definitions) -> set[str]:
    """The SELECTs on which the segment rests that were not read yet as they are now."""
    needed = rests_on(segment, definitions)
    if not needed:
        return set()
    states = read_states(connection)
    read = {name: state.definition for name, state in states.items()}
    return {name for name, digest in needed.items() if read.get(name) != digest}


def _fill(database: Database, members: SegmentMembers, now: Moment) -> int:
    noted = 0
    for low, high in _chunks(database):
        with database.write() as connection:
            members.clear(connection, low, high, now)
            noted += members.fill(connection, low, high, now)
    return noted


def _chunks(database: Database) -> Iterator[tuple[int, int]]:
    with database.read() as connection:
        newest = connection.execute(select(func.max(t.contacts.c.id))).scalar() or 0
    for low in range(0, newest, CHUNK):
        yield low, low + CHUNK


def _set_looked(connection: Connection, members: SegmentMembers, now: Moment) -> None:
    connection.execute(delete(t.segment_looks).where(t.segment_looks.c.segment == members.segment.name))
    row = {"segment": members.segment.name, "definition": members.digest, "looked_at": now}
    connection.execute(insert(t.segment_looks).values(row))


def _backfill(
    connection: Connection,
    looks: Looks,
    members: SegmentMembers,
    now: Moment,
    report: ActivationReport,
    changed: bool,
) -> None:
    """Those whom a changed definition brings into a running campaign; a new campaign sees to its own."""
    if not changed:
        return
    make_room(connection)
    active = active_since(connection)
    for name, campaign in looks.definitions.campaigns.items():
        trigger = campaign.trigger
        mine = isinstance(trigger, SegmentTrigger) and trigger.segment == members.segment.name
        if mine and campaign.backfill and name in active:
            entered: Entered = looks.doors[name].let_in_members(connection, now, since=now)
            report.entered += entered.entered


def _set_campaigns(
    connection: Connection, looks: Looks, now: Moment, moved: Collection[str], report: ActivationReport
) -> None:
    make_room(connection)
    active = active_since(connection)
    for name, campaign in looks.definitions.campaigns.items():
        if not campaign.active:  # its activation is the first moment at which it runs
            continue
        if name in active:
            _let_in_at_activation(connection, looks, name, now, report, mine=name in moved)
            continue
        connection.execute(delete(t.campaign_states).where(t.campaign_states.c.campaign == name))
        state = {"campaign": name, "activated_at": now, "revision": looks.revision}
        connection.execute(insert(t.campaign_states).values(state))
        _let_in_at_activation(connection, looks, name, now, report)
    looks.dates.begin(connection, now)
    for name in active.keys() - looks.definitions.campaigns.keys():
        report.ended += _end(connection, name, now)
    unused = t.segment_looks.c.segment.not_in(list(looks.segments))
    gone = list(connection.execute(select(t.segment_looks.c.segment).where(unused)).scalars())
    if gone:
        connection.execute(delete(t.members).where(t.members.c.segment.in_(gone)))
        connection.execute(delete(t.segment_looks).where(t.segment_looks.c.segment.in_(gone)))
    read = [segment.name for segment in looks.definitions.segments.values() if segment.select is not None]
    forget_segments(connection, read)


def _let_in_at_activation(
    connection: Connection, looks: Looks, name: str, now: Moment, report: ActivationReport, mine: bool = True
) -> None:
    campaign = looks.definitions.campaigns[name]
    if mine and campaign.backfill and isinstance(campaign.trigger, SegmentTrigger):
        report.entered += looks.doors[name].let_in_members(connection, now).entered


def _end(connection: Connection, campaign: str, now: Moment) -> int:
    values = {"name": campaign, "now": now}
    mails, runs = t.messages.c, t.enrollments.c
    waiting = ending_messages(connection, mails.campaign == campaign, mails.status == Status.DUE.value)
    ending = ending_enrollments(connection, runs.campaign == campaign, runs.status == "active")
    connection.execute(_SKIP_MAILS, {"name": campaign, "why": _REMOVED, "detail": None, "at": now})
    connection.execute(_DECIDE_END, values)
    ended = connection.execute(_END, values).rowcount
    connection.execute(_REMOVE, values)
    tell_of_messages(connection, waiting, now)
    tell_of_ends(connection, ending, now)
    return ended


_LOOKED_AT = select(t.segment_looks.c.definition, t.segment_looks.c.looked_at).where(
    t.segment_looks.c.segment == bindparam("name", type_=TEXT)
)
_REMOVED = End.CAMPAIGN_REMOVED.value
_name, _now = bindparam("name", type_=TEXT), bindparam("now", type_=BIG)
_SKIP_MAILS = (
    update(t.messages)
    .where(t.messages.c.campaign == _name, t.messages.c.status == Status.DUE.value)
    .values(WILL_NOT_BE_SENT)
)
_active = [t.enrollments.c.campaign == _name, t.enrollments.c.status == "active"]
_DECIDE_END = insert(t.decisions).from_select(
    ["contact_id", "enrollment_id", "step", "at", "what", "reason"],
    select(
        t.enrollments.c.contact_id,
        t.enrollments.c.id,
        t.enrollments.c.step,
        _now,
        literal("ended", TEXT),
        literal(_REMOVED, TEXT),
    ).where(*_active),
)
_END = (
    update(t.enrollments)
    .where(*_active)
    .values(
        status="ended", end_reason=_REMOVED, ended_at=_now, due_at=None, due_wall=None, due_zone=None, woken=0
    )
)
_REMOVE = (
    update(t.campaign_states)
    .where(t.campaign_states.c.campaign == _name, t.campaign_states.c.removed_at.is_(None))
    .values(removed_at=_now)
)
