"""Users of a house: added, listed, changed, removed; and the one-time links by which they set a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.accounts.roles import Role
from penfriend.domain.accounts.users import LINK_LASTS, LONGEST_EMAIL, NAME, TOKEN_BYTES, User
from penfriend.domain.errors import NotFound, UserRefused
from penfriend.domain.timing import Moment
from penfriend.storage.accounts import once, sessions, users
from penfriend.storage.accounts.audit_log import write_entry

FIRST = "operator"
"""The name of the first user, where nobody gave another."""


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link by which a user sets a password. It is known here and now, and never again."""

    user: str
    url: str
    until: Moment


def add_user(house: House, name: str, role: str, email: str, by: Actor) -> OneTimeLink:
    """Add a user, and a link for them. Raises UserRefused."""
    name, mail = name.strip().lower(), _email(email)
    chosen = _role(role)
    if not NAME.fullmatch(name):
        raise UserRefused(
            "name",
            f'"{name}" cannot be the name of a user: up to 64 letters a to z, digits, and . _ @ + - inside',
        )
    now, token = house.clock.now(), _token()
    with house.db.write() as connection:
        user = users.add_user(connection, name, chosen, mail or None, now)
        if user is None:
            taken = users.user_named(connection, name) is not None
            what = "another user has that e-mail already"
            if taken:
                what = f'there is a user "{name}" already; to begin anew, remove that one first'
            raise UserRefused("exists", what)
        once.keep_link(connection, token, user, now, Moment(now + LINK_LASTS))
        write_entry(connection, Entry(now, by, Deed.USER_ADDED, name, {"role": chosen.value}))
    return _link(house, name, token, now)


def list_users(house: House) -> list[User]:
    """Every user, by name."""
    with house.db.read() as connection:
        return users.all_users(connection)


def change_role(house: House, user: int, role: str, by: Actor) -> None:
    """Let a user be something else. Their sessions get fresh tokens. Raises UserRefused for the last
    operator, NotFound."""
    chosen, now = _role(role), house.clock.now()
    with house.db.write() as connection:
        users.lock_users(connection)
        found = users.user_with_id(connection, user)
        if found is None:
            raise NotFound("there is no such user")
        if found.role is chosen:
            return
        if chosen is not Role.OPERATOR:
            _keep_an_operator(users.all_users(connection), found)
        users.set_role(connection, user, chosen)
        sessions.renew_at_next_use(connection, user)
        details = {"before": found.role.value, "after": chosen.value}
        write_entry(connection, Entry(now, by, Deed.ROLE_CHANGED, found.name, details))


def new_link(house: House, user: int, by: Actor) -> OneTimeLink:
    """A fresh link for a user, in place of what links they had. Raises NotFound."""
    now, token = house.clock.now(), _token()
    with house.db.write() as connection:
        found = users.user_with_id(connection, user)
        if found is None:
            raise NotFound("there is no such user")
        once.keep_link(connection, token, user, now, Moment(now + LINK_LASTS))
        write_entry(connection, Entry(now, by, Deed.LINK_MADE, found.name))
    return _link(house, found.name, token, now)


def remove_user(house: House, user: int, by: Actor) -> None:
    """Remove a user of the dashboard from there. Raises UserRefused for the last operator, NotFound."""
    with house.db.write() as connection:
        users.lock_users(connection)
        found = users.user_with_id(connection, user)
        if found is None:
            raise NotFound("there is no such user")
        _keep_an_operator(users.all_users(connection), found)
        users.remove_user(connection, user)
        write_entry(connection, Entry(house.clock.now(), by, Deed.USER_REMOVED, found.name))


def remove_named(house: House, name: str, by: Actor) -> None:
    """Remove a user by the command line, which may remove anybody: it can also add them again. Raises
    NotFound."""
    with house.db.write() as connection:
        found = users.user_named(connection, name.strip().lower())
        if found is None:
            raise NotFound(f'there is no user "{name}"; `penfriend user list` shows them')
        users.remove_user(connection, found.id)
        write_entry(connection, Entry(house.clock.now(), by, Deed.USER_REMOVED, found.name))


def first_link(house: House, by: Actor) -> OneTimeLink | None:
    """A link for the first operator, where there are no users, or only that one and the link was never used;
    None for all others. Of processes that start at once one has it."""
    found = list_users(house)
    if not found:
        try:
            return add_user(house, FIRST, Role.OPERATOR.value, "", by)
        except UserRefused:  # another process was faster
            return None
    first = found[0]
    if len(found) > 1 or first.name != FIRST or first.has_password or first.signed_in_at is not None:
        return None
    return new_link(house, first.id, by)


def _keep_an_operator(known: list[User], leaving: User) -> None:
    left = [one for one in known if one.role is Role.OPERATOR and one.id != leaving.id]
    if leaving.role is Role.OPERATOR and not left:
        raise UserRefused("last", "the last operator must stay one: nobody could let anybody in any more")


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        known = ", ".join(one.value for one in Role)
        raise UserRefused("role", f'"{role}" is no role. A role is one of: {known}.') from None


def _email(email: str) -> str:
    mail = email.strip().lower()
    local, _, domain = mail.rpartition("@")
    if mail and (len(mail) > LONGEST_EMAIL or not local or not domain or not mail.isprintable()):
        raise UserRefused("email", f'"{email}" is no e-mail address')
    return mail


def _token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def _link(house: House, name: str, token: str, now: Moment) -> OneTimeLink:
    return OneTimeLink(name, f"{house.settings.public_url}/login/link/{token}", Moment(now + LINK_LASTS))
