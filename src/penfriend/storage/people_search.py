"""Contacts for a person to choose from: the newest, or those with certain words in name, address or id."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select

from penfriend.domain.contact import normalise_text
from penfriend.domain.preview import Somebody
from penfriend.storage.columns import TEXT
from penfriend.storage.segment_sql_compare import contains
from penfriend.storage.tables import contacts

_PEOPLE = (
    select(contacts.c.key, contacts.c.email, contacts.c.first_name, contacts.c.last_name)
    .where(contacts.c.email.is_not(None), contacts.c.erased_at.is_(None))
    .order_by(contacts.c.id.desc())
)


def people_like(connection: Connection, words: str, most: int) -> tuple[Somebody, ...]:
    """The newest contacts with an address, those alone in whose name, address or id each of these words
    stands. In letters outside ASCII, upper and lower case are one only where the first alone differs."""
    query = _PEOPLE.where(*(_has(word) for word in normalise_text(words).split())).limit(most)
    return tuple(
        Somebody(
            who=row.key or row.email,
            name=" ".join(part for part in (row.first_name, row.last_name) if part),
            address=row.email,
        )
        for row in connection.execute(query)
    )


def _has(word: str) -> ColumnElement[bool]:
    """Neither database knows upper and lower case outside ASCII (COLLATE "C"): a name is tried in both."""
    c = contacts.c
    low = literal(word.lower(), TEXT)
    return or_(
        *(contains(func.lower(column), low) for column in (c.email, c.key, c.first_name, c.last_name)),
        *(contains(name, literal(word.capitalize(), TEXT)) for name in (c.first_name, c.last_name)),
        *(contains(text, literal(word, TEXT)) for text in (c.key, c.first_name, c.last_name)),
    )
