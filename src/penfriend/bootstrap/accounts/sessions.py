"""Who is signed in: sessions looked up, their tokens renewed, and ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor, Deed, Entry, Way
from penfriend.domain.accounts.users import (
    SEEN_EVERY,
    TOKEN_BYTES,
    Session,
    Stage,
    former_is_good,
)
from penfriend.domain.timing import Moment
from penfriend.storage.accounts import sessions
from penfriend.storage.accounts.audit_log import write_entry

LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A session that lasts, and the fresh token that its browser is to have."""

    session: Session
    token: str | None = None


class Sessions:
    """The sessions of a house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def find(self, token: str, *, is_use: bool = True) -> Found | None:
        """The session of a token; None for none, or one that is over. What is no use of it makes it last no
        longer. Raises StoreUnavailable."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        now = self._house.clock.now()
        with self._house.db.read() as connection:
            found = sessions.session_of(connection, token)
        if found is None or found[0].over(now):
            return None
        session, present = found
        if not present:
            if former_is_good(session.renewed_at, now):
                return Found(session)
            self._end_stolen(session, now)
            return None
        if not is_use:
            return Found(session)
        if session.stage is Stage.IN and session.due_for_renewal(now):
            return self._renewed(session, token, now)
        if now - session.seen_at > SEEN_EVERY:
            with self._house.db.write() as connection:
                sessions.note_seen(connection, session.id, now)
        return Found(session)

    def of_user(self, user: int) -> list[Session]:
        """The sessions of a user that last, the latest used first."""
        with self._house.db.read() as connection:
            return sessions.sessions_of(connection, user, self._house.clock.now())

    def sign_out(self, session: Session, by: Actor) -> None:
        """End this one."""
        with self._house.db.write() as connection:
            sessions.end_session(connection, session.id)
            sessions.forget_ended(connection, self._house.clock.now())
            write_entry(connection, Entry(self._house.clock.now(), by, Deed.SIGNED_OUT, session.user.name))

    def sign_out_elsewhere(self, session: Session, by: Actor) -> int:
        """End all others of the same user; how many that were."""
        with self._house.db.write() as connection:
            ended = sessions.end_sessions(connection, session.user.id, session.id)
            details = {"sessions": str(ended)}
            entry = Entry(self._house.clock.now(), by, Deed.SESSIONS_ENDED, session.user.name, details)
            write_entry(connection, entry)
        return ended

    def _renewed(self, session: Session, token: str, now: Moment) -> Found:
        fresh = secrets.token_urlsafe(TOKEN_BYTES)
        with self._house.db.write() as connection:
            mine = sessions.renew_session(connection, session.id, token, fresh, now)
        return Found(session, fresh if mine else None)

    def _end_stolen(self, session: Session, now: Moment) -> None:
        """Two have the session, and nobody can tell which of them is its owner."""
        by = Actor(session.user.name, Way.DASHBOARD, session.network)
        with self._house.db.write() as connection:
            sessions.end_session(connection, session.id)
            write_entry(connection, Entry(now, by, Deed.TOKEN_REUSED, session.user.name))
