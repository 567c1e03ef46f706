"""Addresses that must not be written to, by hash: what is here outlives erasure and re-import."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from penfriend.domain.contact import address_hash
from penfriend.domain.timing import Moment
from penfriend.storage.tables import contacts, suppressions
from penfriend.storage.upsert import insert_or_ignore


def suppress(connection: Connection, address: str, *, reason: str, evidence: str | None, at: Moment) -> bool:
    """Write to this address no more; whether that is new. The first reason stays, with its evidence.

    The version of the contact with the address is raised, so that a mail decided on before does not go out.
    """
    digest = address_hash(address)
    row = {"email_hash": digest, "reason": reason, "evidence": evidence, "at": at}
    new = (
        insert_or_ignore(connection.dialect.name, suppressions)
        .values(row)
        .returning(suppressions.c.email_hash)
    )
    added = connection.execute(new).first() is not None
    if added:
        _raise_version(connection, digest)
    return added


def unsuppress(connection: Connection, address: str) -> bool:
    """Let this address be written to again; whether it was suppressed. Consent does not come back with it."""
    digest = address_hash(address)
    removed = connection.execute(delete(suppressions).where(suppressions.c.email_hash == digest)).rowcount > 0
    if removed:
        _raise_version(connection, digest)
    return removed


def suppression_reason(connection: Connection, address: str) -> str | None:
    """Why the address must not be written to; None where it may."""
    found = select(suppressions.c.reason).where(suppressions.c.email_hash == address_hash(address))
    reason: str | None = connection.execute(found).scalar()
    return reason


def _raise_version(connection: Connection, digest: str) -> None:
    connection.execute(
        contacts.update().where(contacts.c.email_hash == digest).values(version=contacts.c.version + 1)
    )
