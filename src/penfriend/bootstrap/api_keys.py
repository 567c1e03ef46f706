"""The keys of the API in a house: made, listed, revoked; and the ring that the web side looks them up in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Collection

from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Deed, Entry
from penfriend.domain.api_keys import LABEL_BYTES, SECRET_BYTES, ApiKey, Scope, digest_of, key_of, label_of
from penfriend.domain.errors import NotFound, SettingError
from penfriend.domain.timing import MINUTE
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.api_keys import all_keys, keep_key, note_use, revoke_key, valid_key

LONGEST_NAME = 100
REMEMBERED_SECONDS = 5.0
"""So long a key that was revoked elsewhere may go on being taken here."""
REMEMBERED = 1_000
"""So many keys at most."""


def create_key(house: House, name: str, scopes: Collection[str]) -> str:
    """A new key, which nobody can be told again. Raises SettingError for a name or a scope that cannot be."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise SettingError(f"the name of a key is a text of at most {LONGEST_NAME} characters on one line")
    if any(one.name == name and one.revoked_at is None for one in list_keys(house)):
        raise SettingError(f'there is a key "{name}" already; revoke it first, or take another name')
    known = [scope.value for scope in Scope]
    wrong = next((one for one in scopes if one not in known), None)
    if wrong is not None or not scopes:
        found = f'"{wrong}" is no scope' if wrong is not None else "a key needs a scope"
        raise SettingError(f"{found}. A scope is one of: {', '.join(known)}.")
    key = key_of(secrets.token_bytes(LABEL_BYTES), secrets.token_bytes(SECRET_BYTES))
    with house.db.write() as connection:
        now = house.clock.now()
        keep_key(connection, key, name, frozenset(map(Scope, scopes)), now)
        details = {"scopes": " ".join(sorted(scopes))}
        write_entry(connection, Entry(now, at_the_shell(), Deed.KEY_MADE, name, details))
    return key


def list_keys(house: House) -> list[ApiKey]:
    """Every key, the earliest first, revoked ones as well."""
    with house.db.read() as connection:
        return all_keys(connection)


def revoke(house: House, name: str) -> None:
    """Let a key be valid no more, named by its name or by what it is shown as. Raises NotFound."""
    wanted = name.removeprefix("pf_").removesuffix("_...")
    with house.db.write() as connection:
        if not revoke_key(connection, wanted, house.clock.now()):
            raise NotFound(f'there is no valid key "{name}"; `penfriend apikey list` shows them')
        write_entry(connection, Entry(house.clock.now(), at_the_shell(), Deed.KEY_REVOKED, wanted))


class KeyRing:
    """Looks keys up, and remembers them for a moment. Used by many threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[str, tuple[float, ApiKey]] = {}
        self._guard = threading.Lock()

    def remembered(self, shown: str) -> ApiKey | None:
        """The key, where it was looked up a moment ago and is valid."""
        with self._guard:
            until, found = self._known.get(digest_of(shown), (0.0, None))
        return found if until > self._house.clock.elapsed() else None

    def key(self, shown: str) -> ApiKey | None:
        """The key that a program has shown; None where it is none of ours. Raises StoreUnavailable."""
        if label_of(shown) is None:
            return None
        with self._house.db.read() as connection:
            found = valid_key(connection, shown)
        if found is not None:
            self._note_use(found)
            with self._guard:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[digest_of(shown)] = (self._house.clock.elapsed() + REMEMBERED_SECONDS, found)
        return found

    def _note_use(self, found: ApiKey) -> None:
        """Once a minute, so that a request seldom waits for its turn to write."""
        now = self._house.clock.now()
        if found.used_at is None or found.used_at < now - MINUTE:
            with self._house.db.write() as connection:
                note_use(connection, found.label, now)
