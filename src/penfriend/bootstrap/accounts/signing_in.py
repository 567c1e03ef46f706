"""Signing in: by password, by the code of the second factor, by a one-time link, by an identity that an
OpenID Connect provider vouches for. Each that works begins a session with a token that nobody had before."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from penfriend.accounts.hashing import Hasher
from penfriend.accounts.openid import Identity
from penfriend.accounts.sealing import Seals
from penfriend.accounts.totp import recovery_code, step_of
from penfriend.bootstrap.house import House
from penfriend.domain.accounts import throttle
from penfriend.domain.accounts.audit import Actor, Deed, Entry, Way
from penfriend.domain.accounts.passwords import PasswordFault, fault_of
from penfriend.domain.accounts.throttle import Bucket
from penfriend.domain.accounts.users import TOKEN_BYTES, Session, Stage, User
from penfriend.domain.timing import Moment
from penfriend.storage.accounts import guesses, once, sessions, users
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.accounts.sessions import Place

_BROWSER = "browser"
"""The purpose of the mark that tells a known browser."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is in, or half in: the second factor is still to come."""

    token: str
    stage: Stage
    user: User
    browser: str | None = None
    """By what the browser is known from now on; only for who is in."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """It was not right, and nobody learns what of it was not."""


@dataclass(frozen=True, slots=True)
class Slowed:
    """It was not looked at: too many guesses came before."""

    wait: int
    """Microseconds."""


class SignIn:
    """The door of a house."""

    def __init__(self, house: House, hasher: Hasher) -> None:
        self._house, self._hasher = house, hasher
        self.seals = Seals(house.settings.keys())

    def by_password(self, name: str, password: str, browser: str, place: Place) -> SignedIn | Wrong | Slowed:
        """With name and password. An unknown name takes as long and is answered as a wrong password is."""
        name, now = name.strip().lower(), self._house.clock.now()
        with self._house.db.read() as connection:
            user = users.user_named(connection, name)
            proof = users.proof_of(connection, user.id if user else 0)
        buckets = throttle.buckets(f"password/{name}", place.network, self._known(browser, user))
        wait = self._count(buckets, user.name if user else "", place, now)
        if wait:
            return Slowed(wait)
        right = self._hasher.verify(proof.password, password)
        if user is None or not right:
            return Wrong()
        if proof.password and self._hasher.outdated(proof.password):
            self._rehash(user, password)
        return self._begin(user, buckets, place, now)

    def by_code(self, session: Session, code: str, browser: str, place: Place) -> SignedIn | Wrong | Slowed:
        """With the second factor, after the password: a code of the app, or a recovery code."""
        user, now = session.user, self._house.clock.now()
        buckets = throttle.buckets(f"code/{user.id}", place.network, self._known(browser, user))
        wait = self._count(buckets, user.name, place, now)
        if wait:
            return Slowed(wait)
        if not self.take_code(user, code, now, place):
            return Wrong()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._house.db.write() as connection:
            guesses.count_success(connection, buckets, now)
            sessions.end_session(connection, session.id)
            sessions.start_session(connection, token, user.id, Stage.IN, place, now)
            users.note_signed_in(connection, user.id, now)
            write_entry(connection, Entry(now, _actor(user, place), Deed.SIGNED_IN, user.name))
        return SignedIn(token, Stage.IN, user, self._browser_of(user))

    def take_code(self, user: User, code: str, now: Moment, place: Place) -> bool:
        """Use up a code of the app or a recovery code; False for one that is wrong or was used."""
        with self._house.db.read() as connection:
            sealed = users.proof_of(connection, user.id).totp
        secret = self.seals.open(sealed, f"totp/{user.id}") if sealed else None
        step = step_of(code, secret, now) if secret else None
        if step is not None:
            with self._house.db.write() as connection:
                return users.take_step(connection, user.id, step)
        recovery = recovery_code(code)
        if recovery is None:
            return False
        with self._house.db.write() as connection:
            used = once.use_code(connection, user.id, recovery)
            if used:
                left = {"left": str(once.codes_left(connection, user.id))}
                write_entry(connection, Entry(now, _actor(user, place), Deed.CODE_USED, user.name, left))
        return used

    def by_link(self, token: str, password: str, place: Place) -> SignedIn | PasswordFault | None:
        """With a one-time link, which sets the password; None where the link is good no more. All sessions
        that the user had end."""
        user, now = self.user_of_link(token), self._house.clock.now()
        if user is None:
            return None
        fault = fault_of(password, *names_of(user))
        if fault is not None:
            return fault
        made, fresh = self._hasher.hash(password), secrets.token_urlsafe(TOKEN_BYTES)
        stage = Stage.CODE if user.has_second_factor else Stage.IN
        with self._house.db.write() as connection:
            if once.use_link(connection, token, now) != user.id:
                return None
            users.set_password(connection, user.id, made)
            sessions.end_sessions(connection, user.id)
            sessions.start_session(connection, fresh, user.id, stage, place, now)
            write_entry(connection, Entry(now, _actor(user, place), Deed.LINK_USED, user.name))
            if stage is Stage.IN:
                users.note_signed_in(connection, user.id, now)
                write_entry(connection, Entry(now, _actor(user, place), Deed.SIGNED_IN, user.name))
        return SignedIn(fresh, stage, user, self._browser_of(user) if stage is Stage.IN else None)

    def by_identity(self, identity: Identity, place: Place) -> SignedIn | None:
        """With what the provider of OpenID Connect says; None where nobody here has that e-mail, or has it
        under another subject there. Nobody is added by it. A second factor that is on here is asked for."""
        now = self._house.clock.now()
        with self._house.db.write() as connection:
            user = users.user_with_email(connection, identity.email)
            if user is None or not users.bind_subject(connection, user.id, identity.subject):
                return None
        return self._begin(user, (), place, now, {"by": "OpenID Connect"})

    def user_of_link(self, token: str) -> User | None:
        """Whose one-time link it is; None where it is good no more."""
        with self._house.db.read() as connection:
            user = once.user_of_link(connection, token, self._house.clock.now())
            return None if user is None else users.user_with_id(connection, user)

    def is_password(self, session: Session, password: str, place: Place) -> bool | Slowed:
        """Whether it is the password of who is signed in, for what asks it again. Guesses are counted."""
        user, now = session.user, self._house.clock.now()
        buckets = throttle.buckets(f"again/{user.id}", place.network, f"session/{session.id}")
        wait = self._count(buckets, user.name, place, now)
        if wait:
            return Slowed(wait)
        with self._house.db.read() as connection:
            proof = users.proof_of(connection, user.id)
        right = self._hasher.verify(proof.password, password)
        if right:
            with self._house.db.write() as connection:
                guesses.count_success(connection, buckets, now)
        return right

    def _begin(
        self,
        user: User,
        buckets: tuple[Bucket, ...],
        place: Place,
        now: Moment,
        details: Mapping[str, str] | None = None,
    ) -> SignedIn:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        stage = Stage.CODE if user.has_second_factor else Stage.IN
        with self._house.db.write() as connection:
            guesses.count_success(connection, buckets, now)
            sessions.forget_ended(connection, now)
            sessions.start_session(connection, token, user.id, stage, place, now)
            if stage is Stage.IN:
                users.note_signed_in(connection, user.id, now)
                write_entry(
                    connection, Entry(now, _actor(user, place), Deed.SIGNED_IN, user.name, details or {})
                )
        return SignedIn(token, stage, user, self._browser_of(user) if stage is Stage.IN else None)

    def _count(self, buckets: tuple[Bucket, ...], name: str, place: Place, now: Moment) -> int:
        """Count a guess; how long it has to wait."""
        # guesses that come at once may be in each other's way: then it is tried again
        wait, begun = self._house.db.run(lambda connection: guesses.count_guess(connection, buckets, now))
        for bucket in begun:
            kind = bucket.name.partition(":")[0]
            about, by = "" if kind == "network" else name, Actor("", Way.DASHBOARD, place.network)
            with self._house.db.write() as connection:
                write_entry(connection, Entry(now, by, Deed.GUESSES_SLOWED, about, {"by": kind}))
        return wait

    def _rehash(self, user: User, password: str) -> None:
        made = self._hasher.hash(password)
        with self._house.db.write() as connection:
            users.set_password(connection, user.id, made)

    def _known(self, cookie: str, user: User | None) -> str:
        """What tells this browser, where the same user has signed in with it before; else nothing."""
        text, _, mark = cookie.rpartition(".")
        if user is None or not text.startswith(f"{user.id}."):
            return ""
        return text if self.seals.is_marked(mark, text, _BROWSER) else ""

    def _browser_of(self, user: User) -> str:
        text = f"{user.id}.{secrets.token_urlsafe(16)}"
        return f"{text}.{self.seals.mark(text, _BROWSER)}"


def names_of(user: User) -> tuple[str, ...]:
    """What somebody would guess of a user: no password is made of it."""
    return (user.name, *((user.email, user.email.partition("@")[0]) if user.email else ()))


def _actor(user: User, place: Place) -> Actor:
    return Actor(user.name, Way.DASHBOARD, place.network)
