"""Loads contacts as decisions need them, with topics and suppression, in two queries for a batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import Connection, select

from penfriend.domain.contact import Contact, normalise_address, normalise_text
from penfriend.domain.definitions import Brand
from penfriend.domain.timing import zone_of
from penfriend.storage.many import among
from penfriend.storage.tables import contact_keys, contacts, subscriptions, suppressions

_CONTACTS = (
    select(
        contacts.c.id,
        contacts.c.version,
        contacts.c.key,
        contacts.c.email_hash,
        contacts.c.email,
        contacts.c.locale,
        contacts.c.timezone,
        contacts.c.erased_at,
        contacts.c.paused_until,
        suppressions.c.reason,
    )
    .select_from(contacts.outerjoin(suppressions, suppressions.c.email_hash == contacts.c.email_hash))
    .where(among(contacts.c.id, "ids"))
)
TOPICS = select(subscriptions.c.contact_id, subscriptions.c.topic).where(
    among(subscriptions.c.contact_id, "ids"), subscriptions.c.subscribed == 1
)
"""What the contacts `ids` are subscribed to."""

_VERSIONS = (
    select(contacts.c.id, contacts.c.version)
    .where(among(contacts.c.id, "ids"))
    .order_by(contacts.c.id)  # one order for everybody: no two groups wait for each other
    .with_for_update()
)


def load_contacts(connection: Connection, ids: Collection[int], brand: Brand) -> dict[int, Contact]:
    """The contacts with these ids; zone and locale are the brand's where the contact has none of its own or
    an unknown one."""
    wanted = {"ids": sorted(set(ids))}
    topics: dict[int, set[str]] = {}
    for contact_id, topic in connection.execute(TOPICS, wanted):
        topics.setdefault(contact_id, set()).add(topic)
    return {
        row.id: Contact(
            id=row.id,
            version=row.version,
            email=row.email,
            locale=row.locale or brand.locale,
            timezone=known_zone(row.timezone, brand.timezone),
            erased=row.erased_at is not None,
            suppression=row.reason,
            topics=frozenset(topics.get(row.id, ())),
            paused_until=row.paused_until,
            key=row.key or row.email_hash or str(row.id),
        )
        for row in connection.execute(_CONTACTS, wanted)
    }


def known_zone(name: str | None, fallback: str) -> str:
    """The name, or the fallback where there is none or where nobody knows such a zone."""
    if name is None:
        return fallback
    try:
        zone_of(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
    ):  # tzdata no longer knows it: nobody else's mail may stop for that
        return fallback
    return name


def locked_versions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The versions of these contacts, by id; locked until the end of the transaction."""
    return {row.id: row.version for row in connection.execute(_VERSIONS, {"ids": sorted(set(ids))})}


def find_contact(connection: Connection, who: str) -> int | None:
    """Our id of the contact with that shop's id or address; None where there is none."""
    if "\x00" in who:  # what PostgreSQL takes in no text, and no id has
        return None
    by_key = select(contact_keys.c.contact_id).where(contact_keys.c.key == normalise_text(who))
    found: int | None = connection.execute(by_key).scalar()
    if found is None:
        found = connection.execute(
            select(contacts.c.id).where(contacts.c.email == normalise_address(who))
        ).scalar()
    return found
