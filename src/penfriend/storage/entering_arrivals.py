"""The rows that come to a campaign's door: joins of a segment, events, and each thing that an event's
contact has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import FromClause, and_, bindparam, case, func, literal, or_, select, true

from penfriend.domain.campaign import EventTrigger
from penfriend.domain.contact import GETS_WHAT_IS_OWED
from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import Segment, Things
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.looks_tables import look_touched
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_moments import RowBinder
from penfriend.storage.segment_sql_scope import SUBJECT_COLUMNS, Scope, there_is
from penfriend.storage.segment_sql_things import event_key, event_subject, thing_rows


@dataclass(frozen=True, slots=True)
class Coming:
    """The rows that arrive: whose, about what, when."""

    rows: FromClause
    contact: FromClause
    occurrence: Expr
    at: Expr
    subject: dict[str, Expr]
    where: tuple[Expr, ...] = ()
    event: FromClause | None = None
    once: bool = False
    """Each contact comes once at most."""


Came = Callable[[Scope], Expr]
"""Whether the date has come that the trigger's field holds there."""


def from_things(rows: FromClause, at: Expr, *, once: bool) -> Coming:
    """Members, or those who join: what they are about stands beside them. `once`: they are contacts, and not
    things of which a contact may have several."""
    contact = t.contacts.alias("contact")
    return Coming(
        # + 0: SQLite takes a table that it has not counted for one of a million rows, and would rather go
        # through all contacts
        rows=rows.join(contact, contact.c.id == rows.c.contact_id + 0),
        contact=contact,
        occurrence=rows.c.occurrence,
        at=at,
        subject={name: rows.c[name] for name in SUBJECT_COLUMNS},
        once=once,
    )


def from_events(trigger: EventTrigger, campaign: str, definitions: Definitions) -> Coming:
    """The events of this look, not older than the activation, that have let nobody in yet."""
    contact, event = t.contacts.alias("contact"), t.events.alias("event")
    read = select(look_touched.c.event_id).where(look_touched.c.event_id.is_not(None))
    own, order = t.enrollments.alias(), t.orders.alias()
    mine = [own.c.campaign == campaign, own.c.contact_id == event.c.contact_id]
    again = there_is(own, where=[*mine, own.c.event_id == event.c.id])
    subject = dict(event_subject(event))
    of_order = select(order.c.cart_key).where(order.c.key == event.c.order_key).correlate_except(order)
    subject["cart_key"] = func.coalesce(event.c.cart_key, of_order.scalar_subquery())
    since = bindparam("activated_at", type_=BIG)
    where = [event.c.id.in_(read), event.c.name == trigger.event, event.c.at >= since, ~again]
    if trigger.where is not None:
        compiler = Compiler(definitions, RowBinder(definitions.brand.zone, event.c.at))
        where.append(
            compiler.holds(trigger.where, Scope(contact=contact, subject=subject, rows={"event": event}))
        )
    return Coming(
        rows=event.join(contact, contact.c.id == event.c.contact_id),
        contact=contact,
        occurrence=func.coalesce(event_key(event, trigger.key), literal("", TEXT)),
        at=event.c.at,
        subject=subject,
        where=tuple(where),
        event=event,
    )


def for_each_thing(
    coming: Coming, segment: Segment, definitions: Definitions, joint: str = "/", came: Came | None = None
) -> tuple[Coming, Expr]:
    """Each thing of the segment that the contact has, and what holds for those who have none.

    An event that is about a thing of that kind lets in that one alone; `came` says of a thing, or of the
    contact, that its date has come. The occurrence names both, with `joint` in between.
    """
    things = thing_rows(segment)
    compiler = Compiler(definitions, RowBinder(definitions.brand.zone, coming.at))
    scope = things.scope(coming.contact)
    inner = compiler.holds(segment.where, scope)
    about = coming.subject.get(things.about) if segment.of is not Things.EVENTS else None
    same = true() if about is None else or_(about.is_(None), things.subject[things.about] == about)
    has = and_(*things.of(coming.contact), same, inner)
    its_date = true() if came is None else came(scope)
    own_date = true() if came is None else came(Scope(coming.contact))
    both = coming.occurrence + joint + things.occurrence
    only = [(coming.occurrence == "", things.occurrence), (things.occurrence == "", coming.occurrence)]
    each = Coming(
        rows=coming.rows.join(things.row, has),
        contact=coming.contact,
        occurrence=case(*only, else_=both),
        at=coming.at,
        subject={**coming.subject, **things.subject, **_event_of(coming)},
        where=(*coming.where, its_date),
        event=coming.event,
    )
    return each, and_(own_date, ~there_is(things.row, where=[has]))


def _event_of(coming: Coming) -> dict[str, Expr]:
    """The event that came, not the event that the thing is."""
    return {name: value for name, value in coming.subject.items() if name == "event_id"}


def is_suppressed(contact: FromClause, transactional: bool) -> Expr:
    """Who complained or was erased still gets what is owed; a dead address gets nothing."""
    row = t.suppressions.alias()
    where = [row.c.email_hash == contact.c.email_hash]
    if transactional:
        where.append(row.c.reason.not_in(sorted(GETS_WHAT_IS_OWED)))
    return there_is(row, where=where)


def is_subscribed(contact: FromClause, topic: str | None) -> Expr:
    """Subscribed to the topic now."""
    row = t.subscriptions.alias()
    where = [row.c.contact_id == contact.c.id, row.c.topic == topic, row.c.subscribed == 1]
    return there_is(row, where=where)
