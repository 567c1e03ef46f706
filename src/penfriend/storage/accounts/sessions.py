"""Sessions: only the hash of a token is kept, and of the token before it for those that are under way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from penfriend.domain.accounts.users import (
    CODE_LASTS,
    IDLE,
    NEVER_RENEWED,
    SEEN_EVERY,
    SESSION_LASTS,
    Session,
    Stage,
    digest_of,
)
from penfriend.domain.timing import Moment
from penfriend.storage.accounts.users import user_of
from penfriend.storage.tables import sessions, users

_s = sessions.c
_OWN = tuple(column.label(f"s_{column.name}") for column in _s)
_FOUND = select(users, *_OWN).join(users, users.c.id == _s.user_id)


@dataclass(frozen=True, slots=True)
class Place:
    """From where somebody signs in."""

    network: str
    browser: str


def start_session(
    connection: Connection, token: str, user: int, stage: Stage, place: Place, now: Moment
) -> int:
    """Begin a session with a token that is fresh; its id."""
    row = {
        "digest": digest_of(token),
        "user_id": user,
        "stage": stage.value,
        "made_at": now,
        "renewed_at": now,
        "seen_at": now,
        "network": place.network,
        "browser": place.browser,
    }
    return int(connection.execute(insert(sessions).returning(_s.id), row).scalar_one())


def session_of(connection: Connection, token: str) -> tuple[Session, bool] | None:
    """The session of a token, and whether that is its present one; None for none. It may be over."""
    digest = digest_of(token)
    found = connection.execute(_FOUND.where(or_(_s.digest == digest, _s.former_digest == digest)))
    row = found.mappings().first()
    return None if row is None else (_session(row), row["s_digest"] == digest)


def sessions_of(connection: Connection, user: int, now: Moment) -> list[Session]:
    """The sessions of a user that last, the latest used first."""
    found = connection.execute(_FOUND.where(_s.user_id == user).order_by(_s.seen_at.desc(), _s.id.desc()))
    return [one for one in map(_session, found.mappings()) if one.stage is Stage.IN and not one.over(now)]


def renew_session(connection: Connection, session: int, old: str, new: str, now: Moment) -> bool:
    """Replace a token by a fresh one, and take the old one a little longer; False where another request was
    faster."""
    former = digest_of(old)
    renewed = update(sessions).where(_s.id == session, _s.digest == former)
    values = {"digest": digest_of(new), "former_digest": former, "renewed_at": now, "seen_at": now}
    return bool(connection.execute(renewed.values(values)).rowcount)


def replace_token(connection: Connection, session: int, new: str, now: Moment) -> None:
    """Replace a token at once: what had the old one has nothing any more."""
    values = {"digest": digest_of(new), "former_digest": None, "renewed_at": now, "seen_at": now}
    connection.execute(update(sessions).where(_s.id == session).values(values))


def renew_at_next_use(connection: Connection, user: int) -> None:
    """Let every session of a user get a fresh token when it is used next."""
    values = {"renewed_at": NEVER_RENEWED, "former_digest": None}
    connection.execute(update(sessions).where(_s.user_id == user).values(values))


def note_seen(connection: Connection, session: int, now: Moment) -> None:
    """It was used now: written once a minute at most."""
    stale = update(sessions).where(_s.id == session, _s.seen_at < now - SEEN_EVERY)
    connection.execute(stale.values(seen_at=now))


def end_session(connection: Connection, session: int) -> None:
    """End one."""
    connection.execute(delete(sessions).where(_s.id == session))


def end_sessions(connection: Connection, user: int, but: int = 0) -> int:
    """End all of a user, but perhaps one; how many that were."""
    return connection.execute(delete(sessions).where(_s.user_id == user, _s.id != but)).rowcount


def forget_ended(connection: Connection, now: Moment) -> None:
    """Delete the sessions that have ended by themselves."""
    waits = (_s.stage == Stage.CODE.value) & (_s.made_at < now - CODE_LASTS)
    over = or_(_s.made_at < now - SESSION_LASTS, _s.seen_at < now - IDLE, waits)
    connection.execute(delete(sessions).where(over))


def _session(row: RowMapping) -> Session:
    return Session(
        id=row["s_id"],
        user=user_of(row),
        stage=Stage(row["s_stage"]),
        made_at=Moment(row["s_made_at"]),
        renewed_at=Moment(row["s_renewed_at"]),
        seen_at=Moment(row["s_seen_at"]),
        network=row["s_network"],
        browser=row["s_browser"],
    )
