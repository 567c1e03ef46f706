"""Deletes what was kept long enough, in small steps by id, and never what is needed still.

Every step looks at a bounded range of a primary key, from where the last one ended, whether its rows can go
or not; rows come in the order of their ids, so the first that is too young ends the pass. The newest row of
a table always stays: SQLite would give its id again, and a link in an old mail would lead to somebody else.

What stays in any case: rows of an enrollment that lasts, or whose goal is watched for. Of events also all
that carts, orders, points, rewards and fields of people are made anew from, the latest of its name, and the
one that a member of a segment is about; and none of a person who is in a campaign.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import takewhile

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select

from penfriend.domain.events import BUILT_IN, FROM_INSIDE
from penfriend.domain.message import FINAL
from penfriend.domain.retention import Pass
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.database import Database
from penfriend.storage.facts import renew_events
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.touches import touch

STEP = 1_000
"""So many rows are looked at in one transaction."""
NEEDED = frozenset(BUILT_IN) - FROM_INSIDE
"""Events from which something is made anew when a later one comes."""

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class _Part:
    """One table of a kind."""

    table: Table
    came: str
    """The column that says since when a row is kept; it grows with the ids."""
    may_go: Callable[[Moment, Moment], Condition]
    """From the limit and now: which rows can go."""
    delete: Callable[[Connection, list[int], Moment], None]


def _lasts(now: Moment) -> Condition:
    return or_(t.enrollments.c.status == "active", t.enrollments.c.goal_until >= now)


def _is_over(table: Table, now: Moment) -> Condition:
    e = t.enrollments.c
    return ~exists().where(e.id == table.c.enrollment_id, _lasts(now))


def _events_may_go(limit: Moment, now: Moment) -> Condition:
    e, f, m = t.events.c, t.event_facts.c, t.members.c
    return and_(
        e.received_at < limit,
        e.contact_id.is_not(None),
        e.name.not_in(sorted(NEEDED)),
        ~exists().where(f.contact_id == e.contact_id, f.name == e.name, f.latest_id == e.id),
        ~exists().where(m.contact_id == e.contact_id, m.event_id == e.id),
        ~exists().where(t.enrollments.c.contact_id == e.contact_id, _lasts(now)),
    )


def _settled_before(limit: Moment) -> Condition:
    return and_(t.hits.c.at < limit, t.hits.c.settled == 1)


def _messages_may_go(limit: Moment, now: Moment) -> Condition:
    m = t.messages.c
    final = sorted(status.value for status in FINAL)
    return and_(m.status.in_(final), m.over_at < limit, _is_over(t.messages, now))


def _calls_may_go(limit: Moment, now: Moment) -> Condition:
    c = t.webhook_calls.c
    return and_(c.status.in_(("done", "failed")), c.over_at < limit, _is_over(t.webhook_calls, now))


def _dead_may_go(limit: Moment, _: Moment) -> Condition:
    """What was told is deleted by itself (`penfriend.domain.outgoing.KEPT`)."""
    c = t.outgoing_calls.c
    return and_(c.status == "failed", c.over_at < limit)


def _delete_from(table: Table) -> Callable[[Connection, list[int], Moment], None]:
    def deleting(connection: Connection, ids: list[int], _: Moment) -> None:
        connection.execute(delete(table).where(table.c.id.in_(ids)))

    return deleting


def _delete_events(connection: Connection, ids: list[int], now: Moment) -> None:
    """What was counted of them is counted anew, and who is concerned is looked at again."""
    e = t.events.c
    found = connection.execute(select(e.contact_id, e.name).where(e.id.in_(ids)).distinct()).all()
    connection.execute(delete(t.events).where(e.id.in_(ids)))
    names: dict[str, set[int]] = {}
    for contact, name in found:
        names.setdefault(name, set()).add(contact)
    renew_events(connection, names)
    touch(connection, [(contact, None) for contact in sorted({row[0] for row in found})], now)


def _delete_messages(connection: Connection, ids: list[int], _: Moment) -> None:
    for about in (t.attempts, t.feedback, t.hits):
        connection.execute(delete(about).where(about.c.message_id.in_(ids)))
    connection.execute(delete(t.messages).where(t.messages.c.id.in_(ids)))


_PARTS: dict[str, tuple[_Part, ...]] = {
    "events": (
        _Part(t.events, "received_at", _events_may_go, _delete_events),
        _Part(t.hits, "at", lambda limit, _: _settled_before(limit), _delete_from(t.hits)),
    ),
    "messages": (_Part(t.messages, "created_at", _messages_may_go, _delete_messages),),
    "stories": (
        _Part(
            t.decisions,
            "at",
            lambda limit, now: and_(t.decisions.c.at < limit, _is_over(t.decisions, now)),
            _delete_from(t.decisions),
        ),
        _Part(
            t.refusals,
            "decided_at",
            lambda limit, _: t.refusals.c.decided_at < limit,
            _delete_from(t.refusals),
        ),
    ),
    "calls": (
        _Part(t.webhook_calls, "created_at", _calls_may_go, _delete_from(t.webhook_calls)),
        _Part(t.outgoing_calls, "created_at", _dead_may_go, _delete_from(t.outgoing_calls)),
    ),
}
GOES_WITH = {"attempts": "messages", "feedback": "messages"}
"""Tables whose rows go with those of another."""
STAYS = {
    **dict.fromkeys(
        ("contacts", "contact_keys", "subscriptions", "consents"),
        "who people are and what they agreed to, until they are erased",
    ),
    **dict.fromkeys(
        ("suppressions", "suppression_changes"), "outlives everything: nobody is written to again by mistake"
    ),
    **dict.fromkeys(
        (
            *("event_facts", "carts", "orders", "refunds", "items", "purchases"),
            *("point_moves", "lots", "expiries", "rewards", "answers"),
        ),
        "what conditions read of a person",
    ),
    "products": "the shop's own list",
    "enrollments": "who was in a campaign may not enter again, and whose mail it was",
    "coupon_codes": "no code is given twice",
    **dict.fromkeys(
        ("members", "segment_looks", "source_rows", "source_reads", "campaign_states", "splits"),
        "how things are now, a row for each",
    ),
    **dict.fromkeys(
        (
            *("touched", "source_staged", "outgoing_targets", "leases", "routes", "destinations"),
            *("route_rates", "result_news", "workers"),
        ),
        "what is over leaves by itself",
    ),
    **dict.fromkeys(
        ("sessions", "one_time_links", "sign_in_guesses"), "what is over leaves at the next sign-in"
    ),
    **dict.fromkeys(("users", "recovery_codes"), "until the user is removed"),
    "audit_log": "who changed what is only ever added to",
    "revisions": "a mail that is sent again is made by the one that made it",
    **dict.fromkeys(
        ("segment_sizes", "route_days"), "a row for each day: what guards and warm-ups compare with"
    ),
    **dict.fromkeys(
        ("result_days", "entry_days", "result_states"), "what came of mails outlives the mails themselves"
    ),
    **dict.fromkeys(
        ("relation_cohorts", "relation_steps", "relation_flows", "relation_points"),
        "some rows for each month: how people stand with the shop",
    ),
    "answer_days": "a row for each day and score: how a survey was answered",
    "segment_moves": "a row for each day: how a segment has grown",
    "delivery_days": "some rows for each day: how mail fared",
    **dict.fromkeys(("send_counts", "notes", "api_keys"), "a few rows, however long it runs"),
}
"""Tables that nothing is deleted from by age, and why."""


def forget(db: Database, kind: str, limit: Moment, now: Moment, steps: int) -> Pass:
    """Look at `steps` times STEP rows of a kind, and delete what came before `limit` and is needed no more;
    where the pass stands then. Nothing is done where the pass of the day is over."""
    with db.read() as connection:
        known = passes(connection).get(kind)
    state = known if known is not None and not (known.ended and known.is_due(now)) else Pass(began=now)
    for _ in range(steps):
        if state.ended is not None:
            break
        state = db.run(partial(_step, kind=kind, limit=limit, now=now, state=state))
    return state


def _step(connection: Connection, kind: str, limit: Moment, now: Moment, state: Pass) -> Pass:
    """One step. The tables of a kind come one after the other: the ids of the second follow those of the
    first."""
    parts = _PARTS[kind]
    number, after = divmod(state.after, _APART)
    last, gone, is_through = _step_of(connection, parts[number], limit, now, after)
    place = number * _APART + last
    ended = None
    if is_through and number + 1 == len(parts):
        ended = now
    elif is_through:
        place = (number + 1) * _APART
    state = replace(state, after=place, gone=state.gone + gone, ended=ended)
    write_note(connection, _NOTE + kind, json.dumps(asdict(state)))
    return state


_APART = 1 << 56
"""No id is larger."""
_NOTE = "retention:"


def _step_of(
    connection: Connection, part: _Part, limit: Moment, now: Moment, after: int
) -> tuple[int, int, bool]:
    """The last id that was looked at, how many rows went, and whether all that are old enough were seen."""
    c = part.table.c
    chosen = select(c.id, c[part.came]).where(c.id > after).order_by(c.id).limit(STEP)
    seen = connection.execute(chosen).all()
    old = [row[0] for row in takewhile(lambda row: row[1] < limit, seen)]
    if not old:
        return after, 0, True
    newest = connection.execute(select(func.max(c.id))).scalar_one()
    going = select(c.id).where(c.id.in_(old), c.id < newest, part.may_go(limit, now))
    ids = list(connection.execute(going).scalars())
    if ids:
        part.delete(connection, ids, now)
    return old[-1], len(ids), len(old) < STEP


def passes(connection: Connection) -> dict[str, Pass]:
    """How far the last pass of each kind has come."""
    found = {kind: read_note(connection, _NOTE + kind) for kind in _PARTS}
    return {kind: Pass(**json.loads(note)) for kind, note in found.items() if note is not None}


def count_forgettable(connection: Connection, kind: str, limit: Moment, now: Moment) -> int:
    """How many rows would go now."""
    total = 0
    for part in _PARTS[kind]:
        counted = select(func.count()).select_from(part.table).where(part.may_go(limit, now))
        total += connection.execute(counted).scalar_one()
    return total
