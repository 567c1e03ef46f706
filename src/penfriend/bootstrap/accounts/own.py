"""What users do with their own account: another password, the second factor, recovery codes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from penfriend.accounts.hashing import Hasher
from penfriend.accounts.totp import address_of, new_recovery_codes, new_secret, step_of
from penfriend.bootstrap.accounts.signing_in import SignIn, Slowed, names_of
from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.accounts.passwords import PasswordFault, fault_of
from penfriend.domain.accounts.users import TOKEN_BYTES, Session
from penfriend.storage.accounts import once, sessions, users
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.accounts.sessions import Place


class OwnFault(StrEnum):
    """Why something of one's own account was not changed."""

    PASSWORD = "password"  # noqa: S105 - a word
    """The password of today was not right."""
    CODE = "code"
    """The code was not right."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A secret on its way into somebody's app."""

    secret: str
    address: str
    """`otpauth:`, for the QR code."""


class OwnAccount:
    """The accounts of a house, from within."""

    def __init__(self, house: House, hasher: Hasher, door: SignIn) -> None:
        self._house, self._hasher, self._door = house, hasher, door

    def change_password(
        self, session: Session, old: str, new: str, place: Place, by: Actor
    ) -> str | PasswordFault | OwnFault | Slowed:
        """Set another password; the fresh token of this session. All others of the user end."""
        refused = self._refuse(session, old, place)
        if refused is not None:
            return refused
        fault = fault_of(new, *names_of(session.user))
        if fault is not None:
            return fault
        made, token, now = self._hasher.hash(new), secrets.token_urlsafe(TOKEN_BYTES), self._house.clock.now()
        with self._house.db.write() as connection:
            users.set_password(connection, session.user.id, made)
            once.void_links(connection, session.user.id)
            sessions.end_sessions(connection, session.user.id, session.id)
            sessions.replace_token(connection, session.id, token, now)
            write_entry(connection, Entry(now, by, Deed.PASSWORD_CHANGED, session.user.name))
        return token

    def begin_pairing(self, session: Session) -> None:
        """Make a secret that is shown until a code of it comes back."""
        user = session.user
        sealed = self._door.seals.seal(new_secret(), f"totp/{user.id}")
        with self._house.db.write() as connection:
            users.set_pending_totp(connection, user.id, sealed)

    def pairing(self, session: Session, issuer: str) -> Pairing | None:
        """The secret that is shown now; None where nothing was begun."""
        user = session.user
        with self._house.db.read() as connection:
            sealed = users.proof_of(connection, user.id).totp_pending
        secret = self._door.seals.open(sealed, f"totp/{user.id}") if sealed else None
        return None if secret is None else Pairing(secret, address_of(secret, user.name, issuer))

    def finish_pairing(
        self, session: Session, code: str, password: str, place: Place, by: Actor
    ) -> Sequence[str] | OwnFault | Slowed:
        """Turn the second factor on; the recovery codes, which are shown this once. The password is asked
        again, or whoever finds a browser open could shut its owner out."""
        refused = self._refuse(session, password, place)
        if refused is not None:
            return refused
        pairing, now, user = self.pairing(session, ""), self._house.clock.now(), session.user
        step = step_of(code, pairing.secret, now) if pairing else None
        if pairing is None or step is None:
            return OwnFault.CODE
        codes = new_recovery_codes()
        sealed = self._door.seals.seal(pairing.secret, f"totp/{user.id}")
        with self._house.db.write() as connection:
            users.set_totp(connection, user.id, sealed, step)
            once.keep_codes(connection, user.id, codes)
            sessions.end_sessions(connection, user.id, session.id)  # they came without it
            write_entry(connection, Entry(now, by, Deed.SECOND_FACTOR_ON, user.name))
        return codes

    def turn_off(self, session: Session, password: str, place: Place, by: Actor) -> OwnFault | Slowed | None:
        """Ask for no second factor any more."""
        refused = self._refuse(session, password, place)
        if refused is not None:
            return refused
        with self._house.db.write() as connection:
            users.set_totp(connection, session.user.id, None, None)
            once.keep_codes(connection, session.user.id, ())
            entry = Entry(self._house.clock.now(), by, Deed.SECOND_FACTOR_OFF, session.user.name)
            write_entry(connection, entry)
        return None

    def renew_codes(
        self, session: Session, password: str, place: Place, by: Actor
    ) -> Sequence[str] | OwnFault | Slowed:
        """New recovery codes in place of the former."""
        refused = self._refuse(session, password, place)
        if refused is not None:
            return refused
        codes = new_recovery_codes()
        with self._house.db.write() as connection:
            once.keep_codes(connection, session.user.id, codes)
            entry = Entry(self._house.clock.now(), by, Deed.CODES_MADE, session.user.name)
            write_entry(connection, entry)
        return codes

    def codes_left(self, session: Session) -> int:
        """How many recovery codes are left."""
        with self._house.db.read() as connection:
            return once.codes_left(connection, session.user.id)

    def _refuse(self, session: Session, password: str, place: Place) -> OwnFault | Slowed | None:
        right = self._door.is_password(session, password, place)
        if isinstance(right, Slowed):
            return right
        return None if right else OwnFault.PASSWORD
