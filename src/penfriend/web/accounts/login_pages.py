"""Signing in and out: name and password, second factor, one-time link."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from penfriend.bootstrap.accounts.signing_in import SignedIn, Slowed, Wrong
from penfriend.domain.accounts.passwords import PasswordFault
from penfriend.domain.accounts.users import Stage
from penfriend.web.accounts.asking import Ask, path_of_ours
from penfriend.web.accounts.cookies import BROWSER, BROWSER_SECONDS, SESSION, VISIT
from penfriend.web.accounts.desk import Desk, seconds
from penfriend.web.accounts.routes import Route, To

_SHOWN_NAME = 100
"""So much of a wrong name stands in the form again."""


class LoginPages:
    """The door."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/login", To.EVERYBODY, self.show_login),
            Route("POST", "/login", To.EVERYBODY, self.log_in),
            Route("GET", "/login/code", To.HALF_IN, self.show_code),
            Route("POST", "/login/code", To.HALF_IN, self.take_code),
            Route("GET", "/login/link/{token}", To.EVERYBODY, self.show_link),
            Route("POST", "/login/link/{token}", To.EVERYBODY, self.use_link),
            Route("POST", "/logout", To.SIGNED_IN, self.log_out),
        ]

    def show_login(self, ask: Ask) -> Response:
        """The form; for who is signed in, the overview."""
        return self._desk.to("/") if ask.role else self._login(ask, HTTPStatus.OK)

    def log_in(self, ask: Ask) -> Response:
        """Name and password."""
        known = self._desk.cookies.read(ask.request, BROWSER)
        name, password = ask.form.one("name"), ask.form.one("password")
        done = self._desk.door.by_password(name, password, known, ask.place)
        if isinstance(done, SignedIn):
            return self.let_in(ask, done, ask.form.one("next"))
        if isinstance(done, Slowed):
            return _later(self._login(ask, HTTPStatus.TOO_MANY_REQUESTS, wait=seconds(done.wait)), done)
        return self._login(ask, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=True)

    def show_code(self, ask: Ask) -> Response:
        """The form of the second factor."""
        return self._code(ask, HTTPStatus.OK)

    def take_code(self, ask: Ask) -> Response:
        """A code of the app, or a recovery code."""
        known = self._desk.cookies.read(ask.request, BROWSER)
        done = self._desk.door.by_code(ask.signed_in, ask.form.one("code"), known, ask.place)
        if isinstance(done, SignedIn):
            return self.let_in(ask, done, ask.form.one("next"))
        if isinstance(done, Slowed):
            return _later(self._code(ask, HTTPStatus.TOO_MANY_REQUESTS, wait=seconds(done.wait)), done)
        return self._code(ask, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=isinstance(done, Wrong))

    def show_link(self, ask: Ask) -> Response:
        """For whom the link is. Looking uses nothing up: mail programs and scanners look too."""
        user = self._desk.door.user_of_link(ask.request.path_params["token"])
        if user is None:
            return self._gone(ask)
        return self._desk.page(ask, "link", name=user.name, fault="")

    def use_link(self, ask: Ask) -> Response:
        """Set the password."""
        token = ask.request.path_params["token"]
        done = self._desk.door.by_link(token, ask.form.one("password"), ask.place)
        if isinstance(done, SignedIn):
            return self.let_in(ask, done, ask.form.one("next"))
        user = self._desk.door.user_of_link(token)
        if user is None or not isinstance(done, PasswordFault):
            return self._gone(ask)
        return self._desk.page(ask, "link", HTTPStatus.UNPROCESSABLE_ENTITY, name=user.name, fault=done.value)

    def log_out(self, ask: Ask) -> Response:
        """End the session."""
        self._desk.sessions.sign_out(ask.signed_in, ask.actor)
        response = self._desk.to("/login")
        self._desk.cookies.take(ask.request, response, SESSION)
        return response

    def refuse(self, ask: Ask, why: str, status: HTTPStatus) -> Response:
        """The form, with why the provider of OpenID Connect did not let in: `unknown` or `failed`."""
        return self._login(ask, status, refused=why)

    def let_in(self, ask: Ask, done: SignedIn, wanted: str) -> Response:
        """Go on to what was wanted, with a fresh session whatever the browser had before."""
        if ask.session is not None and ask.session.stage is Stage.IN:
            self._desk.sessions.sign_out(ask.session, ask.actor)
        wanted = path_of_ours(wanted)
        half = "/login/code" if wanted == "/" else f"/login/code?next={wanted}"
        response = self._desk.to(half if done.stage is Stage.CODE else wanted)
        self._desk.cookies.give(ask.request, response, SESSION, done.token)
        self._desk.cookies.take(ask.request, response, VISIT)
        if done.browser is not None:
            self._desk.cookies.give(ask.request, response, BROWSER, done.browser, BROWSER_SECONDS)
        return response

    def _login(
        self, ask: Ask, status: HTTPStatus, *, wrong: bool = False, wait: int = 0, refused: str = ""
    ) -> Response:
        return self._desk.page(
            ask,
            "login",
            status,
            wrong=wrong,
            wait=wait,
            refused=refused,
            oidc=self._desk.house.settings.oidc is not None,
            name=ask.form.one("name")[:_SHOWN_NAME],
            next=_wanted(ask),
        )

    def _code(self, ask: Ask, status: HTTPStatus, *, wrong: bool = False, wait: int = 0) -> Response:
        return self._desk.page(ask, "code", status, wrong=wrong, wait=wait, next=_wanted(ask))

    def _gone(self, ask: Ask) -> Response:
        return self._desk.message(ask, "link_gone", HTTPStatus.NOT_FOUND, "/login")


def _wanted(ask: Ask) -> str:
    return path_of_ours(ask.form.one("next") or ask.request.query_params.get("next", ""))


def _later(response: Response, slowed: Slowed) -> Response:
    response.headers["Retry-After"] = str(seconds(slowed.wait))
    return response
