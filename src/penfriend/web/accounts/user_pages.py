"""The users of the dashboard, and the audit log: for operators."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from penfriend.bootstrap.accounts import users
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.domain.accounts.audit import ENTRIES_A_PAGE
from penfriend.domain.accounts.roles import Right, Role
from penfriend.domain.errors import NotFound, UserRefused
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found

DONE = frozenset({"role", "removed"})
"""What `?done=` may tell on the page."""
FAULTS = {"name": "fault_name", "exists": "fault_exists", "last": "fault_last"}
_MOST_DIGITS = 18


class UserPages:
    """The pages of `/users` and `/audit`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/users", Right.USERS, self.show),
            Route("POST", "/users", Right.USERS, self.add),
            Route("POST", "/users/{user}/role", Right.USERS, self.change_role),
            Route("POST", "/users/{user}/link", Right.USERS, self.make_link),
            Route("POST", "/users/{user}/remove", Right.USERS, self.remove),
            Route("GET", "/audit", Right.USERS, self.show_audit),
        ]

    def show(self, ask: Ask) -> Response:
        """Every user."""
        done = ask.request.query_params.get("done", "")
        return self._users(ask, done=done if done in DONE else "")

    def add(self, ask: Ask) -> Response:
        """A user more: the link by which they set a password is shown this once."""
        name, email, role = (ask.form.one(field) for field in ("name", "email", "role"))
        try:
            link = users.add_user(self._desk.house, name, role, email, ask.actor)
        except UserRefused as refused:
            return self._users(ask, refused)
        return self._desk.page(ask, "link_made", link=link)

    def change_role(self, ask: Ask) -> Response:
        """Another role. Nobody changes their own: who has taken too much from themselves cannot undo it."""
        user = _other(ask)
        try:
            users.change_role(self._desk.house, user, ask.form.one("role"), ask.actor)
        except UserRefused as refused:
            return self._users(ask, refused)
        except NotFound:
            raise not_found() from None
        return self._desk.to("/users?done=role")

    def make_link(self, ask: Ask) -> Response:
        """A link for somebody who has lost their password."""
        try:
            link = users.new_link(self._desk.house, _other(ask), ask.actor)
        except NotFound:
            raise not_found() from None
        return self._desk.page(ask, "link_made", link=link)

    def remove(self, ask: Ask) -> Response:
        """A user less."""
        try:
            users.remove_user(self._desk.house, _other(ask), ask.actor)
        except UserRefused as refused:
            return self._users(ask, refused)
        except NotFound:
            raise not_found() from None
        return self._desk.to("/users?done=removed")

    def show_audit(self, ask: Ask) -> Response:
        """Who did what, the newest first."""
        asked = ask.request.query_params.get("before", "")
        before = _number(asked) if asked else None
        found = entries(self._desk.house, before, ENTRIES_A_PAGE + 1)
        shown = found[:ENTRIES_A_PAGE]
        earlier = shown[-1].id if len(found) > len(shown) else None
        return self._desk.page(ask, "audit", entries=shown, earlier=earlier)

    def _users(self, ask: Ask, refused: UserRefused | None = None, *, done: str = "") -> Response:
        fault = "" if refused is None else FAULTS.get(refused.fault, "account_fault")
        return self._desk.page(
            ask,
            "users",
            HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY,
            users=users.list_users(self._desk.house),
            roles=[role.value for role in Role],
            fault=fault,
            done=done,
            name=ask.form.one("name")[:64],
            email=ask.form.one("email")[:254],
        )


def _other(ask: Ask) -> int:
    """The user that the path names: somebody else than who asks."""
    user = _number(ask.request.path_params["user"])
    if user == ask.signed_in.user.id:
        raise not_found()
    return user


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise not_found()
    return int(text)
