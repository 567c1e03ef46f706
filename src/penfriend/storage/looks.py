"""Looks: who joins and leaves the segments of the live campaigns, who enters, and who is woken.

A look asks only for those whose facts changed (`touched`) and for those for whom a moment named in a segment,
or one of a date or schedule, has passed since the last look. It runs in one transaction for each batch of
`touched` and deletes exactly the rows that it read: what commits meanwhile, also with a lower id, is there
for the next. After a crash nothing of the batch has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    Connection,
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from penfriend.domain.campaign import Campaign, EventTrigger, SegmentTrigger
from penfriend.domain.definitions import Definitions
from penfriend.domain.timing import Moment
from penfriend.domain.watched import reads_campaigns, segments_read_event
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG
from penfriend.storage.dates import Dates
from penfriend.storage.enrollment_claim import woken_at
from penfriend.storage.entering import Door, Entered
from penfriend.storage.looks_tables import (
    empty,
    look_candidates,
    look_joins,
    look_passed,
    look_touched,
    make_room,
    write,
)
from penfriend.storage.mail_events import MAIL_SENT
from penfriend.storage.members import SegmentMembers
from penfriend.storage.revisions import is_behind
from penfriend.storage.upsert import insert_or_ignore

BATCH = 5_000
"""So many rows of `touched` in one transaction: other writers wait for it."""


@dataclass(slots=True)
class LookReport:
    """What one look did. `more`: the batch was full, there may be more to read."""

    more: bool = False
    joined: int = 0
    left: int = 0
    entered: int = 0
    refused: int = 0
    woken: int = 0

    def __add__(self, other: LookReport) -> LookReport:
        return LookReport(
            other.more,
            self.joined + other.joined,
            self.left + other.left,
            self.entered + other.entered,
            self.refused + other.refused,
            self.woken + other.woken,
        )


class Looks:
    """The looks of one revision; its statements are compiled once."""

    def __init__(self, definitions: Definitions, revision: int) -> None:
        self.definitions, self.revision = definitions, revision
        self.segments = {
            name: SegmentMembers(definitions.segments[name], definitions)
            for name in dict.fromkeys(_trigger_segments(definitions))
        }
        self.doors = {
            name: Door(campaign, definitions, revision) for name, campaign in definitions.campaigns.items()
        }
        self.dates = Dates(self.doors, definitions)
        self._reads_campaigns = reads_campaigns(definitions)
        self._moves_nobody = frozenset() if segments_read_event(definitions, MAIL_SENT) else {MAIL_SENT}
        """Events that say nothing but themselves, and that no segment asks for."""

    def take_look(self, connection: Connection, now: Moment, batch: int = BATCH) -> LookReport:
        """One batch, in the caller's transaction. Segments that were not activated as they are now
        are passed over. Once a later revision is live it does nothing."""
        if is_behind(connection, self.revision):
            return LookReport()
        make_room(connection)
        touched = _read_touched(connection, batch)
        report = LookReport(more=touched >= batch)
        names: set[str | None] = set()
        if touched:
            report.woken = connection.execute(_WAKE, {"now": now}).rowcount
            names = set(connection.execute(_TOUCHING_EVENTS).scalars())
        newest = (connection.execute(_NEWEST).scalar() or 0) if self._reads_campaigns else 0
        activated = active_since(connection)
        looked = {row.segment: row for row in connection.execute(_LOOKS)}
        for name, members in self.segments.items():
            if name in looked and looked[name].definition == members.digest:
                last = Moment(looked[name].looked_at)
                read = [look_touched] if names - self._moves_nobody else []
                if members.passed.record(connection, last, now):
                    read.append(look_passed)
                if read:
                    self._look_at(connection, members, read, last, now, activated, report)
        if touched:
            self._let_in_events(connection, names, now, activated, report)
        self._let_in_dates(connection, now, report)
        if report.entered and self._reads_campaigns:
            connection.execute(_TOUCH_ENTERED, {"now": now, "newest": newest})
            connection.execute(_RAISE_ENTERED, {"newest": newest})
        if touched:
            connection.execute(_FORGET)
            empty(connection, look_touched)
        connection.execute(_LOOKED, {"now": now})
        return report

    def _look_at(
        self,
        connection: Connection,
        members: SegmentMembers,
        read: Sequence[Table],
        last: Moment,
        now: Moment,
        activated: dict[str, int],
        report: LookReport,
    ) -> None:
        """Ask about those who stand in the tables `read`."""
        for table in read:
            connection.execute(_candidates(connection.dialect.name, table))
        if connection.dialect.name == "postgresql":  # it would take a new table for a large one
            connection.exec_driver_sql("ANALYZE look_candidates")
        report.left += members.leave(connection, now)
        joined = members.join(connection, last, now)
        report.joined += joined
        if joined:
            for campaign in self._campaigns_of(members.segment.name):
                if campaign.name in activated:
                    self._count(report, self.doors[campaign.name].let_in_joins(connection, now))
            empty(connection, look_joins)
        empty(connection, look_candidates)
        if look_passed in read:
            empty(connection, look_passed)

    def _let_in_events(
        self,
        connection: Connection,
        names: Collection[str | None],
        now: Moment,
        activated: dict[str, int],
        report: LookReport,
    ) -> None:
        for campaign in self.definitions.campaigns.values():
            trigger = campaign.trigger
            if isinstance(trigger, EventTrigger) and trigger.event in names and campaign.name in activated:
                since = Moment(activated[campaign.name])
                self._count(report, self.doors[campaign.name].let_in_events(connection, now, since))

    def _let_in_dates(self, connection: Connection, now: Moment, report: LookReport) -> None:
        dated = self.dates.let_in(connection, now)
        report.entered += dated.entered
        report.refused += dated.refused
        report.more = report.more or dated.more

    def _campaigns_of(self, segment: str) -> Iterator[Campaign]:
        for campaign in self.definitions.campaigns.values():
            if isinstance(campaign.trigger, SegmentTrigger) and campaign.trigger.segment == segment:
                yield campaign

    @staticmethod
    def _count(report: LookReport, came: Entered) -> None:
        report.entered += came.entered
        report.refused += came.refused

    def next_moment(
        self, connection: Connection, after: Moment, until: Moment | None = None
    ) -> Moment | None:
        """The next moment after `after` at which time alone may let somebody join, leave or enter; None where
        there is none. Before `until` dates that are nobody's are passed over."""
        found = [members.passed.next_moment(connection, after) for members in self.segments.values()]
        found.append(self.dates.next_moment(connection, after, until))
        moments = [moment for moment in found if moment is not None]
        return min(moments) if moments else None


