"""Who comes to a campaign's door and enters: joins of its segment, events that it waits for, dates and
schedules whose moment has come; and the reasons of those who do not.

Set statements all the way: the arrivals of one campaign stand in `look_arrivals`, in the order in which they
came for each contact, and are decided rank by rank, so that the second sees what became of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    true,
    update,
)

from penfriend.domain.campaign import Campaign, EventTrigger, ReentryKind, SegmentTrigger
from penfriend.domain.definitions import Definitions
from penfriend.domain.reasons import NotEntered
from penfriend.domain.segment import Condition, InSegment, Things
from penfriend.domain.timing import Moment, shift, zone_of
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.entering_arrivals import (
    Came,
    Coming,
    for_each_thing,
    from_events,
    from_things,
    is_subscribed,
    is_suppressed,
)
from penfriend.storage.entering_clocks import know_clocks, shift_by_own_clock
from penfriend.storage.entering_dates import coming_at
from penfriend.storage.entering_lateness import Lateness
from penfriend.storage.looks_tables import empty, look_arrivals, look_joins, look_zones, write
from penfriend.storage.outgoing import insert_enrollments
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_compare import sure
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_moments import RowBinder
from penfriend.storage.segment_sql_scope import SUBJECT_COLUMNS, Scope, there_is

_ARRIVED = ["contact_id", "occurrence", "at", *SUBJECT_COLUMNS, "reason", "rank"]


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of the arrivals of one campaign."""

    entered: int = 0
    refused: int = 0


