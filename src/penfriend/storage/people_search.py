"""Contacts for a person to choose from: the newest, or those with certain words in name, address or id.

Nobody reads all names to find one. Who came last is looked through; where that does not give enough, people
are looked up by how their names, addresses and ids begin, each a range of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, union

from penfriend.domain.contact import normalise_text
from penfriend.domain.preview import Somebody
from penfriend.storage.columns import TEXT
from penfriend.storage.segment_sql_compare import contains
from penfriend.storage.tables import contact_keys, contacts

LATEST = 2_000
"""So many of those who came last are looked through."""
OF_EACH = 2_000
"""So many people at most are looked up by one beginning: of a single letter not all."""
AT_ONCE = 500
"""So many of those are looked at together, the newest first, until there are enough."""
MOST_WORDS = 8
"""So many words are looked at: each is ten ranges, of which SQLite takes 500 in a statement."""
_LAST = "\U0010ffff"
"""No text with that beginning comes behind it."""

_c, _k = contacts.c, contact_keys.c
_PEOPLE = (
    select(_c.key, _c.email, _c.first_name, _c.last_name)
    .where(_c.email.is_not(None), _c.erased_at.is_(None))
    .order_by(_c.id.desc())
)
_NEWEST = select(_c.id).order_by(_c.id.desc())


def people_like(connection: Connection, words: str, most: int) -> tuple[Somebody, ...]:
    """The newest contacts with an address, those alone in whose name, address or id each of these words
    stands and with whose first or last name, address or id one of them begins. In letters outside ASCII,
    upper and lower case are one only where the first alone differs. What stands behind MOST_WORDS words is
    not looked at."""
    given = list(dict.fromkeys(normalise_text(words).split()))[:MOST_WORDS]
    query = _PEOPLE.limit(most)
    if "\x00" in words:  # what PostgreSQL takes in no text, and nobody's name has
        return ()
    if not given:
        return _shown(connection.execute(query).all())
    fitting = query.where(*(_has(word) for word in given), or_(*(_begins(word) for word in given)))
    before = connection.execute(_NEWEST.offset(LATEST).limit(1)).scalar() or 0
    found = list(connection.execute(fitting.where(_c.id > before)))
    if len(found) < most:
        ranges = (branch.subquery() for word in given for branch in _ranges(word))
        known = connection.execute(union(*(select(one.c.id) for one in ranges))).scalars()
        ids = sorted((one for one in known if one <= before), reverse=True)
        for start in range(0, len(ids), AT_ONCE):
            if len(found) < most:
                found += connection.execute(fitting.where(_c.id.in_(ids[start : start + AT_ONCE])))
    return _shown(found[:most])


def _shown(rows: Sequence[Any]) -> tuple[Somebody, ...]:
    return tuple(
        Somebody(
            who=row.key or row.email,
            name=" ".join(part for part in (row.first_name, row.last_name) if part),
            address=row.email,
        )
        for row in rows
    )


def _has(word: str) -> ColumnElement[bool]:
    """Neither database knows upper and lower case outside ASCII (COLLATE "C"): a name is tried in both."""
    low = literal(word.lower(), TEXT)
    return or_(
        *(contains(func.lower(column), low) for column in (_c.email, _c.key, _c.first_name, _c.last_name)),
        *(contains(name, literal(word.capitalize(), TEXT)) for name in (_c.first_name, _c.last_name)),
        *(contains(text, literal(word, TEXT)) for text in (_c.key, _c.first_name, _c.last_name)),
    )


def _begins(word: str) -> ColumnElement[bool]:
    return or_(*(_between(column, word) for column, word in _beginnings(word, _c.key)))


def _ranges(word: str) -> Iterator[Select[Any]]:
    """Ids of those with whose name, address or id the word begins."""
    for column, beginning in _beginnings(word, _k.key):
        owner = _k.contact_id.label("id") if column is _k.key else _c.id
        yield select(owner).where(_between(column, beginning)).order_by(column).limit(OF_EACH)


def _beginnings(word: str, key: ColumnElement[str]) -> list[tuple[ColumnElement[str], str]]:
    """What is looked for in which column, as it stands there: in names as `lower` of both databases leaves
    it, in ids as it was typed, or in small or large letters."""
    names = sorted({_lower(one) for one in (word, word.lower(), word.capitalize())})
    keys = sorted({word, word.lower(), word.upper()})
    columns: list[tuple[ColumnElement[str], str]] = [(_c.email, word.lower())]
    for name in (_c.first_name, _c.last_name):
        columns += [(func.lower(name), one) for one in names]
    return columns + [(key, one) for one in keys]


def _between(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    return and_(column >= literal(beginning, TEXT), column < literal(beginning + _LAST, TEXT))


def _lower(word: str) -> str:
    """In small letters where they are of ASCII."""
    return "".join(one.lower() if one.isascii() else one for one in word)
