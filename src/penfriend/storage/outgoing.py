"""The outbox of what other systems are told: rows written in the very transaction in which the thing happens,
for each target of the live revision that asked for its kind.

Nothing is read or written where nobody asked, but the few rows that say so. Whoever is about to change rows
by a condition asks before which ones these are (`ending_messages`, `ending_enrollments`: locked, and none
where nobody asked), and tells of them afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from penfriend.domain.consent import Standing
from penfriend.domain.definitions import Outgoing
from penfriend.domain.message import OVER
from penfriend.domain.outgoing import ANSWERED, BEGAN, ENDED, ERASED, NOTICE, Happening, Kind, consent_change
from penfriend.domain.timing import Moment, iso_utc
from penfriend.storage.batch_sql import has_rows, insert_rows, rows
from penfriend.storage.columns import TEXT
from penfriend.storage.looks_tables import write
from penfriend.storage.tables import enrollments, messages, outgoing_calls, outgoing_targets

AT_ONCE = 5_000
"""So many documents are made at a time."""

_e, _m, _t = enrollments.c, messages.c, outgoing_targets.c
_WANTED = select(_t.target, _t.revision).where(_t.kind == bindparam("kind", type_=TEXT)).order_by(_t.target)
_OVER = ", ".join(f"'{status.value}'" for status in sorted(OVER))
_OF_MESSAGE = ("message", "campaign", "step", "template", "topic", "status", "reason", "note")
_PEOPLE = "SELECT c.id, c.key, c.email FROM BATCH AS batch CROSS JOIN contacts AS c WHERE c.id = batch.id"
_MESSAGES = f"""
SELECT m.contact_id, m.status, coalesce(m.sent_at, m.over_at), m.message_id, m.campaign, m.step, m.template,
    m.topic, m.status, m.reason, m.note