def active_since(connection: Connection) -> dict[str, int]:
    """The campaigns that were activated and not removed, and since when."""
    return {row.campaign: row.activated_at for row in connection.execute(_ACTIVE)}


def _trigger_segments(definitions: Definitions) -> Iterator[str]:
    for campaign in definitions.campaigns.values():
        if isinstance(campaign.trigger, SegmentTrigger):
            yield campaign.trigger.segment


def _read_touched(connection: Connection, batch: int) -> int:
    """Put a batch of `touched` into `look_touched`; how many rows."""
    return write(connection, _READ_TOUCHED, {"batch": batch})


@cache
def _candidates(dialect: str, read: Table) -> Executable:
    whom = select(read.c.contact_id).where(read.c.contact_id.is_not(None)).distinct()
    return insert_or_ignore(dialect, look_candidates).from_select(["contact_id"], whom)


_TOUCH = ["id", "contact_id", "event_id", "at"]
_READ_TOUCHED = insert(look_touched).from_select(
    _TOUCH,
    select(*(t.touched.c[name] for name in _TOUCH))
    .order_by(t.touched.c.id)
    .limit(bindparam("batch", type_=BIG)),
)
_LOOKS = select(t.segment_looks.c.segment, t.segment_looks.c.definition, t.segment_looks.c.looked_at)
_ACTIVE = select(t.campaign_states.c.campaign, t.campaign_states.c.activated_at).where(
    t.campaign_states.c.removed_at.is_(None)
)
_first = (
    select(func.min(look_touched.c.at))
    .where(look_touched.c.contact_id == t.enrollments.c.contact_id)
    .scalar_subquery()
)
# an ended one is still watched for its goal
_watched = and_(t.enrollments.c.goal_at.is_(None), t.enrollments.c.goal_until >= bindparam("now", type_=BIG))
_WAKE = (
    update(t.enrollments)
    .where(
        t.enrollments.c.contact_id.in_(select(look_touched.c.contact_id)),
        or_(t.enrollments.c.status == "active", _watched),
    )
    .values(woken_at(_first))
)
_NEWEST = select(func.max(t.enrollments.c.id))
_entered = (
    select(t.enrollments.c.contact_id).where(t.enrollments.c.id > bindparam("newest", type_=BIG)).distinct()
)
_TOUCH_ENTERED = insert(t.touched).from_select(
    ["contact_id", "at"], _entered.add_columns(bindparam("now", type_=BIG))
)
_RAISE_ENTERED = (
    update(t.contacts).where(t.contacts.c.id.in_(_entered)).values(version=t.contacts.c.version + 1)
)
_FORGET = delete(t.touched).where(t.touched.c.id.in_(select(look_touched.c.id)))
_TOUCHING_EVENTS = (
    select(t.events.c.name)
    .select_from(look_touched)
    .outerjoin(t.events, t.events.c.id == look_touched.c.event_id)
).distinct()
"""The names of the events that touched somebody, and NULL where something else did."""
_LOOKED = (
    update(t.segment_looks)
    .where(t.segment_looks.c.looked_at < bindparam("now", type_=BIG))
    .values(looked_at=bindparam("now", type_=BIG))
)
