"""Which rows of the store are about one person, and what of them is left when the person is erased.

One list for both rights: what `export` gives is what `erase` treats. A table stands in `PERSONAL` or in
`NOBODYS`, or is about users of the dashboard (`STAFF`); a test walks all tables and fails where one stands
nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Table,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from penfriend.domain.contact import address_hash
from penfriend.domain.message import Status
from penfriend.domain.outgoing import NOTICE
from penfriend.domain.reasons import End
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.columns import TEXT
from penfriend.storage.message_states import NEVER_TRIED

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody, with all that rows may name them by."""

    contact: int
    keys: frozenset[str] = frozenset()
    """The shop's ids."""
    addresses: frozenset[str] = frozenset()
    """Every address that was theirs and is nobody else's now."""

    @property
    def hashes(self) -> list[str]:
        """What suppressions keep of the addresses."""
        return sorted(address_hash(address) for address in self.addresses)


@dataclass(frozen=True, slots=True)
class Personal:
    """A table with rows about people."""

    table: Table
    mine: Callable[[Whom], Condition]
    left: Callable[[Moment], Mapping[str, object]] | None = None
    """What erasure, at that moment, writes over the rows that stay to be counted; None where they go."""


def whom(connection: Connection, contact_id: int) -> Whom:
    """The contact with our id."""
    c, m, e = t.contacts.c, t.messages.c, t.events.c
    keys = select(t.contact_keys.c.key).where(t.contact_keys.c.contact_id == contact_id)
    said = e.properties["email"].as_string()
    known = (
        select(c.email).where(c.id == contact_id),
        select(m.address).where(m.contact_id == contact_id).distinct(),
        select(said).where(e.contact_id == contact_id, e.name == "contact_updated").distinct(),
    )
    found = {address for one in known for address in connection.execute(one).scalars() if address}
    others = select(c.email).where(c.email.in_(sorted(found)), c.id != contact_id)
    return Whom(
        contact_id,
        frozenset(connection.execute(keys).scalars()),
        frozenset(found - set(connection.execute(others).scalars())),
    )


def _by_contact(table: Table) -> Callable[[Whom], Condition]:
    return lambda who: table.c.contact_id == who.contact


def _through(column: Column[int], other: Table) -> Callable[[Whom], Condition]:
    """Rows that name a row of another table, which is the contact's."""
    return lambda who: column.in_(select(other.c.id).where(other.c.contact_id == who.contact))


def _feedback(who: Whom) -> Condition:
    f = t.feedback.c
    return or_(_through(f.message_id, t.messages)(who), f.email_hash.in_(who.hashes))


def _staged(who: Whom) -> Condition:
    s = t.source_staged.c
    return or_(
        s.contact_id == who.contact, s.contact_key.in_(sorted(who.keys)), s.email.in_(sorted(who.addresses))
    )


def _by_hash(table: Table) -> Callable[[Whom], Condition]:
    return lambda who: table.c.email_hash.in_(who.hashes)


def _nameless(table: Table) -> ColumnElement[str]:
    """What stands for one of the shop's ids: no other row has the same."""
    return literal("erased ") + cast(table.c.id, TEXT)


_NOT_HELD: Mapping[str, object] = {"owner": None, "lease_until": None}
_SUBJECT = ("cart_key", "order_key", "product_key", "reward_key", "expires_on", "event_id", "row_key")


def _contact_left(now: Moment) -> dict[str, object]:
    """Nothing but that there was somebody, since when, and that they were erased."""
    kept = {"id", "version", "created_at", "erased_at"}
    empty = {
        column.name: 0 if column.server_default is not None else None
        for column in t.contacts.c
        if column.name not in kept
    }
    c = t.contacts.c
    return {**empty, "version": c.version + 1, "erased_at": func.coalesce(c.erased_at, now)}


def _enrollment_left(now: Moment) -> dict[str, object]:
    e = t.enrollments.c
    lasts = e.status == "active"
    return {
        "status": "ended",
        "ended_at": case((lasts, cast(now, BigInteger)), else_=e.ended_at),
        "end_reason": case((lasts, End.ERASED.value), else_=e.end_reason),
        "occurrence": _nameless(t.enrollments),
        **dict.fromkeys(("due_at", "held_due_at", "due_wall", "due_zone", "woken_at", "goal_until")),
        "woken": 0,
        **_NOT_HELD,
        **dict.fromkeys(_SUBJECT),
    }


def _message_left(now: Moment) -> dict[str, object]:
    """What is being handed over at this moment ends as it ends; no other mail goes out."""
    m = t.messages.c
    waits = m.status.in_((Status.DUE.value, Status.CLAIMED.value))
    return {
        # who may have had it already is not told that it was skipped
        "status": case(
            (waits & NEVER_TRIED, Status.SKIPPED.value), (waits, Status.UNKNOWN.value), else_=m.status
        ),
        "reason": case((waits & NEVER_TRIED, End.ERASED.value), else_=m.reason),
        "over_at": case((waits, cast(now, BigInteger)), else_=m.over_at),
        "owner": case((waits, None), else_=m.owner),
        "lease_until": case((waits, None), else_=m.lease_until),
        **dict.fromkeys(("facts", "address", "note", "digest", "provider_id", "lane", "made_for")),
    }