FROM BATCH AS batch CROSS JOIN messages AS m WHERE m.id = batch.id AND m.status IN ({_OVER}) ORDER BY m.id
"""  # noqa: S608 - our own words
_ENROLLMENTS = """
SELECT e.contact_id, e.campaign, e.occurrence, e.entry, e.entered_at, e.ended_at, e.end_reason
FROM BATCH AS batch CROSS JOIN enrollments AS e WHERE e.id = batch.id ORDER BY e.id
"""
_SUBSCRIPTIONS = """
SELECT s.contact_id, s.topic, s.subscribed, s.requested, s.at, s.source, s.proof
FROM BATCH AS batch CROSS JOIN subscriptions AS s WHERE s.contact_id = batch.id
"""

Known = Mapping[tuple[int, str], Standing]
"""How a contact (our id) stands to a topic."""
ReturnsIds = Insert | sqlite.Insert | postgresql.Insert


def set_targets(connection: Connection, outgoing: Mapping[str, Outgoing], revision: int) -> None:
    """Who asks for what from now on: in the transaction that makes `revision` the live one."""
    connection.execute(delete(outgoing_targets))
    wanted = [
        {"kind": kind.value, "target": one.name, "revision": revision}
        for one in outgoing.values()
        for kind in one.on
    ]
    insert_rows(connection, outgoing_targets, wanted)


def is_wanted(connection: Connection, kind: Kind) -> bool:
    """Whether anybody asked for it."""
    return has_rows(connection, outgoing_targets) and bool(_targets(connection, kind))


def _targets(connection: Connection, kind: Kind) -> Sequence[tuple[str, int]]:
    """Who asked for it, and by which revision."""
    return [(row.target, row.revision) for row in connection.execute(_WANTED, {"kind": kind.value})]


def ending_messages(connection: Connection, *where: ColumnElement[bool]) -> list[int]:
    """The messages of this condition, which are about to be over; locked. None where nobody wants to know."""
    return _locked(connection, Kind.MESSAGE, messages, where)


def ending_enrollments(connection: Connection, *where: ColumnElement[bool]) -> list[int]:
    """The enrollments of this condition, which are about to end; locked. None where nobody wants to know."""
    return _locked(connection, Kind.ENROLLMENT, enrollments, where)


def _locked(
    connection: Connection, kind: Kind, table: Table, where: Sequence[ColumnElement[bool]]
) -> list[int]:
    if not is_wanted(connection, kind):
        return []
    chosen = select(table.c.id).where(*where).order_by(table.c.id).with_for_update()
    return list(connection.execute(chosen).scalars())


def tell_of_messages(connection: Connection, ids: Collection[int], now: Moment) -> None:
    """What became of those of these messages that are over now, and were not before."""
    if ids and is_wanted(connection, Kind.MESSAGE):
        found = rows(connection, _MESSAGES, batch=ids)
        _tell(connection, Kind.MESSAGE, [_of_message(*row) for row in found], now)


def tell_of_ends(connection: Connection, ids: Collection[int], now: Moment) -> None:
    """These enrollments have ended now."""
    if ids and is_wanted(connection, Kind.ENROLLMENT):
        _tell_of_enrollments(connection, ENDED, ids, now)


def insert_messages(
    connection: Connection, statement: ReturnsIds, values: Sequence[Mapping[str, object]], now: Moment
) -> None:
    """Insert messages, and tell of those that are skipped from the beginning."""
    if is_wanted(connection, Kind.MESSAGE):
        made = connection.execute(statement.returning(_m.id), values).scalars().all()
        tell_of_messages(connection, made, now)
    else:
        connection.execute(statement, values)


def insert_enrollments(
    connection: Connection, statement: Insert, values: Mapping[str, object], now: Moment
) -> int:
    """Insert enrollments and tell of them; how many."""
    if not is_wanted(connection, Kind.ENROLLMENT):
        return write(connection, statement, values)
    made = connection.execute(statement.returning(_e.id), values).scalars().all()
    _tell_of_enrollments(connection, BEGAN, made, now)
    return len(made)


def known_subscriptions(connection: Connection, batch: Collection[int]) -> Known | None:
    """How these contacts stand to each topic before they are renewed; None where nobody wants to know."""
    if not is_wanted(connection, Kind.CONSENT):
        return None
    return {
        (contact, topic): Standing(bool(subscribed), bool(requested), at, source, proof)
        for contact, topic, subscribed, requested, at, source, proof in rows(
            connection, _SUBSCRIPTIONS, batch=batch
        )
    }


def tell_of_consents(
    connection: Connection, before: Known | None, after: Mapping[tuple[int, str], Standing], now: Moment
) -> None:
    """Who has subscribed to a topic or left it."""
    if before is None:
        return
    news = []
    for (contact, topic), standing in sorted(after.items(), key=itemgetter(0)):
        what = consent_change(before.get((contact, topic)), standing)
        if what is not None:
            data = {"topic": topic, "source": standing.source, "proof": standing.proof}
            news.append(Happening(what, contact, standing.at, data))
    _tell(connection, Kind.CONSENT, news, now)


def tell_of_answers(connection: Connection, answers: Sequence[Mapping[str, Any]], now: Moment) -> None:
    """These rows of `answers` are new."""
    if answers:
        news = [
            Happening(
                ANSWERED,
                row["contact_id"],
                row["answered_at"],
                {name: row[name] for name in ("survey", "score", "comment")},
            )
            for row in answers
        ]
        _tell(connection, Kind.SURVEY, news, now)


def prepare_notice(connection: Connection, contact: int, now: Moment) -> Callable[[], None]:
    """What tells those who keep consents that this contact was erased (GDPR, article 19). To be called when
    the rows are gone: who it was is read before."""
    if not is_wanted(connection, Kind.CONSENT):
        return lambda: None
    made = _calls(connection, Kind.CONSENT, [Happening(ERASED, contact, now, {})], now, prefix=NOTICE)
    return lambda: insert_rows(connection, outgoing_calls, made)


def _tell_of_enrollments(connection: Connection, what: str, ids: Collection[int], now: Moment) -> None:
    found = rows(connection, _ENROLLMENTS, batch=ids)
    _tell(connection, Kind.ENROLLMENT, [_of_enrollment(what, *row) for row in found], now)


def _of_message(contact: int, status: str, at: int, *told: str | None) -> Happening:
    return Happening(
        f"{Kind.MESSAGE}.{status}", contact, Moment(at), dict(zip(_OF_MESSAGE, told, strict=True))
    )


def _of_enrollment(
    what: str,
    contact: int,
    campaign: str,
    occurrence: str,
    entry: int,
    entered_at: int,
    ended_at: int | None,
    reason: str | None,
) -> Happening:
    data: dict[str, object] = {
        "campaign": campaign,
        "occurrence": occurrence or None,
        "entry": entry,
        "entered_at": iso_utc(Moment(entered_at)),
    }
    if what == BEGAN or ended_at is None:
        return Happening(what, contact, Moment(entered_at), data)
    return Happening(what, contact, Moment(ended_at), {**data, "reason": reason})


def _tell(connection: Connection, kind: Kind, news: Sequence[Happening], now: Moment) -> None:
    """Write it down for each target that asked, in this order."""
    if news and has_rows(connection, outgoing_targets):
        for start in range(0, len(news), AT_ONCE):
            made = _calls(connection, kind, news[start : start + AT_ONCE], now)
            insert_rows(connection, outgoing_calls, made)


def _calls(
    connection: Connection, kind: Kind, news: Sequence[Happening], now: Moment, prefix: str = "evt_"
) -> list[dict[str, object]]:
    """The rows that tell each target of it."""
    targets = _targets(connection, kind)
    if not targets:
        return []
    found = rows(connection, _PEOPLE, batch={one.contact for one in news})
    people = {contact: (key, email) for contact, key, email in found}
    return [
        {
            "contact_id": one.contact,
            "target": target,
            "revision": revision,
            "key": f"{prefix}{uuid.uuid4().hex}",
            "body": one.document(*people[one.contact]),
            "status": "due",
            "created_at": now,
            "due_at": now,
        }
        for one in news
        for target, revision in targets
    ]