class Door:
    """The door of one campaign of one revision."""

    def __init__(self, campaign: Campaign, definitions: Definitions, revision: int) -> None:
        self.campaign = campaign
        self._definitions, self._revision = definitions, revision
        self._lateness = Lateness(campaign, definitions)
        self._dated: dict[bool, list[Insert]] = {}

    def let_in_joins(self, connection: Connection, now: Moment) -> Entered:
        """Those who stand in `look_joins` of the trigger's segment."""
        return self._decide(connection, [self._joins], now, {})

    def let_in_members(self, connection: Connection, now: Moment, since: Moment | None = None) -> Entered:
        """`backfill: all`: who is in the trigger's segment (since then or later) enters at `now`."""
        return self._decide(connection, [self._members], now, {"since": since or 0})

    def let_in_events(self, connection: Connection, now: Moment, activated_at: Moment) -> Entered:
        """Those whose event came; what was past at the campaign's activation is passed over."""
        return self._decide(connection, self._events, now, {"activated_at": activated_at})

    def let_in_dated(
        self, connection: Connection, now: Moment, unit: Mapping[str, object], has_zone: bool
    ) -> Entered:
        """Those who stand in `look_dated`: the people of one unit (`entering_dates`), whose moment has
        come."""
        if has_zone not in self._dated:
            coming, came = coming_at(self.campaign.trigger, has_zone)
            self._dated[has_zone] = self._arrivals(coming, " ", came)
        return self._decide(connection, self._dated[has_zone], now, unit)

    def _decide(
        self, connection: Connection, arriving: Sequence[Insert], now: Moment, values: Mapping[str, object]
    ) -> Entered:
        values = {**values, "now": now}
        arrived = sum(write(connection, one, values) for one in arriving)
        if not arrived:
            return Entered()
        self._set_clocks(connection, now)
        self._lateness.refuse_the_late(connection, now)
        ranks = connection.execute(_LAST_RANK).scalar() or 0
        # who comes first to a campaign that had nobody was never inside: nothing is to be asked of each
        empty_before = connection.execute(_HAD_ANYBODY, {"campaign": self.campaign.name}).scalar() is None
        entered = 0
        for rank in range(1, ranks + 1):
            values = {"campaign": self.campaign.name, "place": rank}
            if rank > 1 or not empty_before:
                connection.execute(self._reentry[rank > 1], values)
            enroll = self._enroll_first if rank == 1 and empty_before else self._enroll[rank > 1]
            entered += insert_enrollments(connection, enroll, {**values, "revision": self._revision}, now)
        refused = write(connection, _REFUSE, {"campaign": self.campaign.name, "now": now})
        empty(connection, look_arrivals, look_zones)
        return Entered(entered, refused)

    def _set_clocks(self, connection: Connection, now: Moment) -> None:
        """The clocks of those who have come, where days of entering go by a clock."""
        lateness, every = list(self._lateness.durations), self.campaign.reentry.every
        again = [] if every is None else [every]
        if not all(one.is_elapsed for one in (*lateness, *again)):
            longest = max(lateness, key=lambda one: shift(now, one, zone_of("UTC")))
            know_clocks(connection, self._definitions.brand, [longest, *again], now)

    @cached_property
    def _of_contacts(self) -> bool:
        """The trigger's segment is one of contacts, and not of things of theirs."""
        name = self.campaign.trigger.segment
        return name is not None and self._definitions.segments[name].of is Things.CONTACTS

    @cached_property
    def _joins(self) -> Insert:
        return self._arrive(from_things(look_joins, look_joins.c.since, once=self._of_contacts))

    @cached_property
    def _members(self) -> Insert:
        trigger = self.campaign.trigger
        coming = from_things(t.members, bindparam("now", type_=BIG), once=self._of_contacts)
        mine = t.members.c.segment == trigger.segment
        return self._arrive(coming, mine, t.members.c.since >= bindparam("since", type_=BIG))

    @cached_property
    def _events(self) -> list[Insert]:
        trigger = self.campaign.trigger
        if not isinstance(trigger, EventTrigger):
            return []
        return self._arrivals(from_events(trigger, self.campaign.name, self._definitions))

    def _arrivals(self, coming: Coming, joint: str = "/", came: Came | None = None) -> list[Insert]:
        """By one statement; by two where each thing of a segment enters: the other is for those who have
        none."""
        name = self.campaign.trigger.segment
        segment = None if name is None else self._definitions.segments[name]
        if segment is None or self._of_contacts:
            return [self._arrive(coming, *([] if came is None else [came(Scope(coming.contact))]))]
        each, none = for_each_thing(coming, segment, self._definitions, joint, came)
        return [self._arrive(each, own_segment=False), self._arrive(coming, none)]

    def _arrive(self, coming: Coming, *more: Expr, own_segment: bool = True) -> Insert:
        """INSERT of the arrivals with the reasons that do not depend on other arrivals, and their places
        in the queue."""
        about = [coming.subject.get(name, _nothing(name)).label(name) for name in SUBJECT_COLUMNS]
        arriving = (
            select(
                coming.contact.c.id.label("contact_id"),
                coming.occurrence.label("occurrence"),
                coming.at.label("at"),
                *about,
                self._reason(coming, own_segment).label("reason"),
            )
            .select_from(coming.rows)
            .where(coming.contact.c.erased_at.is_(None), *coming.where, *more)
        )
        if coming.once:  # no queue: a fifth of a million need not be sorted
            return insert(look_arrivals).from_select(_ARRIVED, arriving.add_columns(literal(1, Integer())))
        arrived = arriving.subquery("arrived")
        place = func.row_number().over(
            partition_by=[arrived.c.contact_id, arrived.c.reason.is_(None)],
            order_by=[arrived.c.at, arrived.c.occurrence, arrived.c.event_id],
        )
        query: Select[tuple[object, ...]] = select(*(arrived.c[name] for name in _ARRIVED[:-1]), place)
        return insert(look_arrivals).from_select(_ARRIVED, query)

    def _reason(self, coming: Coming, own_segment: bool) -> Expr:
        contact, campaign = coming.contact, self.campaign
        if not campaign.runs:  # whatever comes during a pause is passed over, not kept
            return literal(NotEntered.CAMPAIGN_PAUSED.value, TEXT)
        reasons = [(is_suppressed(contact, campaign.is_transactional), NotEntered.SUPPRESSED)]
        if not campaign.is_transactional:
            reasons.append((~is_subscribed(contact, campaign.topic), NotEntered.NOT_CONSENTED))
        wanted = self._wanted(coming, own_segment)
        if wanted:
            reasons.append((~sure(and_(true(), *wanted)), NotEntered.CONDITION_FALSE))
        return case(*((holds, literal(reason.value, TEXT)) for holds, reason in reasons), else_=null())

    def _wanted(self, coming: Coming, own_segment: bool) -> list[Expr]:
        """The trigger's `if` and, but for a segment trigger, its segment, at the moment of the arrival."""
        trigger = self.campaign.trigger
        conditions: list[Condition] = [] if trigger.condition is None else [trigger.condition]
        if own_segment and trigger.segment is not None and not isinstance(trigger, SegmentTrigger):
            conditions.append(InSegment(trigger.segment))
        rows = {} if coming.event is None else {"event": coming.event}
        scope = Scope(contact=coming.contact, subject=coming.subject, rows=rows)
        compiler = Compiler(self._definitions, RowBinder(self._definitions.brand.zone, coming.at))
        return [compiler.holds(condition, scope) for condition in conditions]

    @cached_property
    def _reentry(self) -> tuple[Update, Update]:
        """Inside already, or back too soon: asked when all who came before have been decided. For the first
        of each, and for a later one."""
        own = t.enrollments.alias()
        mine = [
            own.c.campaign == bindparam("campaign", type_=TEXT),
            own.c.contact_id == look_arrivals.c.contact_id,
        ]
        same = [*mine, own.c.occurrence == look_arrivals.c.occurrence]
        inside = there_is(own, where=[*same, own.c.status == "active"])
        reasons: list[tuple[Expr, Expr]] = [(inside, literal(NotEntered.INSIDE.value, TEXT))]
        reentry = self.campaign.reentry
        if reentry.kind is ReentryKind.NEVER:
            reasons.append((there_is(own, where=same), literal(NotEntered.TOO_SOON.value, TEXT)))
        if reentry.kind is ReentryKind.EVERY and reentry.every is not None:
            last = select(func.max(own.c.entered_at)).where(*mine).correlate_except(own).scalar_subquery()
            contact = t.contacts.alias("contact")
            again = shift_by_own_clock(last, reentry.every, contact)
            soon = [contact.c.id == look_arrivals.c.contact_id, look_arrivals.c.at < again]
            reasons.append((there_is(contact, where=soon), literal(NotEntered.TOO_SOON.value, TEXT)))
        decided = update(look_arrivals).values(reason=case(*reasons, else_=null()))
        return decided.where(*_FIRST), decided.where(*_LATER)

    @cached_property
    def _enroll(self) -> tuple[Insert, Insert]:
        """For the first of each, and for a later one."""
        own, row = t.enrollments.alias(), look_arrivals
        same = [
            own.c.campaign == bindparam("campaign", type_=TEXT),
            own.c.contact_id == row.c.contact_id,
            own.c.occurrence == row.c.occurrence,
        ]
        before = select(func.max(own.c.entry)).where(*same).correlate_except(own).scalar_subquery()
        entry = func.coalesce(before, literal(0, BigInteger())) + 1
        return self._enrolled(entry, _FIRST), self._enrolled(entry, _LATER)

    @cached_property
    def _enroll_first(self) -> Insert:
        """The same where nobody has ever entered."""
        return self._enrolled(literal(1, BigInteger()), _FIRST)

    def _enrolled(self, entry: Expr, where: Sequence[Expr]) -> Insert:
        row = look_arrivals
        values: dict[str, Expr] = {
            "campaign": bindparam("campaign", type_=TEXT),
            "contact_id": row.c.contact_id,
            "occurrence": row.c.occurrence,
            "entry": entry,
            "revision": bindparam("revision", type_=BIG),
            "entered_at": row.c.at,
            "status": literal("active", TEXT),
            "began_at": row.c.at,
            "due_at": row.c.at,
            **{name: row.c[name] for name in SUBJECT_COLUMNS},
        }
        return insert(t.enrollments).from_select(list(values), select(*values.values()).where(*where))


def _nothing(name: str) -> Expr:
    return literal(None, BIG if name == "event_id" else TEXT)


_UNDECIDED = look_arrivals.c.reason.is_(None)
_FIRST = (look_arrivals.c.rank == bindparam("place"), _UNDECIDED)
_LATER = (look_arrivals.c.rank > literal_column("1"), *_FIRST)
"""Those whose turn it is: `rank > 1` tells that the index has them."""
_HAD_ANYBODY = (
    select(t.enrollments.c.id).where(t.enrollments.c.campaign == bindparam("campaign", type_=TEXT)).limit(1)
)
_LAST_RANK = select(func.max(look_arrivals.c.rank)).where(look_arrivals.c.reason.is_(None))
_REFUSE = insert(t.refusals).from_select(
    ["campaign", "contact_id", "occurrence", "at", "decided_at", "reason"],
    select(
        bindparam("campaign", type_=TEXT),
        look_arrivals.c.contact_id,
        look_arrivals.c.occurrence,
        look_arrivals.c.at,
        bindparam("now", type_=BIG),
        look_arrivals.c.reason,
    ).where(look_arrivals.c.reason.is_not(None)),
)
