"""What follows in the store from what came back of mails (`penfriend.domain.feedback`).

A message's status moves only where it was in doubt: a mail that was accepted stays sent, with the moment at
which it came back beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, bindparam, func, or_, select, update

from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS, address_hash
from penfriend.domain.deliverability import FATE_OF_FEEDBACK
from penfriend.domain.feedback import ANSWERED, CAME_BACK, SOFT_BOUNCE_TIME, SOFT_BOUNCES, Feedback, Kind
from penfriend.domain.message import Status
from penfriend.domain.outbox import Finished
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.delivery_days import Piece
from penfriend.storage.mail_events import note_bounced, note_sent
from penfriend.storage.message_log import wake
from penfriend.storage.message_states import NEVER_TRIED
from penfriend.storage.outgoing import tell_of_messages
from penfriend.storage.suppressions import suppress
from penfriend.storage.tables import feedback, messages
from penfriend.storage.touches import touch
from penfriend.storage.upsert import insert_or_ignore

LONGEST_TEXT = 500
RETURNED = "returned"
"""Why a message failed that was in doubt: it came back."""
ARRIVED = frozenset({Kind.DELIVERED, Kind.COMPLAINED, Kind.UNSUBSCRIBED})
"""Whoever says this has the mail."""

_m, _f = messages.c, feedback.c


@dataclass(frozen=True, slots=True)
class Came:
    """One piece of feedback that is on record now, with the mail that it is about."""

    kind: Kind
    at: Moment
    text: str
    mail: RowMapping
    """The row of `messages`, as it stood before."""


def follow(connection: Connection, news: Sequence[Came], now: Moment) -> None:
    """Carry out what follows from these. Their contacts and messages are locked, in this order."""
    for column, kinds in _COLUMNS.items():
        hits = [{"of_id": one.mail["id"], "hit_at": one.at} for one in news if one.kind in kinds]
        if hits:
            connection.execute(_FIRST[column], hits)
    note_bounced(connection, {one.mail["id"]: one.at for one in news if one.kind in _BOUNCES})
    settle_doubts(connection, {one.mail["id"] for one in news}, now)
    for one in news:
        _suppress(connection, one, now)


def keep_refusals(connection: Connection, refused: Sequence[tuple[Finished, RowMapping]]) -> list[Piece]:
    """Mails that the recipient's side has refused for good while it was asked: on record like those that came
    back later, counted with them and followed like them. Each comes with its message. What is to be counted
    of them."""
    news: list[Came] = []
    for done, mail in refused:
        result = done.result
        kind = Kind.BOUNCED if done.consequence.suppress else Kind.SOFT_BOUNCED
        answer = Feedback(
            kind=kind,
            at=done.at,
            key=f"answer:{done.attempt}",
            source=ANSWERED,
            code=result.code,
            enhanced=result.enhanced,
            text=result.text,
        )
        if keep(connection, answer, mail, done.at, done.at):
            news.append(Came(kind, done.at, result.text, mail))
    if news:
        follow(connection, news, max(one.at for one in news))
    return fates(news)


def fates(news: Iterable[Came]) -> list[Piece]:
    """How the mails of these fared, to be counted at the end of the transaction."""
    return [
        Piece(
            one.mail["route"] or "",
            one.mail["sent_at"] or one.mail["dated_at"] or one.at,
            one.mail["address"] or "",
            FATE_OF_FEEDBACK[one.kind],
        )
        for one in news
        if one.kind in FATE_OF_FEEDBACK
    ]


def keep(connection: Connection, report: Feedback, mail: RowMapping, at: Moment, now: Moment) -> bool:
    """Put a report about this mail on record; False where it is."""
    values = {
        "key": report.key,
        "message_id": mail["id"],
        "email_hash": address_hash(mail["address"] or ""),
        "kind": report.kind.value,
        "at": at,
        "received_at": now,
        "source": report.source,
        "code": report.code,
        "enhanced": report.enhanced,
        "text": report.text[:LONGEST_TEXT] or None,
    }
    statement = insert_or_ignore(connection.dialect.name, feedback).values(values)
    return connection.execute(statement.returning(feedback.c.id)).first() is not None


def settle_doubts(connection: Connection, ids: Collection[int], now: Moment) -> None:
    """Those of these messages of which nobody knew, or which were to be sent again, and of which is on record
    what became of them: sent, or failed."""
    found = connection.execute(_IN_DOUBT, {"ids": sorted(ids)}).mappings().all() if ids else []
    sent = {row["id"]: Moment(row["arrived_at"]) for row in found if row["arrived_at"] is not None}
    failed = {
        row["id"]: Moment(row["bounced_at"])
        for row in found
        if row["arrived_at"] is None and row["bounced_at"] is not None
    }
    for status, moments in ((Status.SENT, sent), (Status.FAILED, failed)):
        if moments:
            connection.execute(
                _SETTLE,
                [
                    {
                        "of_id": message,
                        "new_status": status.value,
                        "new_sent_at": at if status is Status.SENT else None,
                        "new_over_at": at,
                        "new_reason": None if status is Status.SENT else RETURNED,
                    }
                    for message, at in moments.items()
                ],
            )
    note_sent(connection, sent)
    wake(connection, [row["enrollment_id"] for row in found if row["id"] in sent or row["id"] in failed])
    tell_of_messages(connection, [*sent, *failed], now)


def _suppress(connection: Connection, one: Came, now: Moment) -> None:
    """The first reason stays; who is suppressed now is looked at: campaigns end for them."""
    address = one.mail["address"] or ""
    reason = {Kind.BOUNCED: DEAD_ADDRESS, Kind.COMPLAINED: COMPLAINED}.get(one.kind)
    if one.kind is Kind.SOFT_BOUNCED and goes_on_bouncing(connection, one.mail):
        reason = DEAD_ADDRESS
    new = reason and address and suppress(connection, address, reason=reason, evidence=one.text, at=one.at)
    if new and one.kind not in _BOUNCES:  # a bounce is an event, and has touched the contact
        touch(connection, [(one.mail["contact_id"], None)], now)


def goes_on_bouncing(connection: Connection, mail: RowMapping) -> bool:
    """Whether the mails to this address have come back softly for so long, none of them delivered in between,
    that it counts as dead."""
    digest = address_hash(mail["address"] or "")
    softly = connection.execute(_SOFT, {"digest": digest}).all()
    last_good = connection.execute(_LAST_GOOD, {"digest": digest, "contact": mail["contact_id"]}).scalar()
    since = [row for row in softly if last_good is None or row.at > last_good]
    long = bool(since) and since[-1].at - since[0].at >= SOFT_BOUNCE_TIME
    return long and len({row.message_id for row in since}) >= SOFT_BOUNCES


_BOUNCES = frozenset({Kind.BOUNCED, Kind.SOFT_BOUNCED})
_COLUMNS: Mapping[str, Iterable[Kind]] = {
    "delivered_at": ARRIVED,
    "bounced_at": CAME_BACK,
    "complained_at": frozenset({Kind.COMPLAINED}),
}
_FIRST = {
    name: update(messages)
    .where(_m.id == bindparam("of_id"), or_(_m[name].is_(None), _m[name] > bindparam("hit_at", type_=BIG)))
    .values({name: bindparam("hit_at", type_=BIG)})
    for name in _COLUMNS
}
_ARRIVED_AT = func.coalesce(_m.delivered_at, _m.complained_at, _m.opened_at)
_IN_DOUBT = (
    select(_m.id, _m.enrollment_id, _m.bounced_at, _ARRIVED_AT.label("arrived_at"))
    .where(
        _m.id.in_(bindparam("ids", expanding=True)),
        or_(
            _m.status == Status.UNKNOWN.value,
            _m.status.in_((Status.DUE.value, Status.CLAIMED.value)) & ~NEVER_TRIED,
        ),
    )
    .order_by(_m.id)
    .with_for_update()
)
_SETTLE = (
    update(messages)
    .where(_m.id == bindparam("of_id"))
    .values(
        status=bindparam("new_status"),
        sent_at=bindparam("new_sent_at", type_=BIG),
        # the step was over when its mail became unknown
        over_at=func.coalesce(_m.over_at, bindparam("new_over_at", type_=BIG)),
        reason=bindparam("new_reason", type_=TEXT),
        owner=None,
        lease_until=None,
    )
)
_SOFT = (
    select(_f.message_id, _f.at)
    .where(_f.email_hash == bindparam("digest"), _f.kind == Kind.SOFT_BOUNCED.value)
    .order_by(_f.at, _f.id)
)
_GOOD_AT = func.coalesce(_m.clicked_at, _m.opened_at, _m.delivered_at, _m.sent_at)
_LAST_GOOD = select(func.max(_GOOD_AT)).where(
    _m.contact_id == bindparam("contact", type_=BIG),
    _m.status == Status.SENT.value,
    _m.bounced_at.is_(None),
    # a bounce takes its time: what was sent after the last one has not come back yet
    _m.sent_at
    < select(func.max(_f.at))
    .where(_f.email_hash == bindparam("digest"), _f.kind == Kind.SOFT_BOUNCED.value)
    .scalar_subquery(),
)
