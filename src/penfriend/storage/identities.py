"""Whose event it is: finds the contacts of a batch by the shop's id and by address, and makes new ones.

An address belongs to one contact; a further id that comes with it is an alias. What is found out is
written by `flush`, so that a batch costs a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from penfriend.domain.contact import address_hash
from penfriend.domain.errors import EventRefused
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import insert_rows, next_ids, rows, run, update_rows
from penfriend.storage.database_errors import TransactionLost
from penfriend.storage.tables import contact_keys, contacts


class MergeFirst(Exception):
    """Two contacts turn out to be one person: write what is decided so far, join them, and ask again."""

    def __init__(self, source: int, target: int) -> None:
        self.source = source
        self.target = target
        super().__init__(source, target)


@dataclass(slots=True)
class Known:
    """What has to be known of a contact to tell whose event it is.

    `email_at` is when the address was said to be the contact's; None where an event only came with it, which
    any word about the address itself outdoes.
    """

    id: int
    key: str | None
    email: str | None
    email_at: Moment | None
    created_at: Moment
    is_new: bool = False
    written: bool = True
    changed: set[str] = field(default_factory=set)


_BY_KEY = (
    "SELECT k.key AS found, c.id, c.key, c.email, c.email_at, c.created_at"
    " FROM KEYS AS wanted CROSS JOIN contact_keys AS k JOIN contacts AS c ON c.id = k.contact_id"
    " WHERE k.key = wanted.id"
)
_BY_EMAIL = (
    "SELECT c.email AS found, c.id, c.key, c.email, c.email_at, c.created_at"
    " FROM KEYS AS wanted CROSS JOIN contacts AS c WHERE c.email = wanted.id"
)
_BY_ID = (
    "SELECT c.id AS found, c.id, c.key, c.email, c.email_at, c.created_at"
    " FROM BATCH AS wanted CROSS JOIN contacts AS c WHERE c.id = wanted.id AND c.erased_at IS NULL"
)
_LOCK = (
    "SELECT id FROM contacts WHERE id IN (SELECT id FROM BATCH AS b) AND erased_at IS NULL"
    " ORDER BY id FOR NO KEY UPDATE"
)


def _row(known: Known) -> dict[str, object]:
    return {
        "id": known.id,
        "key": known.key,
        "email": known.email,
        "email_at": known.email_at,
        "email_hash": None if known.email is None else address_hash(known.email),
        "created_at": known.created_at,
    }


class Identities:
    """The contacts of one batch, in one transaction."""

    def __init__(
        self,
        connection: Connection,
        keys: Collection[str],
        emails: Collection[str],
        ids: Collection[int] = (),
    ) -> None:
        """Find those that are known, and lock them where several may write at a time."""
        self._connection = connection
        self._known: dict[int, Known] = {}
        self._by_key = self._find(_BY_KEY, keys=set(keys))
        self._by_email = self._find(_BY_EMAIL, keys=set(emails))
        self._find(_BY_ID, batch=set(ids))
        self._new_keys: list[tuple[str, int]] = []
        self.merges = 0
        """How often two turned out to be one."""
        self._ids: Iterator[int] = iter(())
        self._to_come = len(set(keys) - self._by_key.keys()) + len(set(emails) - self._by_email.keys())
        self._lock()

    def _find(
        self, statement: str, *, keys: Collection[str] | None = None, batch: Collection[int] | None = None
    ) -> dict[str, int]:
        found: dict[str, int] = {}
        if keys or batch:
            for name, *of_contact in rows(self._connection, statement, keys=keys, batch=batch):
                known = Known(*of_contact)
                found[name] = known.id
                self._known.setdefault(known.id, known)
        return found

    def _lock(self) -> None:
        """Facts are computed anew from a contact's rows: two at once would not see each other's."""
        if self._connection.dialect.name == "sqlite" or not self._known:
            return
        locked = run(self._connection, _LOCK, batch=self._known).all()
        if len(locked) != len(self._known):
            raise TransactionLost("a contact was joined with another, or erased, in the meantime")

    def of_id(self, contact_id: int) -> int:
        """The contact with our id. Raises EventRefused where it is gone."""
        if contact_id not in self._known:
            raise EventRefused(f"contact: there is no contact {contact_id} any more")
        return contact_id

    def resolve(self, key: str | None, email: str | None, at: Moment) -> int:
        """Our id of the contact with this key, this address, or both. Raises MergeFirst."""
        by_key = self._by_key.get(key) if key is not None else None
        by_email = self._by_email.get(email) if email is not None else None
        if by_key is None and by_email is None:
            return self._create(key, email, at)
        if by_key is None or by_email is None or by_key == by_email:
            found = by_email if by_key is None else by_key
            known = self._known[found]  # type: ignore[index]  # one of them is there
            if key is not None and by_key is None:
                self._add_key(key, known)
            if email is not None and by_email is None and known.email is None:
                self._give_email(known, email, None)
            return self._seen(known, at)
        if self._known[by_key].email is None:
            raise MergeFirst(by_key, by_email)
        return self._seen(self._known[by_key], at)

    def join(self, contact_id: int, into: str, at: Moment) -> None:
        """The contact and the one with the key `into` are one. Raises MergeFirst while they are two."""
        target = self._by_key.get(into)
        if target is None:
            self._add_key(into, self._known[contact_id])
        elif target != contact_id:
            raise MergeFirst(contact_id, target)
        self._seen(self._known[contact_id], at)

    def ids(self) -> set[int]:
        """Our ids of the contacts of the batch that were there before it."""
        return {known.id for known in self._known.values() if not known.is_new}

    def email_of(self, contact_id: int) -> str | None:
        """The contact's address as it is now."""
        return self._known[contact_id].email

    def check_email(self, contact_id: int, email: str | None) -> None:
        """Raises EventRefused where the address belongs to somebody else."""
        owner = self._by_email.get(email) if email is not None else None
        if owner is not None and owner != contact_id:
            other = self._known[owner].key
            name = f' "{other}"' if other else ""
            raise EventRefused(f"email: belongs to another contact{name}; join them with contact_merged")

    def set_email(self, contact_id: int, email: str | None, at: Moment) -> None:
        """The contact's address at that moment: an older one that comes later changes nothing."""
        known = self._known[contact_id]
        if known.email_at is not None and (at, email or "") < (known.email_at, known.email or ""):
            return
        self.check_email(contact_id, email)
        self._give_email(known, email, at)

    def merged(self, source: int, target: int) -> None:
        """The store has joined the two: what named the one names the other."""
        self._by_key = {key: target if owner == source else owner for key, owner in self._by_key.items()}
        self.merges += 1
        self._by_email = {
            email: owner for email, owner in self._by_email.items() if owner not in {source, target}
        }
        del self._known[source]
        del self._known[target]
        self._find(_BY_ID, batch={target})
        if (email := self._known[target].email) is not None:
            self._by_email[email] = target

    def flush(self) -> None:
        """Write what was found out so far."""
        unwritten = [known for known in self._known.values() if not known.written]
        insert_rows(self._connection, contacts, [_row(known) for known in unwritten])
        for known in unwritten:
            known.written = True
            known.changed.clear()
        insert_rows(
            self._connection,
            contact_keys,
            [{"key": key, "contact_id": owner} for key, owner in self._new_keys],
        )
        self._new_keys.clear()
        changed = [known for known in self._known.values() if known.changed]
        # two may have swapped their addresses, and at no moment may both have the same
        moved = [{"id": known.id, "email": None} for known in changed if "email" in known.changed]
        update_rows(self._connection, contacts, moved)
        renamed = [_row(known) for known in changed if known.changed != {"created_at"}]
        update_rows(self._connection, contacts, renamed)
        # by itself: it is in no index, and older events that come later are many
        older = [
            {"id": known.id, "created_at": known.created_at}
            for known in changed
            if known.changed == {"created_at"}
        ]
        update_rows(self._connection, contacts, older)
        for known in changed:
            known.changed.clear()

    def _create(self, key: str | None, email: str | None, at: Moment) -> int:
        contact_id = next(self._ids, None)
        if contact_id is None:
            self.flush()
            self._ids = next_ids(self._connection, contacts, max(self._to_come, 1))
            contact_id = next(self._ids)
        self._known[contact_id] = Known(contact_id, key, email, None, at, is_new=True, written=False)
        if key is not None:
            self._by_key[key] = contact_id
            self._new_keys.append((key, contact_id))
        if email is not None:
            self._by_email[email] = contact_id
        return contact_id

    def _add_key(self, key: str, known: Known) -> None:
        self._by_key[key] = known.id
        self._new_keys.append((key, known.id))
        if known.key is None:
            known.key = key
            known.changed.add("key")

    def _give_email(self, known: Known, email: str | None, at: Moment | None) -> None:
        if known.email is not None:
            self._by_email.pop(known.email, None)
        if email is not None:
            self._by_email[email] = known.id
        known.email, known.email_at = email, at
        known.changed.add("email")

    def _seen(self, known: Known, at: Moment) -> int:
        if at < known.created_at:
            known.created_at = at
            known.changed.add("created_at")
        return known.id
