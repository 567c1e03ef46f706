"""Addresses that must not be written to, by hash: what is here outlives erasure and re-import. Each change is
in a log that nothing deletes from."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from penfriend.domain.contact import ERASED, GETS_WHAT_IS_OWED, address_hash
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import rows
from penfriend.storage.tables import contacts, suppression_changes, suppressions
from penfriend.storage.upsert import insert_or_ignore

SUPPRESSED = "suppressed"
"""The change by which an address came among the suppressions."""
_ERASED = f"""
SELECT c.id, c.email, s.at FROM BATCH AS batch CROSS JOIN contacts AS c
    JOIN suppressions AS s ON s.email_hash = c.email_hash
WHERE c.id = batch.id AND s.reason = '{ERASED}'
"""  # noqa: S608 - our own word


def suppress(
    connection: Connection,
    address: str,
    *,
    reason: str,
    evidence: str | None,
    at: Moment,
    by: str | None = None,
) -> bool:
    """Write to this address no more; whether that is new. The first reason stays, with its evidence: only one
    under which what is owed still goes out (a complaint, an erasure) gives way to one under which it does
    not. `by` is who did it, where a person did.

    The version of the contact with the address is raised, so that a mail decided on before does not go out.
    """
    digest = address_hash(address)
    row: dict[str, object] = {"email_hash": digest, "reason": reason, "evidence": evidence, "at": at}
    new = (
        insert_or_ignore(connection.dialect.name, suppressions)
        .values(row)
        .returning(suppressions.c.email_hash)
    )
    added = connection.execute(new).first() is not None or _sharpened(connection, row)
    if added:
        _log(connection, digest, SUPPRESSED, reason, evidence, by, at)
        _raise_version(connection, digest)
    return added


def unsuppress(
    connection: Connection, address: str, *, reason: str, at: Moment, by: str | None = None
) -> bool:
    """Let this address be written to again; whether it was suppressed. Consent does not come back with it.
    `reason` is why, in the words of whoever did it, and stays in the log."""
    digest = address_hash(address)
    removed = connection.execute(delete(suppressions).where(suppressions.c.email_hash == digest)).rowcount > 0
    if removed:
        _log(connection, digest, "lifted", reason, None, by, at)
        _raise_version(connection, digest)
    return removed


def let_the_erased_come_back(connection: Connection, agreed: Mapping[int, Moment], now: Moment) -> None:
    """Who was erased and has agreed again since, at the moment that is given by our id of the contact, may be
    written to."""
    if not agreed:
        return
    for who, address, at in rows(connection, _ERASED, batch=agreed):
        if agreed[who] > at:
            unsuppress(connection, address, reason="subscribed again", at=now)


def suppression_reason(connection: Connection, address: str) -> str | None:
    """Why the address must not be written to; None where it may."""
    found = select(suppressions.c.reason).where(suppressions.c.email_hash == address_hash(address))
    reason: str | None = connection.execute(found).scalar()
    return reason


def suppression(connection: Connection, address: str) -> RowMapping | None:
    """What is on record of the address: reason, evidence, at; None where it may be written to."""
    found = select(suppressions).where(suppressions.c.email_hash == address_hash(address))
    return connection.execute(found).mappings().first()


def suppression_log(connection: Connection, address: str) -> list[RowMapping]:
    """Every change of this address, the earliest first: change, reason, evidence, by, at."""
    c = suppression_changes.c
    found = select(suppression_changes).where(c.email_hash == address_hash(address)).order_by(c.id)
    return list(connection.execute(found).mappings())


def suppressed_between(connection: Connection, begin: Moment, end: Moment) -> dict[str, int]:
    """How many addresses were suppressed from `begin` on and before `end`, by reason; those that were lifted
    since among them."""
    c = suppression_changes.c
    found = (
        select(c.reason, func.count())
        .where(c.at >= begin, c.at < end, c.change == SUPPRESSED)
        .group_by(c.reason)
    )
    return {row[0]: row[1] for row in connection.execute(found)}


def suppressed_now(connection: Connection) -> dict[str, int]:
    """How many addresses are suppressed, by reason."""
    found = select(suppressions.c.reason, func.count()).group_by(suppressions.c.reason)
    return {row[0]: row[1] for row in connection.execute(found)}


def _sharpened(connection: Connection, row: dict[str, object]) -> bool:
    if row["reason"] in GETS_WHAT_IS_OWED:
        return False
    s = suppressions.c
    milder = (s.email_hash == row["email_hash"]) & s.reason.in_(sorted(GETS_WHAT_IS_OWED))
    return connection.execute(update(suppressions).where(milder).values(row)).rowcount > 0


def _log(
    connection: Connection,
    digest: str,
    change: str,
    reason: str,
    evidence: str | None,
    by: str | None,
    at: Moment,
) -> None:
    connection.execute(
        insert(suppression_changes).values(
            email_hash=digest, change=change, reason=reason, evidence=evidence, by=by, at=at
        )
    )


def _raise_version(connection: Connection, digest: str) -> None:
    connection.execute(
        contacts.update().where(contacts.c.email_hash == digest).values(version=contacts.c.version + 1)
    )