def _order_left(_: Moment) -> dict[str, object]:
    return {"key": _nameless(t.orders), "cart_key": None, "items": None}


def _but_the_notice(who: Whom) -> ColumnElement[bool]:
    """What was to be told of the person, but for the document that says that they were erased."""
    c = t.outgoing_calls.c
    return (c.contact_id == who.contact) & ~c.key.startswith(NOTICE, autoescape=True)


def _nothing(*names: str) -> Callable[[Moment], Mapping[str, object]]:
    return lambda _: dict.fromkeys(names)


_WHOLE = (
    # what names a row of another table comes before it
    Personal(t.refunds, _through(t.refunds.c.event_id, t.events)),
    Personal(t.point_moves, _by_contact(t.point_moves)),
    Personal(t.hits, _through(t.hits.c.message_id, t.messages)),
    Personal(t.feedback, _feedback),
    Personal(t.source_staged, _staged),
    Personal(t.result_news, _through(t.result_news.c.enrollment_id, t.enrollments)),
    *(
        Personal(table, _by_contact(table))
        for table in (
            t.contact_keys,
            t.subscriptions,
            t.consents,
            t.events,
            t.event_facts,
            t.carts,
            t.items,
            t.purchases,
            t.lots,
            t.expiries,
            t.rewards,
            t.touched,
            t.members,
            t.source_rows,
            t.webhook_calls,
        )
    ),
    Personal(t.outgoing_calls, _but_the_notice),
)
_IN_PART = (
    Personal(
        t.attempts,
        _through(t.attempts.c.message_id, t.messages),
        _nothing("text", "server", "fault"),
    ),
    Personal(t.coupon_codes, _through(t.coupon_codes.c.enrollment_id, t.enrollments), lambda _: {}),
    Personal(t.answers, _by_contact(t.answers), _nothing("comment")),
    Personal(t.decisions, _by_contact(t.decisions), _nothing("detail")),
    Personal(t.refusals, _by_contact(t.refusals), lambda _: {"occurrence": ""}),
    Personal(t.orders, _by_contact(t.orders), _order_left),
    Personal(t.messages, _by_contact(t.messages), _message_left),
    Personal(t.enrollments, _by_contact(t.enrollments), _enrollment_left),
    Personal(t.suppressions, _by_hash(t.suppressions), _nothing("evidence")),
    Personal(
        t.suppression_changes,
        _by_hash(t.suppression_changes),
        lambda _: {
            "evidence": None,
            # why it was lifted was said in somebody's own words
            "reason": case(
                (t.suppression_changes.c.change == "lifted", ""), else_=t.suppression_changes.c.reason
            ),
        },
    ),
    Personal(t.contacts, lambda who: t.contacts.c.id == who.contact, _contact_left),
)
PERSONAL: Mapping[str, Personal] = {one.table.name: one for one in (*_WHOLE, *_IN_PART)}
"""By the table's name, in the order in which erasure takes them."""

NOBODYS: Mapping[str, str] = {
    "products": "what the shop sells",
    "segment_looks": "when a segment was looked at",
    "segment_sizes": "how many there were on a day",
    "segment_moves": "how many joined and left on a day",
    "source_reads": "when a database of the company was read",
    "campaign_states": "campaigns",
    "answer_days": "how many answers a survey had on a day",
    "splits": "which arm of a split was better",
    "outgoing_targets": "who wants to be told what",
    "route_rates": "how fast a way out goes",
    "send_counts": "how many mails went which way, and what came of them",
    "route_days": "how many mails a way out took on a day",
    "result_days": "how many mails went out on a day, and what came of them",
    "entry_days": "how many entered campaigns on a day, and what they did",
    "result_states": "which days were counted",
    "delivery_days": "how mail fared with a provider on a day",
    "revisions": "campaign files",
    "leases": "which worker does what",
    "workers": "which processes work",
    "routes": "ways out that rest",
    "destinations": "domains that rest",
    "relation_cohorts": "how many bought again, by month of the first order",
    "relation_steps": "how many stood where on the ladder",
    "relation_flows": "how many went from one step to another",
    "relation_points": "how many points came and went in a month",
    "notes": "small things to remember",
    "api_keys": "programs that may come in",
}
"""Tables that hold nothing of a person."""

STAFF: Mapping[str, str] = {
    "users": "who may use the dashboard",
    "sessions": "where they are signed in",
    "one_time_links": "links by which they set a password",
    "recovery_codes": "codes for when their second factor is lost",
    "sign_in_guesses": "wrong guesses, by hash",
    "audit_log": "who did what; of a contact no more than the hash of the address",
}
"""Tables about the users of the dashboard, who are no contacts: all but the log goes when one is removed."""

MAY_QUOTE = (
    t.routes.c.reason,
    t.destinations.c.reason,
    t.source_reads.c.error,
    t.notes.c.value,
)
"""Texts in them that may quote the answer of a server, and in it an address."""
