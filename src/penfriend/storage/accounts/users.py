"""Users: who there is, what they may, and how they prove who they are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, update

from penfriend.domain.accounts.roles import Role
from penfriend.domain.accounts.users import User
from penfriend.domain.timing import Moment
from penfriend.storage.tables import one_time_links, recovery_codes, sessions, users
from penfriend.storage.upsert import insert_or_ignore

_u = users.c


@dataclass(frozen=True, slots=True)
class Proof:
    """What the store knows of a user's proofs."""

    password: str | None
    """Its hash."""
    totp: str | None
    """The secret of the second factor, sealed."""
    totp_pending: str | None
    oidc_subject: str | None


def add_user(connection: Connection, name: str, role: Role, email: str | None, now: Moment) -> int | None:
    """Put a user on record; their id. None where name or e-mail are another's, also of one who is added at
    the same moment."""
    row = {"name": name, "role": role.value, "email": email, "made_at": now}
    added = insert_or_ignore(connection.dialect.name, users).values(row).returning(_u.id)
    found: int | None = connection.execute(added).scalar()
    return found


def all_users(connection: Connection) -> list[User]:
    """Every user, by name."""
    return [user_of(row) for row in connection.execute(select(users).order_by(_u.name)).mappings()]


def user_count(connection: Connection) -> int:
    """How many there are."""
    return int(connection.execute(select(func.count()).select_from(users)).scalar_one())


def user_named(connection: Connection, name: str) -> User | None:
    """The user of that name."""
    return _one(connection.execute(select(users).where(_u.name == name)).mappings().first())


def user_with_id(connection: Connection, user: int) -> User | None:
    """The user with that id."""
    return _one(connection.execute(select(users).where(_u.id == user)).mappings().first())


def user_with_email(connection: Connection, email: str) -> User | None:
    """The user with that e-mail, in lower case."""
    return _one(connection.execute(select(users).where(_u.email == email)).mappings().first())


def proof_of(connection: Connection, user: int) -> Proof:
    """What proves who they are; nothing for an id that is nobody's."""
    chosen = select(_u.password, _u.totp, _u.totp_pending, _u.oidc_subject).where(_u.id == user)
    row = connection.execute(chosen).first()
    return Proof(None, None, None, None) if row is None else Proof(*row)


def set_password(connection: Connection, user: int, password: str) -> None:
    """Keep the hash of a new password."""
    connection.execute(update(users).where(_u.id == user).values(password=password))


def set_role(connection: Connection, user: int, role: Role) -> None:
    """Let the user be something else."""
    connection.execute(update(users).where(_u.id == user).values(role=role.value))


def note_signed_in(connection: Connection, user: int, now: Moment) -> None:
    """They have signed in now."""
    connection.execute(update(users).where(_u.id == user).values(signed_in_at=now))


def set_pending_totp(connection: Connection, user: int, sealed: str | None) -> None:
    """Keep a secret that is shown, until a code of it proves that it has arrived."""
    connection.execute(update(users).where(_u.id == user).values(totp_pending=sealed))


def set_totp(connection: Connection, user: int, sealed: str | None, step: int | None) -> None:
    """Turn the second factor on, its code of `step` being used up; or off."""
    values = {"totp": sealed, "totp_pending": None, "totp_step": step}
    connection.execute(update(users).where(_u.id == user).values(values))


def take_step(connection: Connection, user: int, step: int) -> bool:
    """Use up the code of that step; False where it, or a later one, was used before. Of two that come at once
    one is taken."""
    fresh = or_(_u.totp_step.is_(None), _u.totp_step < step)
    taken = update(users).where(_u.id == user, _u.totp.is_not(None), fresh).values(totp_step=step)
    return bool(connection.execute(taken).rowcount)


def bind_subject(connection: Connection, user: int, subject: str) -> bool:
    """Remember who they are at the provider; False where they are somebody else there."""
    same = or_(_u.oidc_subject.is_(None), _u.oidc_subject == subject)
    bound = update(users).where(_u.id == user, same).values(oidc_subject=subject)
    return bool(connection.execute(bound).rowcount)


def remove_user(connection: Connection, user: int) -> None:
    """Remove a user with all that is theirs; the audit log keeps their name."""
    for table in (sessions, one_time_links, recovery_codes):
        connection.execute(delete(table).where(table.c.user_id == user))
    connection.execute(delete(users).where(_u.id == user))


def lock_users(connection: Connection) -> None:
    """Let no other transaction change users until this one ends: so that the last operator stays one."""
    connection.execute(select(_u.id).order_by(_u.id).with_for_update())


def user_of(row: RowMapping) -> User:
    """The user of a row."""
    return User(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        email=row["email"],
        made_at=Moment(row["made_at"]),
        signed_in_at=None if row["signed_in_at"] is None else Moment(row["signed_in_at"]),
        has_password=row["password"] is not None,
        has_second_factor=row["totp"] is not None,
    )


def _one(row: RowMapping | None) -> User | None:
    return None if row is None else user_of(row)
