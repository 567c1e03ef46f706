"""One's own account: password, second factor, recovery codes, where one is signed in."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from penfriend.accounts.totp import grouped, picture_of
from penfriend.bootstrap.accounts.own import OwnFault
from penfriend.bootstrap.accounts.signing_in import Slowed
from penfriend.domain.accounts.passwords import PasswordFault
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.cookies import SESSION
from penfriend.web.accounts.desk import Desk, seconds
from penfriend.web.accounts.routes import Route, To

DONE = frozenset({"password", "off", "ended"})
"""What `?done=` may tell on the page."""


class AccountPages:
    """The pages of `/account`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/account", To.SIGNED_IN, self.show),
            Route("POST", "/account/password", To.SIGNED_IN, self.change_password),
            Route("POST", "/account/second-factor/begin", To.SIGNED_IN, self.begin_pairing),
            Route("GET", "/account/second-factor", To.SIGNED_IN, self.show_pairing),
            Route("POST", "/account/second-factor", To.SIGNED_IN, self.finish_pairing),
            Route("POST", "/account/second-factor/off", To.SIGNED_IN, self.turn_off),
            Route("POST", "/account/codes", To.SIGNED_IN, self.renew_codes),
            Route("POST", "/account/sessions/end", To.SIGNED_IN, self.end_sessions),
        ]

    def show(self, ask: Ask) -> Response:
        """The account."""
        done = ask.request.query_params.get("done", "")
        return self._account(ask, done=done if done in DONE else "")

    def change_password(self, ask: Ask) -> Response:
        """Another password; all other browsers are signed out."""
        old, new = ask.form.one("password"), ask.form.one("new")
        done = self._desk.own.change_password(ask.signed_in, old, new, ask.place, ask.actor)
        if isinstance(done, Slowed | OwnFault | PasswordFault):
            return self._account(ask, done, form="password")
        response = self._desk.to("/account?done=password")
        self._desk.cookies.give(ask.request, response, SESSION, done)
        return response

    def begin_pairing(self, ask: Ask) -> Response:
        """Make a secret for an app."""
        if not ask.signed_in.user.has_second_factor:
            self._desk.own.begin_pairing(ask.signed_in)
        return self._desk.to("/account/second-factor")

    def show_pairing(self, ask: Ask) -> Response:
        """The secret as a picture and as text."""
        return self._pairing(ask)

    def finish_pairing(self, ask: Ask) -> Response:
        """Turn the second factor on with a code of the app."""
        code, password = ask.form.one("code"), ask.form.one("password")
        done = self._desk.own.finish_pairing(ask.signed_in, code, password, ask.place, ask.actor)
        if isinstance(done, Slowed | OwnFault):
            return self._pairing(ask, done)
        return self._desk.page(ask, "codes", codes=done)

    def turn_off(self, ask: Ask) -> Response:
        """Ask for no second factor any more."""
        done = self._desk.own.turn_off(ask.signed_in, ask.form.one("password"), ask.place, ask.actor)
        if done is not None:
            return self._account(ask, done, form="codes")
        return self._desk.to("/account?done=off")

    def renew_codes(self, ask: Ask) -> Response:
        """New recovery codes."""
        done = self._desk.own.renew_codes(ask.signed_in, ask.form.one("password"), ask.place, ask.actor)
        if isinstance(done, Slowed | OwnFault):
            return self._account(ask, done, form="codes")
        return self._desk.page(ask, "codes", codes=done)

    def end_sessions(self, ask: Ask) -> Response:
        """Sign out everywhere else."""
        self._desk.sessions.sign_out_elsewhere(ask.signed_in, ask.actor)
        return self._desk.to("/account?done=ended")

    def _account(
        self,
        ask: Ask,
        fault: Slowed | OwnFault | PasswordFault | None = None,
        *,
        form: str = "",
        done: str = "",
    ) -> Response:
        session = ask.signed_in
        return self._desk.page(
            ask,
            "account",
            _status(fault),
            **_told(fault),
            form=form,
            done=done,
            email=session.user.email,
            second_factor=session.user.has_second_factor,
            codes_left=self._desk.own.codes_left(session),
            sessions=self._desk.sessions.of_user(session.user.id),
            session=session.id,
        )

    def _pairing(self, ask: Ask, fault: Slowed | OwnFault | None = None) -> Response:
        session = ask.signed_in
        pairing = self._desk.own.pairing(session, self._desk.issuer)
        if pairing is None or session.user.has_second_factor:
            return self._desk.to("/account")
        return self._desk.page(
            ask,
            "pairing",
            _status(fault),
            **_told(fault),
            secret=grouped(pairing.secret),
            picture=picture_of(pairing.address),
        )


def _status(fault: Slowed | OwnFault | PasswordFault | None) -> HTTPStatus:
    if fault is None:
        return HTTPStatus.OK
    return HTTPStatus.TOO_MANY_REQUESTS if isinstance(fault, Slowed) else HTTPStatus.UNPROCESSABLE_ENTITY


def _told(fault: Slowed | OwnFault | PasswordFault | None) -> dict[str, object]:
    """What the page says of it: which fault, or how many seconds to wait."""
    if isinstance(fault, Slowed):
        return {"fault": "", "wait": seconds(fault.wait)}
    return {"fault": "" if fault is None else fault.value, "wait": 0}
